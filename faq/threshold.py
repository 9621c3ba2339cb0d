"""The score below which no entry answers: how it was chosen, kept with the collection."""

from dataclasses import dataclass, replace

from faq.json_records import from_json, to_json
from faq.ranking import NEW_COLLECTIONS, OLD_COLLECTIONS, RANKINGS, Ranking
from store import Store, StoreInfo

CHOSEN_RANKING = "ranking"  # the setting that holds its name
MUCH = 0.2  # share of entries or phrasings that came or went since


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a threshold would come to: the share of queries that are answered, and the share of
    those answers that are wrong."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a threshold comes to, as far as the collection shows: the MCC, in nine cases of ten from
    `mcc_low` to `mcc_high`, the point of the curve where it lies, and the curve."""

    mcc: float
    mcc_low: float
    mcc_high: float
    here: CurvePoint
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A ranking's threshold and how it was chosen.

    `how` says so in a sentence or two. `careful` marks the default that stands in for too little
    data. Other entries and queries of the same kind would have given a threshold from `low` to
    `high` in nine cases of ten; None for a default. `expected` is None where nothing shows how
    right answers score. `false_answers` is the rate that was asked for; None where the best MCC
    was. `phrasings`, `labelled` and `feedback` count what it was chosen from. The rest says of
    which collection: its model's fingerprint, its size, and when.
    """

    ranking: str
    threshold: float
    how: str
    careful: bool
    low: float | None
    high: float | None
    expected: Expectation | None
    false_answers: float | None
    phrasings: int
    labelled: int
    feedback: int
    fingerprint: str
    entries_held: int
    phrasings_held: int
    at: str


def keep(store: Store, calibration: Calibration) -> None:
    """Answer from this threshold on, in its ranking."""
    store.set_setting(_setting(calibration.ranking), to_json(calibration))


def kept(store: Store, ranking: str) -> Calibration | None:
    """Return how a ranking's threshold was chosen; None where it never was."""
    content = store.setting(_setting(ranking))
    return from_json(Calibration, content) if content else None


def outdated(calibration: Calibration | None, info: StoreInfo, fingerprint: str) -> str:
    """Return why a threshold should be chosen anew, in a sentence; nothing where it need not."""
    if calibration is None:
        return "It was never chosen from this collection."
    if calibration.fingerprint != fingerprint:
        return "It was chosen with another model."
    for what, now, then in (
        ("entries", info.entries, calibration.entries_held),
        ("phrasings", info.phrasings, calibration.phrasings_held),
    ):
        if abs(now - then) > MUCH * max(then, 1):
            return f"There were {then:,} {what} when it was chosen, and now there are {now:,}."
    return ""


def ranking_named(store: Store, name: str) -> Ranking:
    """Return a ranking with the collection's own threshold, where it has one for its model."""
    ranking, calibration, model = RANKINGS[name], kept(store, name), store.model()
    if calibration is None or model is None or calibration.fingerprint != model.fingerprint:
        return ranking
    return replace(ranking, threshold=calibration.threshold)


def chosen_name(store: Store) -> str:
    """Return the name of the collection's ranking."""
    name = store.setting(CHOSEN_RANKING)
    if name in RANKINGS:
        return str(name)
    return (NEW_COLLECTIONS if store.model() is None else OLD_COLLECTIONS).name


def choose(store: Store, name: str) -> None:
    """Rank by this name from now on."""
    store.set_setting(CHOSEN_RANKING, RANKINGS[name].name)


def begin_with_default(store: Store) -> None:
    """Choose the ranking of a collection that begins: one that has no model yet."""
    if store.model() is None and store.setting(CHOSEN_RANKING) is None:
        choose(store, NEW_COLLECTIONS.name)


def _setting(ranking: str) -> str:
    return f"threshold of {ranking}"
