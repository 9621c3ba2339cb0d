"""The words of a text as the search compares them: whole, without differences of case and
accents."""

import re
import unicodedata
from collections.abc import Iterator, Set
from functools import lru_cache

from store import Content
from store.words import signs, words

ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic letters

# English words that are in any text, and do not tell what it is about.
_STOP_WORDS = (
    "a about am an and any are as at be been but by can could did do does for from had has have he "
    "her his how i if in into is it its me my no not of on or our s she so t than that the their "
    "them then there they this to us was we were what when where which who why will with would you "
    "your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


def folded(word: str) -> str:
    """Return a word as it is compared."""
    if word.isascii():
        return word.lower()
    return "".join(map(_bare, word)).replace(
        "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"
    )


@lru_cache(maxsize=4096)
def _bare(character: str) -> str:
    apart = unicodedata.normalize("NFD", character).lower()
    return unicodedata.normalize("NFC", ACCENTS.sub("", apart))


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about, as they are compared."""
    return frozenset(folded(word[0]) for word in words(text)) - STOP_WORDS


def contained(wanted: Set[str], content: Content) -> frozenset[str]:
    """Return which of the wanted words, as they are compared, are anywhere in an entry."""
    found = {word[0] for text in content.searched for word in words(text)}
    found.update(sign for text in content.searched for sign in signs(text))
    return frozenset(wanted & {folded(word) for word in found})


def marked_parts(text: str, wanted: Set[str]) -> Iterator[tuple[int, int]]:
    """Yield where the wanted words, as they are compared, are in a text: those that overlap, in
    scripts without spaces, as one part."""
    start = stop = 0
    for word in words(text):
        if folded(word[0]) not in wanted:
            continue
        if word.start() >= stop and stop:
            yield start, stop
        if word.start() >= stop:
            start = word.start()
        stop = word.end()
    if stop:
        yield start, stop
