"""The list of entries: what is shown of it, and what is done with many at once."""
