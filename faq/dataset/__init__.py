"""The collection as a dataset: texts and vectors together, for other programs and collections."""
