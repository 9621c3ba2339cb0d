"""What the model makes of words, sentences and the whole collection."""
