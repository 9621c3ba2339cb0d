"""The score below which no entry answers: how it was chosen, kept with the collection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from faq.json_records import from_json, to_json
from faq.search.ranking import DEFAULT, RANKINGS, Ranking
from store import State, Store, StoreInfo

CHOSEN_RANKING = "ranking"  # the setting with its name
MUCH = 0.2  # share of entries or phrasings that were added or removed since


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The effect of a threshold: the share of queries that are answered, and the share of those
    answers that are wrong."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected effect of a threshold: the MCC, in nine cases of ten from `mcc_low` to
    `mcc_high`, its point of the curve, and the curve."""

    mcc: float
    mcc_low: float
    mcc_high: float
    here: CurvePoint
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A ranking's threshold, and in `how` how it was chosen.

    `careful` marks the default, used where there is too little data. Other entries and queries of
    the same kind would have given a threshold from `low` to `high` in nine cases of ten; None for a
    default. `expected` is None where nothing shows how right answers score. `false_answers` is the
    rate that was asked for; None where the best MCC was. `phrasings`, `labelled` and `feedback`
    count what it was chosen from; the rest says of which collection, and when.
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


def keep(store: Store, calibrations: Sequence[Calibration]) -> None:
    """Answer from these thresholds on, each in its ranking."""
    store.settings.write({_setting(one.ranking): to_json(one) for one in calibrations})


def kept(state: State, ranking: str) -> Calibration | None:
    """Return how a ranking's threshold was chosen; None where it never was."""
    text = state.settings.get(_setting(ranking))
    return None if text is None else _read(text)


@lru_cache(maxsize=8)
def _read(text: str) -> Calibration:
    return from_json(Calibration, text)


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


def ranking_named(state: State, name: str) -> Ranking:
    """Return a ranking with the collection's own threshold, where it has one for its model."""
    ranking, calibration, model = RANKINGS[name], kept(state, name), state.model
    if calibration is None or model is None or calibration.fingerprint != model.fingerprint:
        return ranking
    return replace(ranking, threshold=calibration.threshold)


def chosen_name(state: State) -> str:
    """Return the name of the collection's ranking."""
    name = state.settings.get(CHOSEN_RANKING, "")
    return name if name in RANKINGS else DEFAULT.name


def choose(store: Store, name: str) -> None:
    """Rank by this name from now on."""
    store.settings.write({CHOSEN_RANKING: RANKINGS[name].name})


def _setting(ranking: str) -> str:
    return f"threshold of {ranking}"
