"""How well a collection answers: asked, counted, compared, replayed."""
