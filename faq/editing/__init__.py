"""Changes of entries: many at once, two made one, edits at the same time, and the history."""
