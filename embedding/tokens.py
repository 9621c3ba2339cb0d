"""The tokens of a text, found and counted without the model."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from embedding.protocol import ModelUnavailable, TokenCount

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer


class Tokens(Protocol):
    """How one model splits texts into tokens, and where it stops reading."""

    def count(self, texts: Sequence[str]) -> list[TokenCount]:
        """See `Embedder.count_tokens`."""

    def split(self, text: str) -> list[str]:
        """See `Embedder.tokenize`."""


# How tokenizers mark a token that begins a word, or that goes on with one.
_BEGINS, _GOES_ON = ("\u2581", "\u0120"), "##"


class TokenizerTokens:
    """`Tokens` by the model's own tokenizer, of which the model reads `limit`.

    A prompt that the model puts before a text is not counted.
    """

    def __init__(self, tokenizer: "Tokenizer", limit: int) -> None:
        self._tokenizer = tokenizer
        self._limit = limit
        self._room = limit - tokenizer.num_special_tokens_to_add(False)

    def count(self, texts: Sequence[str]) -> list[TokenCount]:
        # One by one: a batch would keep every text's tokens in memory together.
        return [self._count(text) for text in texts]

    def split(self, text: str) -> list[str]:
        pieces: list[str] = self._read(encodable(text)).tokens
        return pieces

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, as far as the model reads it, the special tokens
        included; the texts can be encoded as UTF-8."""
        found: list[list[int]] = [
            tokens.ids for tokens in self._tokenizer.encode_batch_fast(list(texts))
        ]
        for place, ids in enumerate(found):
            if len(ids) > self._limit:
                found[place] = self._read(texts[place]).ids
        return found

    def is_word(self, text: str) -> bool:
        """See `Embedder.is_word`."""
        tokens: list[str] = self._tokenizer.encode(encodable(text), add_special_tokens=False).tokens
        return len(tokens) == 1 and len(tokens[0].lstrip("".join(_BEGINS))) >= len(text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """See `Embedder.words`."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=False)
        tokens = sorted(vocabulary, key=vocabulary.__getitem__)  # the more frequent first
        if any(token.startswith(_BEGINS) for token in tokens):
            whole = (token[1:] for token in tokens if token.startswith(_BEGINS))
        else:
            whole = (token for token in tokens if not token.startswith(_GOES_ON))
        return tuple(word for word in whole if word.isalpha() and word == word.lower())

    def _read(self, text: str) -> "Encoding":
        tokens = self._tokenizer.encode(text, add_special_tokens=False)
        tokens.truncate(max(0, self._room))
        return self._tokenizer.post_process(tokens)

    def _count(self, text: str) -> TokenCount:
        tokens = self._tokenizer.encode(encodable(text), add_special_tokens=False)
        read = len(text)
        if len(tokens) > self._room:
            last = tokens.token_to_chars(self._room - 1) if self._room > 0 else None
            read = last[1] if last else 0
        return TokenCount(len(tokens) + self._limit - self._room, self._limit, read)


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
            f"another one."
        ) from error
    # Files often carry the settings of some training run: all-MiniLM-L6-v2 pads and cuts at 128.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encodable(text: str) -> str:
    """Return the text with each lone surrogate, which no tokenizer takes, replaced by `?`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
