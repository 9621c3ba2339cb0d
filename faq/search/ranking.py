"""How matches are ordered, and the score below which no entry answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from faq.search.words import contained, content_words
from store import Entry, Span

View = Literal["best", "best five", "centroid"]
Number = TypeVar("Number", float, NDArray[np.float32])
Closeness = Literal["very close", "close", "not sure"]

VERY_CLOSE_FROM, CLOSE_FROM = 0.4, 0.1  # of the way from the threshold to 1
LEAST_SHARED = 0.1  # of the query's words: less is what any two texts share


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry against a query: its score, its best phrasing with the cosine similarity of that,
    and the share of the query's words that it contains; None where words were not compared.
    `passage` is as in `Match`; `form` says which form of the query that was."""

    entry_id: int
    score: float
    cosine: float
    phrasing: str
    keyword: float | None = None
    passage: Span | None = None
    form: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a search found: `score` orders the matches, `cosine` is the similarity of the
    phrasing `matched`, its best; None where words alone were compared. In the ranking `cosine` the
    two are the same. `keyword` is the share of the query's words that the entry contains, rare
    words counting for more: 0 none, 1 all of them and often; None where words were not compared.
    `passage` is the part of a long answer that is most similar; None where the answer has one
    passage, or does not count. `form` is the query as it found the entry: as it was typed, or
    otherwise."""

    entry: Entry
    score: float
    cosine: float | None
    matched: str
    keyword: float | None = None
    passage: Span | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How an entry's vectors and words become its score, 1 at best.

    `phrasings` names what is looked at in the cosines of an entry's phrasings: the best one, the
    mean of the best five, the cosine of their centroid. Their mean is the phrasings' score. With
    `answers`, it is averaged with the cosine of the best passage of the answer, where the entry
    has an answer. `keywords` is the weight, from 0 to 1, of the share of the query's words that the
    entry contains. Below `threshold` the best match counts as no answer.

    Some models give unrelated texts a cosine of .8, and words would drown what little they say
    above that. So a `scaled` ranking takes a cosine of `unrelated`, which is chosen with the
    threshold, for no similarity.
    """

    name: str
    threshold: float
    phrasings: tuple[View, ...] = ("best",)
    answers: bool = False
    keywords: float = 0.0
    scaled: bool = False
    unrelated: float = 0.0

    def mixed(self, meaning: Number, words: Number) -> Number:
        """Return the score from that of the meaning and the share of words."""
        meaning = (meaning - self.unrelated) / (1 - self.unrelated)
        return meaning * (1 - self.keywords) + words * self.keywords

    @property
    def by_best_phrasing(self) -> bool:
        """Whether the nearest phrasing alone decides."""
        return self.phrasings == ("best",) and not self.answers and not self.keywords


def closeness(match: Match, ranking: Ranking) -> Closeness:
    """Return how sure it is that an entry answers: the same order as that of the scores.

    What barely reaches the threshold, and shares no telling word with the query, is not sure.
    """
    part = (match.score - ranking.threshold) / max(1 - ranking.threshold, 1e-6)
    if part >= VERY_CLOSE_FROM:
        return "very close"
    if part >= CLOSE_FROM:
        return "close"
    shared = part >= 0 and contained(content_words(match.form), match.entry.content)
    return "close" if shared and (match.keyword or 0) >= LEAST_SHARED else "not sure"


def matched(
    scored: Sequence[Scored], entries: Mapping[int, Entry], forms: Sequence[str]
) -> tuple[Match, ...]:
    """Return matches of a query with these forms, in order; entries that are gone are skipped."""
    return tuple(
        Match(
            entries[s.entry_id], s.score, s.cosine, s.phrasing, s.keyword, s.passage, forms[s.form]
        )
        for s in scored
        if s.entry_id in entries
    )


KEYWORD = "keyword"  # how matches are ordered that were found by their words alone

# Until a threshold is chosen for a collection: what suits one of some hundred English entries.
COSINE = Ranking("cosine", threshold=0.45)

# The best phrasing, the best five and the centroid count equally: any one of them alone loses on
# some collection. Words count for a quarter: names and numbers that vectors blur. The threshold is
# that of COSINE among scores that are lower by about a quarter.
BALANCED = Ranking(
    "balanced",
    threshold=0.36,
    phrasings=("best", "best five", "centroid"),
    answers=True,
    keywords=1 / 4,
    scaled=True,
)

# Older collections keep it until somebody adopts another.
BLEND = replace(BALANCED, name="blend", threshold=0.38, keywords=1 / 6, scaled=False)

RANKINGS = {ranking.name: ranking for ranking in (COSINE, BALANCED, BLEND)}
DEFAULT = BALANCED  # until somebody chooses


def offered(in_use: str) -> list[Ranking]:
    """Return the rankings that a collection can have, that in use first; `BLEND` only as that."""
    return [RANKINGS[in_use], *(one for one in (BALANCED, COSINE) if one.name != in_use)]
