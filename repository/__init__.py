"""A dataset repository on the Hugging Face Hub: its files, there and back.

Knows nothing of entries and models; from `embedding` it takes how other machines are reached.
"""

import re

from errors import AskwellError

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_]|[.-](?![.-]|$|/))*"
_LONGEST = 96  # characters, owner and all


class RepositoryError(AskwellError):
    """A repository cannot be read or written. The message says why and what to do."""


def is_name(text: str) -> bool:
    """Return whether a repository may be called so: `owner/name`, of letters, digits and `-_.`."""
    return len(text) <= _LONGEST and re.fullmatch(f"{_PART}/{_PART}", text) is not None
