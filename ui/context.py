"""What screens work with: what this process keeps, and what one run of a script reads at its start
and hands on. Screens call it through the module (`context.read()`), so that a test can put others
in their place."""

import gc
import importlib
import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from embedding import Download, Embedder, EmbeddingError
from faq import access
from faq.access import Role
from faq.collection import Collection, ReadableCollection
from faq.models import Models
from faq.search import spelling
from faq.search.ranking import Ranking
from faq.settings import Settings, read_settings
from store import ReadableStore, Store, StoreError, open_store

SECRETS = Path(".streamlit/secrets.toml")
ACTOR = "display_name"  # in the session, and, on a machine of one's own, in the collection


@dataclass(frozen=True, slots=True)
class Context:
    """The collection in one run. `changes` grows with every change of an entry. `ranking` is the
    collection's own, with its threshold. `has_model` is False before anything was embedded."""

    collection: ReadableCollection
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
    def may_edit(self) -> bool:
        return isinstance(self.collection, Collection)

    @property
    def editable(self) -> Collection:
        """The collection, to change something. Raises `NotAllowed` for readers."""
        access.refuse_reader(settings().role)
        assert isinstance(self.collection, Collection)
        return self.collection

    @property
    def store(self) -> ReadableStore:
        return self.collection.store

    @property
    def embedder(self) -> Embedder:
        return self.collection.embedder

    @property
    def actor(self) -> str:
        return self.collection.actor

    def ranking_named(self, name: str | None) -> Ranking:
        """Return the ranking of this name, with the collection's threshold; without one, the
        collection's own."""
        return self.ranking if name in (None, self.ranking.name) else self.collection.ranking(name)


def read() -> Context:
    """Read what a run works with, in one transaction. A callback, which runs before the page, reads
    its own."""
    whole, actor = readable_store(), settings().actor
    state = whole.state()
    own, collection = models().own(state.model), None
    if may_edit():
        actor = st.session_state.get(ACTOR) or state.settings.get(ACTOR) or actor
        collection = Collection(store(), own, actor, state)
    found = collection or ReadableCollection(whole, own, actor, state)
    return Context(found, state.changes, found.ranking(), state.model is not None)


def collection() -> Collection:
    """Return the collection, to change something in a callback. Raises `NotAllowed` for readers."""
    return read().editable


def embedder() -> Embedder:
    """Return the collection's own model as it is now, not necessarily loaded yet."""
    return models().own()


# What the process keeps


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Return how this installation is set up. Raises `SettingsError`."""
    if SECRETS.exists():
        st.secrets.load_if_toml_exists()  # puts what is there into the environment
    return read_settings(os.environ)


@st.cache_resource(show_spinner=False)
def _opened() -> Store:
    chosen = settings()
    return open_store(chosen.database, create=may_edit(), replica=chosen.replica)


@st.cache_resource(show_spinner=False)
def readable_store() -> ReadableStore:
    """Return the process's store, as its role may use it. Raises `StoreError` where it cannot be
    opened; no reader's server begins a collection."""
    return access.restricted(_opened(), settings().role)


def store() -> Store:
    """Return the process's store, to change something. Raises `NotAllowed` for readers."""
    access.refuse_reader(settings().role)
    return _opened()


@st.cache_resource(show_spinner=False)
def models() -> Models:
    """Return the models that this process may need, each opened once."""
    return Models(settings(), readable_store(), downloading().receive)


def may_edit() -> bool:
    """Return whether the people at this server may change the collection."""
    return settings().role is Role.EDITOR


class Downloading:
    """The latest message on the download of a model's files; nothing is being downloaded where
    `total` is 0."""

    def __init__(self) -> None:
        self.latest = Download(0, 0)

    def receive(self, download: Download) -> None:
        self.latest = download


@st.cache_resource(show_spinner=False)
def downloading() -> Downloading:
    """Return the process's download."""
    return Downloading()


class ModelLoading:
    """The loading of the model, and then of the collection's vectors, in a thread of its own, so
    that no page waits for it."""

    def __init__(self, embedder: Embedder, store: ReadableStore) -> None:
        self._embedder = embedder
        self._store = store
        self.error = ""
        self._thread = threading.Thread(target=self._load, name="load model", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return self._embedder.ready or not self._thread.is_alive()

    def _load(self) -> None:
        try:
            self._embedder.load()
            self._embedder.encode_query("Is anybody there?")  # the first one takes longest
            spelling.prepare(self._embedder)
            with suppress(StoreError):  # a question will say so
                self._store.vectors.resident(fingerprint=self._embedder.model.fingerprint)
        except EmbeddingError as error:
            self.error = str(error)
        except Exception as error:  # whatever it was, the screen must say it
            logging.getLogger(__name__).exception("The model could not be loaded")
            self.error = f"The model could not be loaded: {error}"
        importlib.import_module("pandas")  # the next page needs it, and the search field
        _freeze()


def _freeze() -> None:
    """Leave what was loaded so far, which stays for good, out of garbage collection.

    Streamlit collects garbage after each run of a script, before the page is painted; that took
    80 of the 100 ms of a run.
    """
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()


def model_loading(own: Embedder | None = None) -> ModelLoading:
    """Return the loading of the collection's `own` model; the first call starts it."""
    own = own or embedder()
    return _loading(own, id(own))  # another one after a switch, wherever that was made


def load_model_again() -> None:
    """Forget that the model could not be loaded: the next call of `model_loading` tries again."""
    _loading.clear()


@st.cache_resource(show_spinner=False)
def _loading(_embedder: Embedder, identity: int) -> ModelLoading:
    return ModelLoading(_embedder, readable_store())
