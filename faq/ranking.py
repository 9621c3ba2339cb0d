"""From neighbours to ranked matches, and the score below which no entry answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store import Entry, KeywordHit, Neighbour


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a search found: `score` orders the matches, `cosine` is the similarity of the
    phrasing `matched`, its best; None where words alone were compared. In the ranking `cosine` the
    two are the same."""

    entry: Entry
    score: float
    cosine: float | None
    matched: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """How matches are ordered. Below `threshold` the best of them counts as no answer."""

    name: str
    threshold: float

    def rank(
        self, neighbours: Sequence[Neighbour], entries: Mapping[int, Entry]
    ) -> tuple[Match, ...]:
        """Return the matches, best first, ties by id; entries that are gone are left out."""
        return tuple(
            Match(entries[n.entry_id], score=n.cosine, cosine=n.cosine, matched=n.phrasing)
            for n in neighbours
            if n.entry_id in entries
        )

    def answers(self, matches: Sequence[Match]) -> bool:
        """Return whether the best match clears the threshold."""
        return bool(matches) and matches[0].score >= self.threshold


@dataclass(frozen=True, slots=True)
class KeywordRanking:
    """The order of matches that were found by their words alone. The score is the share of the
    best one's BM25; whether it answers, nobody can tell from that."""

    name: str

    def rank(self, hits: Sequence[KeywordHit], entries: Mapping[int, Entry]) -> tuple[Match, ...]:
        """Return the matches, best first; entries that are gone are left out."""
        best = max((hit.score for hit in hits), default=1.0) or 1.0
        return tuple(
            Match(
                entries[hit.entry_id],
                score=hit.score / best,
                cosine=None,
                matched=entries[hit.entry_id].content.question,
            )
            for hit in hits
            if hit.entry_id in entries
        )


KEYWORD = KeywordRanking("keyword")

# The best threshold in hindsight lay between .44 and .59 on public collections; until a collection
# chooses its own, the low end says "no close match" too rarely rather than too often.
COSINE = Ranking("cosine", threshold=0.45)

RANKINGS = {ranking.name: ranking for ranking in (COSINE,)}
