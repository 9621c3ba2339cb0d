"""Killed at every named step, and at any moment: nothing confirmed is lost, nothing half there.

Six kills at random in the normal run; two hundred with ASKWELL_LONG=1, which `make soak` sets.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from store import open_store
from store.fault_points import FaultPoint
from tests.scenarios import SCENARIOS, a_collection, begun, confirmed_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows kills in other ways")

ROOT = Path(__file__).parents[1]
ROUNDS = 200 if os.environ.get("ASKWELL_LONG") else 6
KILLS = [(name, point) for name, scenario in SCENARIOS.items() for point in scenario.points]


class Children:
    """Starts processes that do a scenario's work."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.killing"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._heard() == 0

    def start(self, name: str, place: Path, point: str | None = None, times: int = 0) -> int:
        """Start one and return its id."""
        self._say(json.dumps((name, str(place), point, times)))
        return self._heard()

    def exit_status(self) -> int:
        """Return how the one that was started ended; minus a signal's number where it was that."""
        status = self._heard()
        self._say("")
        return status

    def run(self, name: str, place: Path, point: str | None = None, times: int = 0) -> int:
        self.start(name, place, point, times)
        return self.exit_status()

    def close(self) -> None:
        self._server.communicate()

    def _say(self, line: str) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(f"{line}\n")
        self._server.stdin.flush()

    def _heard(self) -> int:
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template")
    a_collection(place)
    return place


def check_nothing_is_lost(name: str, place: Path) -> None:
    scenario, store = SCENARIOS[name], open_store(place / "faq.db", create=False)
    scenario.nothing_lost(store, list(confirmed_in(place)))
    assert not store.upkeep.check().damaged
    if scenario.sound:
        assert store.upkeep.check().problems == ()
    store.close()


def check_it_can_be_finished(name: str, place: Path, children: Children) -> None:
    assert children.run(name, place) == 0
    scenario, store = SCENARIOS[name], open_store(place / "faq.db", create=False)
    scenario.finished(store)
    scenario.nothing_lost(store, list(confirmed_in(place)))
    assert store.upkeep.check().problems == ()
    store.close()


def test_every_fault_point_is_passed_by_a_scenario() -> None:
    assert {point for _, point in KILLS} == set(get_args(FaultPoint))


@pytest.mark.parametrize(("name", "point"), KILLS)
def test_killed_at_a_step(
    tmp_path: Path, template: Path, children: Children, name: str, point: FaultPoint
) -> None:
    scenario, place = SCENARIOS[name], tmp_path / "place"
    begun(scenario, template, place)
    status = children.run(name, place, point, scenario.points[point])
    assert status == -signal.SIGKILL, f"{name} never came to {point!r}"
    check_nothing_is_lost(name, place)
    check_it_can_be_finished(name, place, children)


@pytest.fixture(scope="module")
def seconds(
    tmp_path_factory: pytest.TempPathFactory, template: Path, children: Children
) -> dict[str, float]:
    """How long each scenario takes."""
    taken = {}
    for name, scenario in SCENARIOS.items():
        place = tmp_path_factory.mktemp(name) / "place"
        begun(scenario, template, place)
        started = time.perf_counter()
        assert children.run(name, place) == 0
        taken[name] = time.perf_counter() - started
    return taken


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment(
    tmp_path: Path, template: Path, children: Children, seconds: dict[str, float], number: int
) -> None:
    name = list(SCENARIOS)[number % len(SCENARIOS)]
    place = tmp_path / "place"
    begun(SCENARIOS[name], template, place)
    process = children.start(name, place)
    time.sleep(random.uniform(0, seconds[name]))
    os.kill(process, signal.SIGKILL)
    assert children.exit_status() in (-signal.SIGKILL, 0)
    check_nothing_is_lost(name, place)
    check_it_can_be_finished(name, place, children)
