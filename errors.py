"""What every error that a user may read has in common; every part may import it."""


class AskwellError(Exception):
    """Something could not be done. The message is a sentence for the user: what was got, what was
    expected, what to do."""
