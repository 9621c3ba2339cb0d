"""Waiting for a busy service: bounded, growing, random, and as long as the service asks."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import retry as module
from hub.retry import FIRST_SECONDS, LONGEST_SECONDS, Busy, Clock, Effort, asked_for, pause, retry

chances = st.floats(0, 1)
waits = st.one_of(st.none(), st.floats(0, 1000))


@given(failures=st.integers(1, 10**6), chance=chances)
def test_a_pause_is_a_share_of_what_doubles_up_to_a_bound(failures: int, chance: float) -> None:
    waited = pause(failures, chance)
    longest = LONGEST_SECONDS if failures > 20 else FIRST_SECONDS * 2 ** (failures - 1)
    assert 0 <= waited <= min(longest, LONGEST_SECONDS)
    assert waited == pytest.approx(chance * pause(failures, 1.0))
    assert pause(failures, 1.0) <= pause(failures + 1, 1.0) <= 2 * pause(failures, 1.0)


@given(failures=st.integers(1, 100), chance=chances, asked=st.floats(0, 10**6))
def test_what_a_service_asks_for_is_waited_in_full(
    failures: int, chance: float, asked: float
) -> None:
    assert asked <= pause(failures, chance, asked) <= asked + FIRST_SECONDS


class Trying:
    """A clock that is pushed on by hand, and someone who fails for a while."""

    def __init__(self, chance: float, failures: list[float | None], takes: float) -> None:
        self.time = 0.0
        self.tries: list[float] = []
        self._failures = failures
        self._takes = takes
        self.clock = Clock(now=lambda: self.time, sleep=self._pass, chance=lambda: chance)

    def _pass(self, seconds: float) -> None:
        assert seconds >= 0
        self.time += seconds

    def ask(self, seconds: float) -> str:
        self.tries.append(self.time)
        self._pass(min(self._takes, seconds))
        if len(self.tries) <= len(self._failures):
            raise Busy("is busy", self._failures[len(self.tries) - 1])
        return "done"


@given(
    chance=chances,
    failures=st.lists(waits, max_size=50),
    takes=st.floats(0, 100),
    seconds=st.floats(1, 300),
    tries=st.integers(1, 20),
)
def test_an_effort_is_bounded_in_time_and_number(
    chance: float, failures: list[float | None], takes: float, seconds: float, tries: int
) -> None:
    trying = Trying(chance, failures, takes)
    try:
        assert retry(trying.ask, Effort(seconds, tries), trying.clock) == "done"
        assert len(trying.tries) == len(failures) + 1
    except Busy:
        assert failures
    assert 1 <= len(trying.tries) <= tries
    assert trying.time <= seconds + 1e-6


def test_a_service_that_wants_more_time_than_there_is_gets_no_second_try() -> None:
    trying = Trying(0.5, [100.0], 0)
    with pytest.raises(Busy):
        retry(trying.ask, Effort(99, 10), trying.clock)
    assert trying.tries == [0.0]
    assert trying.time == 0


def test_other_errors_are_not_tried_again() -> None:
    tries = []

    def ask(seconds: float) -> None:
        tries.append(seconds)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        retry(ask, Effort(10, 10), Clock())
    assert tries == [pytest.approx(10, abs=1)]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 400, 999_999_999.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert asked_for({"Retry-After": header}) == seconds


@pytest.mark.parametrize("usegmt", [True, False])
def test_a_date_to_come_is_waited_for(usegmt: bool) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=usegmt)
    assert asked_for({"Retry-After": until}) == pytest.approx(90, abs=3)


def test_no_header_asks_for_nothing() -> None:
    assert asked_for({}) is None


def test_a_sleep_lasts_as_long_as_it_should() -> None:
    started = time.monotonic()
    module.sleep(0.05)
    assert time.monotonic() - started >= 0.05


def test_a_sleep_ends_with_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeping = threading.Thread(target=module.sleep, args=(60,))
    sleeping.start()
    never_started = threading.Thread()  # so it is not alive
    monkeypatch.setattr(threading, "main_thread", lambda: never_started)
    sleeping.join(5)
    assert not sleeping.is_alive()
