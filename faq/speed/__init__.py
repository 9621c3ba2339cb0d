"""How fast the collection answers: live, and in a repeatable experiment."""
