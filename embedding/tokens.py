"""The tokens of a text, found and counted without the model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedding import ModelUnavailable, TokenCount

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def open_tokenizer(file: Path) -> "Tokenizer":
    """Return the tokenizer in a `tokenizer.json`, set to read texts whole.

    Raises `ModelUnavailable` where the file is not one.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    # The library raises plain Exception, whatever is wrong with the file.
    except Exception as error:
        raise ModelUnavailable(
            f"{file} is not a tokenizer: {error}. Copy or download the model again, or name "
            f"another in FAQ_MODEL."
        ) from error
    # Files often carry the settings of some training run: all-MiniLM-L6-v2 pads and cuts at 128.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def count_tokens(tokenizer: "Tokenizer", texts: Sequence[str], limit: int) -> list[TokenCount]:
    """Return, a text each, its tokens and how many characters fit in `limit` tokens.

    A prompt that the model puts before a text is not counted.
    """
    special = tokenizer.num_special_tokens_to_add(False)
    counts = []
    # One by one: a batch would hold every text's tokens in memory together.
    for text in texts:
        tokens = tokenizer.encode(encodable(text), add_special_tokens=False)
        count = len(tokens) + special
        read = len(text)
        if count > limit:
            last = tokens.token_to_chars(limit - special - 1) if limit > special else None
            read = last[1] if last else 0
        counts.append(TokenCount(count, limit, read))
    return counts


def tokenize(tokenizer: "Tokenizer", text: str, limit: int) -> list[str]:
    """Return the tokens of a text, special ones included, the first `limit` of them as
    `count_tokens` counts."""
    tokens = tokenizer.encode(encodable(text), add_special_tokens=False)
    tokens.truncate(max(0, limit - tokenizer.num_special_tokens_to_add(False)))
    pieces: list[str] = tokenizer.post_process(tokens).tokens
    return pieces


def encodable(text: str) -> str:
    """Return the text with each lone surrogate, which no tokenizer takes, replaced by `?`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
