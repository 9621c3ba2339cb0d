"""What one run of a screen works with: read once, at its start, and handed on."""

from dataclasses import dataclass

from embedding import Embedder
from faq.access import Role, refuse_reader
from faq.collection import Collection, ReadableCollection
from faq.search.ranking import Ranking
from store import ReadableStore
from ui import resources


@dataclass(frozen=True, slots=True)
class Context:
    """The collection in one run. `changes` grows with every change of an entry. `ranking` is the
    collection's own, with its threshold. `has_model` is False before anything was embedded."""

    collection: ReadableCollection
    may_edit: bool
    changes: int
    ranking: Ranking
    has_model: bool

    @property
    def entries_token(self) -> tuple[int, str]:
        """Another value after every change of an entry or of the model."""
        model = self.collection.state.model
        return self.changes, model.fingerprint if model else ""

    @property
    def log_token(self) -> str:
        """Another value after every change of the query log."""
        return self.collection.state.log

    @property
    def store(self) -> ReadableStore:
        return self.collection.store

    @property
    def editable(self) -> Collection:
        """The collection, to change something. Raises `NotAllowed` for readers."""
        if not isinstance(self.collection, Collection):
            refuse_reader(Role.READER)
            raise AssertionError("a reader was refused")
        return self.collection

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
    collection = resources.readable_collection()
    state = collection.state
    return Context(
        collection,
        resources.may_edit(),
        state.changes,
        collection.ranking(),
        state.model is not None,
    )
