"""The Hugging Face Hub: files of models, and datasets; and how other machines are reached.

Knows nothing of entries and vectors. What talks to the Hub is imported when it is first needed.
"""

import os
import re

from errors import AskwellError

# huggingface_hub reads these when it is first imported. Xet is a second way to large files, to
# which our certificates and proxies are unknown.
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("HF_HUB_DISABLE_SYMLINKS_WARNING", "1")

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_]|[.-](?![.-]|$|/))*"
_LONGEST_NAME = 96  # characters, owner included


class HubError(AskwellError):
    """The Hub, or another service, cannot be used. The message says why and what to do."""


class Undelivered(HubError):
    """The Hub was not reached, or sent something else than it announced: there may be another way
    to get the same files."""


class Absent(HubError):
    """The Hub has nothing of that name, or shows it only to others."""


def is_name(text: str) -> bool:
    """Return whether a repository may be called so: `owner/name`, of letters, digits and `-_.`."""
    return len(text) <= _LONGEST_NAME and re.fullmatch(f"{_PART}/{_PART}", text) is not None


def endpoint() -> str:
    """Return the Hub's address; HF_ENDPOINT names another one."""
    from huggingface_hub import constants

    return constants.ENDPOINT
