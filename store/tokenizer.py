"""Texts cut into words by SQLite's own tokenizer, for the index of words of every engine."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from store.records import Content
from store.words import indexed, words

# As the index is made: the accents and vowel signs of every script are parts of words.
TOKENIZER = ("unicode61", ["remove_diacritics", "2", "categories", "L* N* Co Mn Mc"])
MOST_CHARACTERS, MOST_WORDS = 10_000, 256  # no model reads more of a text

_of_thread = threading.local()


def fields(content: Content) -> tuple[str, ...]:
    """Return what the index contains of an entry: question, phrasings, answer, category, tags."""
    phrasings, tags = "\n".join(content.phrasings), "\n".join(content.tags)
    texts = content.question, phrasings, content.answer, content.category, tags
    return tuple(map(indexed, texts))


def counted(texts: Sequence[str]) -> Counter[str]:
    """Return how often each word is in the fields of an entry."""
    return Counter(tokens("\n".join(texts)))


def asked(text: str) -> list[str]:
    """Return the words of a query, each once, in order."""
    found = tokens(" ".join(distinct(text[:MOST_CHARACTERS])))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def distinct(text: str) -> list[str]:
    """Return the words of a text as they are written, each once. Quoted, none of them is an
    operator of FTS5."""
    return list(dict.fromkeys(word[0] for word in words(text)))


def tokens(text: str) -> Iterator[str]:
    """Yield the words of a text as the index has them, in order."""
    encoded = text.encode("utf-8", errors="replace")
    found = _tokenizer()(encoded, apsw.FTS5_TOKENIZE_DOCUMENT, None, include_offsets=False)
    return (str(token[0]) for token in found)


def _tokenizer() -> Any:
    """Return the tokenizer of this thread: it belongs to a connection, which serves one at a
    time."""
    if not hasattr(_of_thread, "tokenizer"):
        _of_thread.tokenizer = apsw.Connection(":memory:").fts5_tokenizer(*TOKENIZER)
    return _of_thread.tokenizer
