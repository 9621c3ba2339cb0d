"""A lock that is handed on in the order of asking."""

import threading
from collections import deque


class Turns:
    """Mutual exclusion in turns, with patience that ends.

    Who just let a `threading.Lock` go mostly takes it again before the others wake: a job that
    writes part after part would keep a person's one edit waiting to its end.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, patience: float) -> bool:
        """Wait up to so many seconds for one's turn; return whether it came."""
        turn = threading.Lock()
        turn.acquire()
        with self._guard:
            if not self._held:
                self._held = True
                return True
            self._waiting.append(turn)
        came = False
        try:
            came = turn.acquire(timeout=patience)
        finally:
            if not came:
                self._step_back(turn)
        return came

    def hand_over(self) -> None:
        """End one's turn."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

    def _step_back(self, turn: threading.Lock) -> None:
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        self.hand_over()  # it came after all, too late
