"""What can go wrong on the way from text to vectors."""


class EmbeddingError(Exception):
    """Text could not be turned into vectors. The message says why and what to do."""


class ModelUnavailable(EmbeddingError):
    """The model's files are not to be had, or are not what they should be."""
