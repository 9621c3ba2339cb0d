"""A lock that threads get in the order in which they asked."""

import threading
from collections import deque


class FairLock:
    """Mutual exclusion in the order of asking, to be used with `with`; not re-entrant.

    `threading.Lock` mostly goes to the thread that just released it: long work that locks part by
    part would keep one question, or one edit, waiting until its end.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()  # the first of them has the lock

    def acquire(self, timeout: float | None = None) -> bool:
        """Wait, at most so many seconds; return whether it is the caller's turn."""
        turn, has_lock = object(), False
        with self._changed:
            self._waiting.append(turn)
            try:
                has_lock = self._changed.wait_for(lambda: self._waiting[0] is turn, timeout)
            finally:
                if not has_lock:  # waited too long, or interrupted
                    self._waiting.remove(turn)
                    self._changed.notify_all()
        return has_lock

    def release(self) -> None:
        """Let the next one in."""
        with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()
