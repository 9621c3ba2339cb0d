"""When a query counts as asked: not a prefix typed on the way, but what the person stayed with."""

import logging
import threading

import streamlit as st

from faq.collection import ReadableCollection, SearchResult
from store import StoreError

PAUSE_SECONDS = 2.0


class Settling:
    """One session's question. It is logged once it has been there for two seconds, or is acted
    upon."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: tuple[ReadableCollection, SearchResult] | None = None
        self._logged_as: int | None = None
        self._timer = threading.Timer(0, lambda: None)

    def show(self, collection: ReadableCollection, result: SearchResult) -> None:
        """Take note of what is shown now; the same query as before changes nothing."""
        with self._lock:
            if self._shown and self._shown[1].query.strip() == result.query.strip():
                return
            self._timer.cancel()
            self._shown, self._logged_as = (collection, result), None
            self._timer = threading.Timer(PAUSE_SECONDS, self.settle)
            self._timer.daemon = True
            self._timer.start()

    def forget(self) -> None:
        """Take note that the box is empty."""
        with self._lock:
            self._timer.cancel()
            self._shown = None

    def settle(self) -> int | None:
        """Log what is shown, once; return its id in the log, None where that was not possible."""
        with self._lock:
            self._timer.cancel()
            if self._shown is None or self._logged_as is not None:
                return self._logged_as
            collection, result = self._shown
            try:
                self._logged_as = collection.log(result)
            except StoreError:  # an answer that could not be logged is still an answer
                logging.getLogger(__name__).warning("A query was not logged", exc_info=True)
            return self._logged_as


def of_session() -> Settling:
    """Return the one of this session."""
    settling: Settling = st.session_state.setdefault("settling", Settling())
    return settling


def settle() -> None:
    """Log this session's question, because somebody acts on its result."""
    of_session().settle()
