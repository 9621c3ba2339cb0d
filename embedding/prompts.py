"""What is put before a text, where a model was trained to tell questions and documents apart so."""

import re
from pathlib import PurePath
from typing import NamedTuple


class Prompts(NamedTuple):
    """What goes before a question, and before a text to be found; empty where nothing does."""

    query: str = ""
    document: str = ""


NONE = Prompts()
_E5 = Prompts("query: ", "passage: ")
_E5_NAME = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])")
_INSTRUCTED = ("instruct", "mistral")  # these take a whole sentence, which only their files know


def documented(name: str) -> Prompts:
    """Return the prompts that a model needs by its documentation, as far as its name shows the
    family; for a path or `owner/name`, the last part counts.

    Those of e5: L. Wang et al., "Text Embeddings by Weakly-Supervised Contrastive Pre-training",
    2022, and the model cards of `intfloat/multilingual-e5-small` and its relatives.
    """
    last = PurePath(name.replace("\\", "/")).name.lower()
    is_e5 = _E5_NAME.search(last) and not any(word in last for word in _INSTRUCTED)
    return _E5 if is_e5 else NONE
