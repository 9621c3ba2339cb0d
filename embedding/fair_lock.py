"""A lock that serves its waiters in the order they came."""

import threading
from collections import deque
from types import TracebackType


class FairLock:
    """Mutual exclusion in turns, to be used with `with`; not re-entrant.

    `threading.Lock` lets the thread that just released it take it again at once: a bulk job that
    locks batch by batch would keep a single question waiting until its last batch.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        turn = threading.Lock()
        turn.acquire()
        with self._guard:
            if not self._held:
                self._held = True
                return
            self._waiting.append(turn)
        try:
            turn.acquire()  # until the thread before hands over
        except BaseException:
            # Interrupted while waiting. A turn that has already come is passed on.
            with self._guard:
                came = turn not in self._waiting
                if not came:
                    self._waiting.remove(turn)
            if came:
                self._hand_over()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hand_over()

    def _hand_over(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
