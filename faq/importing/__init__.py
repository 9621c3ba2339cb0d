"""Bringing the rows of files into the collection."""
