"""How many items wait in the Inbox, for the menu: counted in the background, so it may lag."""

import logging
import threading
from collections.abc import Hashable
from time import perf_counter

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from ui.context import Context

PAUSE_SECONDS = 10.0  # after a change, and from one count to the next, at least
PAUSES = 20  # times the duration of a count: it takes a twentieth of one core at most


class Count:
    """The process's count. One thread at a time counts."""

    def __init__(self) -> None:
        self.number = 0
        self._state: Hashable = None
        self._seconds = PAUSE_SECONDS
        self._timer: threading.Timer | None = None

    def keep_up(self, run: Context) -> None:
        """Count again in a while, where entries or the log have changed."""
        state = (run.entries_token, run.log_token)
        if run.embedder.ready and state != self._state and not self._waiting():
            self._timer = threading.Timer(self._seconds, self._count, (run, state))
            self._timer.daemon = True
            add_script_run_ctx(self._timer)  # what is stale depends on the reader's time zone
            self._timer.start()

    def _waiting(self) -> bool:
        return self._timer is not None and self._timer.is_alive()

    def _count(self, run: Context, state: Hashable) -> None:
        from ui.inbox import todo  # only now: the first page comes faster

        started = perf_counter()
        try:
            self.number = todo.count(run)
            self._state = state
        except Exception:  # whatever it was, the Inbox itself will say it
            logging.getLogger(__name__).info("The Inbox was not counted", exc_info=True)
        self._seconds = max(PAUSE_SECONDS, PAUSES * (perf_counter() - started))


@st.cache_resource(show_spinner=False)
def of_process() -> Count:
    """Return the process's count."""
    return Count()


def title(name: str) -> str:
    """Return a name for the menu, with how many items wait."""
    number = of_process().number
    return f"{name} {number:,}" if number else name
