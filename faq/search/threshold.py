"""The score below which no entry answers: how it was chosen, kept with the collection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from faq.json_records import from_json, to_json
from faq.search.ranking import DEFAULT, RANKINGS, Ranking
from store import State, Store

CHOSEN_RANKING = "ranking"  # the setting with its name
MUCH = 0.2  # changes of entries since, as a share of the entries then


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

    Other entries and queries of the same kind would have given a threshold from `low` to `high` in
    nine cases of ten; None, as is `expected`, where too little shows how right answers score.
    `unrelated` is as in `Ranking`. `false_answers` is the rate that was asked for; None where the
    best MCC was. `phrasings`, `labelled` and `feedback` count what it was chosen from. `by` is who
    chose it by hand; empty where nobody did. The rest says of which collection, by the token of its
    last change, and when.
    """

    ranking: str
    threshold: float
    how: str
    low: float | None
    high: float | None
    expected: Expectation | None
    false_answers: float | None
    phrasings: int
    labelled: int
    feedback: int
    fingerprint: str
    entries_held: int
    at: str
    changes: int = 0
    unrelated: float = 0.0
    by: str = ""


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


def chosen_by_hand(calibration: Calibration, threshold: float, actor: str) -> Calibration:
    """Return a calibration with a threshold that somebody chose, which stays as long as the model
    does. Its expectation, where it has one, is that of the nearest point of the curve."""
    expected = calibration.expected
    if expected:
        here = min(expected.curve, key=lambda point: abs(point.threshold - threshold))
        expected = replace(expected, here=replace(here, threshold=threshold))
    return replace(
        calibration,
        threshold=threshold,
        how=f"Chosen by {actor}.",
        low=None,
        high=None,
        expected=expected,
        false_answers=None,
        by=actor,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def is_due(state: State, ranking: str) -> bool:
    """Return whether a ranking's threshold should be chosen by itself: it never was for this model,
    or much has changed since. One that somebody chose, by hand or with labelled queries, stays as
    long as the model does: only people have those."""
    if state.model is None:
        return False
    calibration = current(state, ranking)
    if calibration is None:
        return True
    changed = abs(state.changes - calibration.changes)  # a restored collection may have had fewer
    return (
        not (calibration.labelled or calibration.by) and changed > MUCH * calibration.entries_held
    )


def current(state: State, ranking: str) -> Calibration | None:
    """Return how a ranking's threshold was chosen for the collection's model; None where it was
    not: a threshold of another model means nothing."""
    calibration, model = kept(state, ranking), state.model
    return (
        calibration
        if calibration and model and calibration.fingerprint == model.fingerprint
        else None
    )


def ranking_named(state: State, name: str) -> Ranking:
    """Return a ranking with the collection's own threshold, where it has one for its model."""
    ranking, chosen = RANKINGS[name], current(state, name)
    if chosen is None:
        return ranking
    return replace(ranking, threshold=chosen.threshold, unrelated=chosen.unrelated)


def chosen_name(state: State) -> str:
    """Return the name of the collection's ranking."""
    name = state.settings.get(CHOSEN_RANKING, "")
    return name if name in RANKINGS else DEFAULT.name


def choose(store: Store, name: str) -> None:
    """Rank by this name from now on."""
    store.settings.write({CHOSEN_RANKING: RANKINGS[name].name})


def _setting(ranking: str) -> str:
    return f"threshold of {ranking}"
