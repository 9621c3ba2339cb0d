"""What is computed in a thread of its own, so that no page waits for it."""

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from errors import AskwellError

PATIENCE = 0.3  # seconds that a page waits before it shows what it had: small collections need less
THREAD = "background search"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The items that were found, or why none could be; `looking` while newer ones are looked
    for."""

    items: Sequence[T] = ()
    error: str = ""
    looking: bool = False


class Search(Generic[T]):
    """Looks again whenever the state is another one than last time. What was found before is
    returned until then; one thread at a time looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: Hashable = None
        self._found: Found[T] = Found()
        self._ended = threading.Event()
        self._ended.set()

    @property
    def looking(self) -> bool:
        return not self._ended.is_set()

    def wait(self) -> None:
        """Wait until nothing is looked for."""
        self._ended.wait()

    def found(
        self, state: Hashable, look: Callable[[], Sequence[T]], patience: float | None = None
    ) -> Found[T]:
        """Return what there is to `look` for in this state, or was in the last one; waits for
        `patience` seconds at most, without it `PATIENCE`."""
        with self._lock:
            if self._ended.is_set() and self._state != state:
                self._ended.clear()
                threading.Thread(
                    target=self._look, args=(state, look), name=THREAD, daemon=True
                ).start()
        self._ended.wait(PATIENCE if patience is None else patience)
        with self._lock:
            current = self._found
            return Found(current.items, current.error, looking=self._state != state)

    def _look(self, state: Hashable, look: Callable[[], Sequence[T]]) -> None:
        try:
            found: Found[T] = Found(look())
        except AskwellError as error:
            found = Found(error=str(error))
        except Exception as error:  # whatever it was, the screen must say it
            logging.getLogger(__name__).exception("A search in the background failed")
            found = Found(error=f"This could not be computed: {error}")
        with self._lock:
            self._found, self._state = found, state
            self._ended.set()
