"""What can go wrong on the way from text to vectors."""

from errors import AskwellError


class EmbeddingError(AskwellError):
    """Text could not be turned into vectors. The message says why and what to do."""


class ModelUnavailable(EmbeddingError):
    """The model's files are not to be had, or are not what they should be."""
