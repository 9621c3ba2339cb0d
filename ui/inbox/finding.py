"""Looking for what needs a person, in a thread of its own: no page waits for it."""

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from embedding import EmbeddingError
from store import StoreError
from ui import resources

PATIENCE = 0.3  # seconds that a page waits before it shows what it had: small collections need less

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The items that were found, or why none could be; `looking` while newer ones are looked
    for."""

    items: Sequence[T] = ()
    error: str = ""
    looking: bool = False


class Search(Generic[T]):
    """Looks again whenever the state of the collection is another one than last time. What was
    found before stands until then; one thread at a time looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: Hashable = None
        self._found: Found[T] = Found()
        self._ended = threading.Event()
        self._ended.set()

    @property
    def looking(self) -> bool:
        return not self._ended.is_set()

    def found(
        self, state: Hashable, look: Callable[[], Sequence[T]], patience: float | None = None
    ) -> Found[T]:
        """Return what there is to `look` for in this state, or was in the last one; a page waits
        for `patience` seconds at most."""
        with self._lock:
            if self._ended.is_set() and self._state != state:
                self._ended.clear()
                threading.Thread(
                    target=self._look, args=(state, look), name="inbox", daemon=True
                ).start()
        self._ended.wait(PATIENCE if patience is None else patience)
        with self._lock:
            current = self._found
            return Found(current.items, current.error, looking=self._state != state)

    def _look(self, state: Hashable, look: Callable[[], Sequence[T]]) -> None:
        try:
            found: Found[T] = Found(look())
        except (StoreError, EmbeddingError) as error:
            found = Found(error=str(error))
        except Exception as error:  # whatever it was, the screen must hear of it
            logging.getLogger(__name__).exception("A search in the background failed")
            found = Found(error=f"This could not be worked out: {error}")
        with self._lock:
            self._found, self._state = found, state
            self._ended.set()


@st.cache_resource(show_spinner=False)
def search(section: str) -> Search[Any]:
    """Return the process's search for the items of a section."""
    return Search()


@dataclass(frozen=True, slots=True)
class State:
    """What decides over the items: entries, log, dismissals and model as they stand."""

    entries: int
    log: str
    dismissed: frozenset[str]
    fingerprint: str


def state() -> State:
    """Return the state of the collection now."""
    store = resources.store()
    token: int = store.changes_since(st.session_state.get("token", 0)).token
    st.session_state["token"] = token
    active = store.model()
    fingerprint = active.fingerprint if active else ""
    return State(token, store.query_log_token(), store.dismissed(), fingerprint)


@st.fragment(run_every=0.5)
def watch(sections: Sequence[str]) -> None:
    """Run the page again once one of the searches that are under way has ended."""
    if any(not search(section).looking for section in sections):
        st.rerun()
