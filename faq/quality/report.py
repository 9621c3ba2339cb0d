"""What a comparison of rankings found, kept as JSON and read again years later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from faq.json_records import from_json, to_json
from store import Report, Store

KIND = "quality"
KEPT_IN_VIEW = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure, and from where to where it lies with 95 % confidence; None where the resamples
    could not tell."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A query that one ranking answers right with its first match, and another does not: its right
    entry, and what came first instead."""

    query: str
    right: str
    instead: str


@dataclass(frozen=True, slots=True)
class Side:
    """A ranking's figures, by the names of `faq.evaluation.Figures`; and what it won and lost
    against the ranking that the collection had. Of many, the first are kept: `won` and `lost` count
    all of them. `p_value` is how often chance alone would part so many queries as unevenly.
    `must_not_found` counts the queries that were answered by an entry that must not."""

    ranking: str
    threshold: float
    figures: Mapping[str, Measured]
    won: int = 0
    lost: int = 0
    p_value: float = 1.0
    queries_won: tuple[Changed, ...] = ()
    queries_lost: tuple[Changed, ...] = ()
    must_not_found: int = 0

    @property
    def significant(self) -> bool:
        """Whether it differs by more than chance."""
        return self.p_value < 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rankings asked the same queries, the collection's own first.

    `labelled` says where the queries came from, the name of a file or the entries' tests; empty
    where they were the collection's own phrasings, each left out. `digest` is the same for the same
    queries with the same right entries. `must_not_find` counts those that were asked beside them
    because an entry must not answer them; no figure knows of these.
    """

    sides: tuple[Side, ...]
    labelled: str
    in_scope: int
    out_of_scope: int
    digest: str
    model: str
    entries: int
    phrasings: int
    seconds: float
    must_not_find: int = 0


@dataclass(frozen=True, slots=True)
class KeptComparison:
    """A comparison as the collection keeps it: when it was made, and by whom."""

    id: int
    at: datetime
    actor: str
    comparison: Comparison


def keep(store: Store, comparison: Comparison, actor: str) -> Report:
    """Keep a comparison in the collection."""
    return store.keep_report(KIND, to_json(comparison), actor)


def kept(store: Store) -> list[KeptComparison]:
    """Return the comparisons that the collection keeps, newest first; the last 200. What another
    version of Askwell wrote and this one cannot read is left out."""
    read_reports = [(report, read(report.content)) for report in store.reports(KIND, KEPT_IN_VIEW)]
    return [
        KeptComparison(report.id, report.at, report.actor, comparison)
        for report, comparison in read_reports
        if comparison is not None
    ]


def read(content: str) -> Comparison | None:
    """Read what `keep` wrote; None where it is something else."""
    try:
        return from_json(Comparison, content)
    except ValueError:
        return None
