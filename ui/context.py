"""What screens work with: what this process keeps, and what one run of a script reads at its start
and hands on. Screens call it through the module (`context.read()`), so that a test can put others
in their place."""

import gc
import importlib
import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import streamlit as st

from embedding import Download, Embedder, EmbeddingError
from faq import access, people
from faq.access import Role
from faq.collection import Collection, ReadableCollection
from faq.models import Models
from faq.people import Person
from faq.search import spelling
from faq.search.ranking import Ranking
from faq.settings import Settings, read_settings
from faq.sign_in import auth_in
from store import ReadableStore, State, Store, StoreError, open_store
from ui import identity

SECRETS = Path(".streamlit/secrets.toml")
ACTOR = "display_name"  # in the session, and, on a machine of one's own, in the collection
Contents = TypeVar("Contents", str, bytes)
SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Context:
    """The collection in one run. `changes` grows with every change of an entry. `ranking` is the
    collection's own, with its threshold. `has_model` is False before anything was embedded.
    `person` is who signed in, None where nobody does."""

    collection: ReadableCollection
    changes: int
    ranking: Ranking
    has_model: bool
    role: Role
    person: Person | None

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
        return self.role.includes(Role.EDITOR)

    @property
    def may_administer(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def editable(self) -> Collection:
        """The collection, to change something. Raises `NotAllowed` for readers."""
        access.require(self.role, Role.EDITOR)
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
    its own: so a role that was taken away is gone with the next click.

    Raises `SignedOut` where somebody has to sign in, and `NotAllowed` where they have no access.
    """
    person, whole = signed_in(), _opened()
    state = whole.state()
    own = models().own(state.model)
    if person is None:
        role, now, actor = settings().role, None, settings().actor
        if role is not Role.READER:
            actor = st.session_state.get(ACTOR) or state.settings.get(ACTOR) or actor
    else:
        if people.has_ended(state, person):
            raise identity.SignedOut("You signed out.")
        role = people.refuse_stranger(role_of(person, state), person.address)
        now, actor = partial(_role_now, person), person.address
        _note_seen(whole, person)
    found: ReadableCollection
    store = access.restricted(whole, role, now)
    if role is Role.READER:
        found = ReadableCollection(store, own, actor, state)
    else:
        found = Collection(cast(Store, store), own, actor, state)
    return Context(found, state.changes, found.ranking(), state.model is not None, role, person)


def signed_in() -> Person | None:
    """Return who has signed in at this session; None where there is no sign-in. Raises
    `SignedOut`."""
    sign_in = settings().sign_in
    return identity.person(sign_in) if sign_in else None


def role_of(person: Person | None, state: State | None) -> Role | None:
    """Return what somebody may do; without the collection's `state`, as the installation alone
    says."""
    most, sign_in = settings().role, settings().sign_in
    if person is None or sign_in is None:
        return most
    role = people.role_of(person, sign_in.rules, state)
    return role if role is None or most.includes(role) else most


def _role_now(person: Person | None) -> Role | None:
    """Return what somebody may do at this moment, also in a thread of its own."""
    state = _opened().state()
    return None if person and people.has_ended(state, person) else role_of(person, state)


def while_allowed(
    contents: Callable[[], Contents], least: Role = Role.READER
) -> Callable[[], Contents]:
    """Return a function for a file that is written later, when somebody clicks: it raises
    `NotAllowed` where whoever is at this session has no such role by then."""
    person = signed_in()

    def checked() -> Contents:
        access.require(_role_now(person), least)
        return contents()

    return checked


def end_sign_in() -> None:
    """Refuse this session's sign-in from now on. Of strangers, who could do so without end, none is
    kept: they have no access anyway."""
    person, sign_in = signed_in(), settings().sign_in
    if person and sign_in and _role_now(person):
        people.end_sign_in(_opened(), person, sign_in.lasts)


@st.cache_resource(show_spinner=False)
def _seen() -> dict[str, datetime]:
    return {}


def _note_seen(whole: Store, person: Person) -> None:
    """Keep once an hour that somebody is here."""
    now, seen = datetime.now(UTC), _seen()
    if now - seen.get(person.address, now - SEEN_EVERY) >= SEEN_EVERY:
        seen[person.address] = now
        with suppress(StoreError):  # nothing can be written now
            people.note_seen(whole, person)


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
    auth: Mapping[str, Any] = {}
    if SECRETS.exists() and st.secrets.load_if_toml_exists():  # puts it into the environment, too
        auth = st.secrets.to_dict().get("auth", {})
    return read_settings(os.environ, {} if auth_in(os.environ) else auth)


@st.cache_resource(show_spinner=False)
def _opened() -> Store:
    chosen = settings()
    create = chosen.role is not Role.READER  # no server for readers begins a collection
    return open_store(chosen.database, create=create, replica=chosen.replica)


def store() -> Store:
    """Return the collection's store, to change something. Raises `NotAllowed` for readers."""
    return read().editable.store


@st.cache_resource(show_spinner=False)
def models() -> Models:
    """Return the models that this process may need, each opened once."""
    return Models(settings(), _opened(), downloading().receive)


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
    """Leave what was loaded so far, which stays for good, out of garbage collection: to look
    through all of it takes 80 ms, in which no page is drawn."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
        gc.collect()  # Python looks again once a quarter as much has come as was left here


def model_loading(own: Embedder | None = None) -> ModelLoading:
    """Return the loading of the collection's `own` model; the first call starts it."""
    own = own or embedder()
    return _loading(own, id(own))  # another one after a switch, wherever that was made


def load_model_again() -> None:
    """Forget that the model could not be loaded: the next call of `model_loading` tries again."""
    _loading.clear()


@st.cache_resource(show_spinner=False)
def _loading(_embedder: Embedder, identity: int) -> ModelLoading:
    return ModelLoading(_embedder, _opened())
