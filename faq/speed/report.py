"""What a speed experiment found: one trial a variant, kept as JSON and read again years later."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from store import Report, Store

KIND = "speed"
KEPT_IN_VIEW = 200
ENGINES = {"openvino": "OpenVINO", "torch": "PyTorch"}

Sweep = tuple[tuple[float, float], ...]
"""Milliseconds a text by what was varied: (tokens of a text, or texts in a batch; milliseconds)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant, measured. None where a figure is unknown; `error` says why there are none.

    `start_seconds` runs from the process's start to its first vector, with everything cached that
    can be; `first_start_seconds` is the same for the start before that, which may have had to
    prepare the model. `memory_mb` is the most memory that the process held, in 10^6 bytes.
    """

    engine: str = ""
    precision: str = ""
    device: str = ""
    hardware: str = ""
    error: str = ""
    first_start_seconds: float | None = None
    start_seconds: float | None = None
    memory_mb: float | None = None
    single_p50_ms: float | None = None
    single_p95_ms: float | None = None
    single_total_ms: float | None = None
    batch_total_ms: float | None = None
    batch_per_text_ms: float | None = None
    tokens: float | None = None
    tokens_per_second: float | None = None
    by_length: Sweep = ()
    by_batch_size: Sweep = ()

    @property
    def name(self) -> str:
        """What people call the variant: `OpenVINO, exact`."""
        engine = ENGINES.get(self.engine, self.engine) or "unknown"
        named = f"{engine}, {self.precision}" if self.precision else engine
        return named if self.device in ("", "CPU") else f"{named}, on {self.device}"

    @property
    def batch_gain(self) -> float | None:
        """How many times as fast the batch was as the same texts one at a time."""
        if not self.single_total_ms or not self.batch_total_ms:
            return None
        return self.single_total_ms / self.batch_total_ms


@dataclass(frozen=True, slots=True)
class Experiment:
    """Variants tried one after the other on the same texts, which are not kept themselves.

    `source` says where the texts came from: `collection` or `fixed`. `versions` holds those of
    Python and of the packages that compute.
    """

    trials: tuple[Trial, ...] = ()
    texts: float | None = None
    source: str = ""
    model: str = ""
    fingerprint: str = ""
    processor: str = ""
    cores: float | None = None
    system: str = ""
    load: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def measured(self) -> tuple[Trial, ...]:
        """The trials that have figures."""
        return tuple(trial for trial in self.trials if not trial.error)

    @property
    def machine(self) -> str:
        """The processor with the number of cores that could be used."""
        cores = f", {self.cores:.0f} cores" if self.cores else ""
        return f"{self.processor or 'unknown processor'}{cores}"

    @property
    def conditions(self) -> tuple[object, ...]:
        """What must be equal for figures of two experiments to be comparable."""
        return self.processor, self.cores, self.system, self.fingerprint, self.texts, self.source


@dataclass(frozen=True, slots=True)
class KeptExperiment:
    """An experiment as the collection keeps it: when it was made, and by whom."""

    id: int
    at: datetime
    actor: str
    experiment: Experiment


def keep(store: Store, experiment: Experiment, actor: str) -> Report:
    """Keep an experiment in the collection."""
    return store.keep_report(KIND, json.dumps(asdict(experiment)), actor)


def kept(store: Store) -> list[KeptExperiment]:
    """Return the experiments that the collection keeps, newest first; the last 200."""
    return [
        KeptExperiment(report.id, report.at, report.actor, read(report.content))
        for report in store.reports(KIND, KEPT_IN_VIEW)
    ]


def read(content: str) -> Experiment:
    """Read what `keep` wrote, now or in another version of Askwell: what is missing, unknown or
    not what it should be is left out."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return Experiment()
    trials, versions = told.get("trials"), told.get("versions")
    found = _fitting(Experiment, told)
    if isinstance(trials, list):
        found["trials"] = tuple(Trial(**_fitting(Trial, t)) for t in trials if isinstance(t, dict))
    if isinstance(versions, dict):
        found["versions"] = {name: v for name, v in versions.items() if isinstance(v, str)}
    return Experiment(**found)


def _fitting(kind: type[Experiment] | type[Trial], told: dict[str, Any]) -> dict[str, Any]:
    """Return what of `told` has the name and the type of a text, a number or a sweep of `kind`."""
    found: dict[str, Any] = {}
    for one in fields(kind):
        value = told.get(one.name)
        is_text = one.type is str and isinstance(value, str)
        if is_text or (one.type == float | None and _is_number(value)):
            found[one.name] = value
        elif one.type == Sweep and isinstance(value, list):
            found[one.name] = tuple(tuple(point) for point in value if _is_point(point))
    return found


def _is_point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(_is_number(n) and n for n in value)


def _is_number(value: object) -> bool:
    """Return whether JSON held a number that a figure can be: none is below zero or beyond all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= sys.float_info.max
