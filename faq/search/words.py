"""The words of a text as the search compares them: whole, without differences of case and
accents."""

import re
import unicodedata
from collections.abc import Iterator, Set

from store import Content

# A letter or digit, then more of them; an accent that is a character of its own is part of a word.
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")

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
    bare = [c.lower() for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)]
    return "".join(bare).replace(
        "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"
    )


def words(text: str) -> Iterator[re.Match[str]]:
    """Yield where the words of a text are."""
    return WORD.finditer(text)


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about, as they are compared."""
    return frozenset(folded(word[0]) for word in words(text)) - STOP_WORDS


def contained(wanted: Set[str], content: Content) -> frozenset[str]:
    """Return which of the wanted words, as they are compared, are anywhere in an entry."""
    found = {word[0] for text in content.searched for word in words(text)}
    return frozenset(wanted & {folded(word) for word in found})
