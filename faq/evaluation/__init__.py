"""How well a collection answers: queries with known answers, figures, thresholds, comparisons, and
what an edit would change."""
