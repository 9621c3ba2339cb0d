"""Why a search found an entry: the words of the query, as the search compares them (whole, without
differences of case and accents), and what each of them adds."""

import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass

from faq.collection import ReadableCollection
from faq.search.ranking import Ranking
from faq.search.scoring import score
from store import Content

MOST_WORDS = 40  # of a long query, the first ones

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
    texts = (*content.ways_of_asking, content.answer, content.category, *content.tags)
    found = {word[0] for text in texts for word in words(text)}
    return frozenset(wanted & {folded(word) for word in found})


@dataclass(frozen=True, slots=True)
class Carried:
    """A word of a query and what it adds: how much lower an entry scores without it. Below zero
    where the entry scores higher without it."""

    word: str
    adds: float


def carried(
    collection: ReadableCollection, query: str, entry_id: int, ranking: Ranking
) -> list[Carried]:
    """Return what each word of `query` adds to an entry's score, in the order of the query.

    Each word is removed once, and the rests are embedded in one batch. Empty where the query has
    fewer than two words, or the entry is gone. Raises `EmbeddingError`.
    """
    found = list(words(query))[:MOST_WORDS]
    if len(found) < 2:
        return []
    texts = [query, *(query[: word.start()] + query[word.end() :] for word in found)]
    vectors = collection.embedder.encode_queries(texts)
    resident = collection.resident()
    place = resident.place_of(entry_id)
    if place is None:
        return []
    scores = score(ranking, resident, vectors, collection.store.words.occurrences(texts)).scores
    whole, *without = scores[:, place].tolist()
    return [Carried(word[0], whole - rest) for word, rest in zip(found, without, strict=True)]
