"""Which model a collection answers with, and the others it could."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embedding import (
    REMOTE,
    Delegating,
    Download,
    Embedder,
    Engine,
    ModelUnavailable,
    ServiceUnreachable,
    open_embedder,
)
from faq.settings import Settings
from store import ModelRecord, ReadableStore

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A model on the Hub for many languages: its name there, how many megabytes are downloaded,
    what it reads, and its licence."""

    name: str
    megabytes: int
    languages: str
    licence: str


MULTILINGUAL = (
    Offer(
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        480,
        "more than 50 languages",
        "Apache-2.0",
    ),
    Offer("intfloat/multilingual-e5-small", 490, "about 100 languages", "MIT"),
)


class Models:
    """The models that this installation and its collection name, each opened once.

    Opening one loads nothing. Safe to share between threads.
    """

    def __init__(
        self,
        settings: Settings,
        store: ReadableStore | None = None,
        on_download: Callable[[Download], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._on_download = on_download
        self._lock = threading.Lock()
        self._opened: dict[tuple[str | None, str | None, Engine], Embedder] = {}
        self._own: dict[str, OwnModel] = {}

    def wanted(self) -> Embedder:
        """Return the model that the settings name, or the default."""
        return self.named(self._settings.model)

    def named(self, name: str | None) -> Embedder:
        """Return the model of a name, in the engine that the settings name."""
        return self._open(name, None, self._settings.engine)

    def own(self, record: ModelRecord | None = None) -> Embedder:
        """Return the collection's own model, whatever the settings name; the wanted one where it
        has none yet. `record` is that model, where it was read already.

        Whether its files are still here shows when it is first used: then it may raise
        `ModelUnavailable`.
        """
        if record is None and self._store:
            record = self._store.state().model
        return self.wanted() if record is None else self.recorded(record)

    def recorded(self, record: ModelRecord) -> Embedder:
        """Return the model of a record, wherever its files are now; as `own` does."""
        known = self._own.get(record.fingerprint)
        return known or self._own.setdefault(
            record.fingerprint, OwnModel(record, self._candidates(record))
        )

    def own_is_wanted(self) -> bool:
        """Return whether the collection's own model is the one that the settings name, as far as it
        has shown."""
        own = self.own()
        return not isinstance(own, OwnModel) or own.chosen in (None, self.wanted())

    def _candidates(self, record: ModelRecord) -> Sequence[Embedder]:
        # What is loaded already; the settings' model, because the same files may be in another
        # place today; where they were before.
        with self._lock:
            found = [opened for opened in self._opened.values() if opened.ready]
        engine = self._settings.engine
        if record.fingerprint.startswith(REMOTE):
            # Nothing is sent to another machine that the settings don't name. There, a service may
            # have several models.
            return [*found, self.wanted(), self.named(record.name)] if engine == "remote" else found
        here: Engine = "auto" if engine == "remote" else engine
        if self._settings.model and engine != "remote":  # else it names a model over there
            found.append(self._open(self._settings.model, None, here))
        return [*found, self._open(record.name, record.revision, here)]

    def _open(self, name: str | None, revision: str | None, engine: Engine) -> Embedder:
        with self._lock:
            key = (name, revision, engine)
            if key not in self._opened:
                self._opened[key] = open_embedder(
                    name,
                    revision=revision,
                    network=self._settings.network,
                    engine=engine,
                    precision=self._settings.precision,
                    cache=self._settings.data_dir,
                    on_download=self._on_download,
                )
            return self._opened[key]


class OwnModel(Delegating):
    """The first of several models that has the recorded one's fingerprint."""

    def __init__(self, record: ModelRecord, candidates: Sequence[Embedder]) -> None:
        self._record = record
        self._candidates = candidates
        self._choosing = threading.Lock()
        self.chosen: Embedder | None = None

    @property
    def ready(self) -> bool:
        return self.chosen is not None and self.chosen.ready

    def serving(self) -> Embedder:
        with self._choosing:
            if self.chosen is None:
                self.chosen = self._first_equal()
            return self.chosen

    def _first_equal(self) -> Embedder:
        reasons = []
        for candidate in self._candidates:
            try:
                model = candidate.model
            except ModelUnavailable as error:
                reasons.append(str(error))
                if isinstance(error, ServiceUnreachable):
                    break  # nor would it answer for another of its models
                continue
            if model.fingerprint == self._record.fingerprint:
                return candidate
            reasons.append(f"{model.name} is another model now (fingerprint {model.fingerprint}).")
        raise ModelUnavailable(
            f"The collection was embedded with {self._record.name} (fingerprint "
            f"{self._record.fingerprint}), which is unavailable: "
            f"{' '.join(reasons) or 'it runs elsewhere, and FAQ_ENGINE is not remote.'} Bring it "
            "back, or embed the collection with another model in Settings."
        )


def describe_download(download: Download) -> str:
    """Return how far a download is: `Downloading the language model: 34 of 91 MB`."""
    digits = 0 if download.total >= 10 * _MEGABYTE else 1
    done, total = (f"{size / _MEGABYTE:.{digits}f}" for size in (download.done, download.total))
    return f"Downloading the language model: {done} of {total} MB"
