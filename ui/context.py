"""What one run of a screen works with: read once, at its start, and handed on."""

from dataclasses import dataclass

import streamlit as st

from embedding import Embedder
from faq.collection import Collection
from faq.ranking import Ranking
from store import Store
from ui import resources


@dataclass(frozen=True, slots=True)
class Context:
    """The collection in one run. `changes` grows with every change of an entry. `ranking` is the
    collection's own, with its threshold. `has_model` is False before anything was embedded."""

    collection: Collection
    may_edit: bool
    changes: int
    ranking: Ranking
    has_model: bool

    @property
    def store(self) -> Store:
        return self.collection.store

    @property
    def embedder(self) -> Embedder:
        return self.collection.embedder

    def ranking_named(self, name: str | None) -> Ranking:
        """Return the ranking of this name, with the collection's threshold; without one, the
        collection's own."""
        return self.ranking if name in (None, self.ranking.name) else self.collection.ranking(name)

    @property
    def actor(self) -> str:
        return self.collection.actor


def read() -> Context:
    """Read it. A callback, which runs before the page, reads its own."""
    collection = resources.collection()
    changes: int = collection.store.changes_since(st.session_state.get("token", 0)).token
    st.session_state["token"] = changes
    return Context(
        collection,
        resources.may_edit(),
        changes,
        collection.ranking(),
        collection.store.model() is not None,
    )
