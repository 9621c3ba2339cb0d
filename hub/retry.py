"""How long to wait before asking a busy service again, and when to give up."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

FIRST_SECONDS = 0.5  # most failures are over by then
LONGEST_SECONDS = 30.0
_NAP_SECONDS = 0.5  # how soon a stopped program notices

Answer = TypeVar("Answer")


class Busy(Exception):
    """Nobody answers now, but may later.

    The message continues a sentence that begins with the service's name. `wait_seconds` is how long
    the service asked to wait, None where it did not.
    """

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Effort:
    """When to give up: before so many seconds have passed, and after so many tries."""

    seconds: float
    tries: int


def sleep(seconds: float) -> None:
    """Sleep, but no longer than the program runs: work in the background ends with it."""
    until = time.monotonic() + seconds
    while threading.main_thread().is_alive() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _NAP_SECONDS))


@dataclass(frozen=True, slots=True)
class Clock:
    """What waiting depends on: the time in seconds, how to let some pass, and chance, 0 to 1."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = sleep
    chance: Callable[[], float] = random.random


def retry(ask: Callable[[float], Answer], effort: Effort, clock: Clock) -> Answer:
    """Return what `ask` returns, calling it again while it raises `Busy`, with pauses in between.

    `ask` gets the number of seconds left. Raises its last `Busy` where the effort is spent, or
    would be before the service wants to be asked again.
    """
    until = clock.now() + effort.seconds
    failures = 0
    while True:
        try:
            return ask(until - clock.now())
        except Busy as busy:
            failures += 1
            wait = pause(failures, clock.chance(), busy.wait_seconds)
            if failures >= effort.tries or clock.now() + wait >= until:
                raise
        clock.sleep(wait)


def pause(failures: int, chance: float, asked: float | None = None) -> float:
    """Return how many seconds to wait after `failures` tries in a row, from 1 on.

    Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS
    Architecture Blog, 2015): a random share, `chance` from 0 to 1, of twice as long as the time
    before, so that those whom one outage stopped don't come back all at once. A service that
    `asked` for some seconds gets all of them, and a share of the first pause on top.
    """
    if asked is not None:
        return asked + chance * FIRST_SECONDS
    doublings = min(failures - 1, 30)  # enough for any pause, and never an overflow
    return chance * min(LONGEST_SECONDS, FIRST_SECONDS * 2.0**doublings)


def asked_for(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3: a number,
    or a date); None where there is none that can be read."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
