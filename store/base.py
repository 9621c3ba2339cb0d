"""The contract of every store: the parts that it has, in prose and types.

`Store` is what an editor's process works with, `ReadableStore` what a reader's does: the same parts
with fewer methods. Whatever takes a `ReadableStore` is checked by mypy to change nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from store.records import (
    EVERY_QUERY,
    PUBLISHED_ENTRIES,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    Health,
    ImportMark,
    Job,
    JobState,
    KeywordHit,
    LoggedQuery,
    ModelRecord,
    Near,
    Neighbour,
    Occurrences,
    QueryFilter,
    QueryPage,
    Revision,
    SearchFilter,
    SortField,
    State,
    StoreInfo,
    SuggestedPhrasing,
    Vector,
    VectorKind,
    VectorSet,
)
from store.resident import Resident


class ReadableEntries(Protocol):
    """The entries of a collection, to read."""

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        """Return the entries with these ids, in the order asked, the bin included; unknown ids are
        skipped."""

    def page(
        self,
        where: EntryFilter,
        *,
        sort: SortField = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> EntryPage:
        """Return one page of the entries that pass `where`, ties by id."""

    def counts(self, field: Literal["category", "tag"]) -> list[tuple[str, int]]:
        """Return the categories or tags in use outside the bin with the number of their entries, by
        name; the empty category is not counted."""

    def ids(self, by: Literal["key", "question"], texts: Sequence[str]) -> dict[str, int]:
        """Return the id of the entry outside the bin that has each of these keys or *normalised*
        questions (`records.normalised`); the lowest id where several have it."""

    def revisions(self, entry_id: int) -> list[Revision]:
        """Return every change of an entry, newest first."""

    def changes_since(self, token: int) -> Changes:
        """Return the ids of entries changed after `token` (0: ever), each once, by id.

        Writes to the log, to settings and to jobs are no changes.
        """


class Entries(ReadableEntries, Protocol):
    """The entries of a collection.

    A write is one transaction: entry, phrasings, vectors, keyword index and revision become visible
    together, and survive a crash once the call has returned.

    Ids are positive, grow, and are never used again. They survive removal and its undo.

    An entry's version grows by one with every change, removal and undo included. An edit names the
    version that it was made from; if the entry has another one now, it is refused (`StaleEdit`).
    """

    def add(
        self,
        contents: Sequence[Content],
        embeddings: Embeddings,
        actor: str,
        mark: ImportMark | None = None,
    ) -> list[Entry]:
        """Add entries in one transaction and return them, in order. A collection without a model
        takes that of the embeddings. With `mark`, the setting `import/<file>` is written, which
        says how far the import of a file has come.

        `embeddings` must contain the vector of every phrasing, and should contain those of the
        answers' texts. Raises `KeyTaken`, with nothing added, where an entry outside the bin has
        one of the keys.
        """

    def edit(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        """Make edits one after the other in one transaction; return the entries, in order.

        `embeddings` needs to contain the vectors of only those texts that an entry did not have
        before. Content that is equal to the entry's changes nothing, not even the version. Raises
        `UnknownEntry`, `StaleEdit` or `KeyTaken`, with nothing changed.
        """

    def set_deleted(self, entry_ids: Sequence[int], deleted: bool, actor: str) -> list[int]:
        """Put entries into the bin, or take them out as they were; return the ids of those that
        were not there already.

        Raises `KeyTaken`, with nothing restored, where another entry has taken one of their keys.
        """

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        """Delete entries that are in the bin for good: their text, their vectors in every set and
        their revisions; return the ids of those that were there.

        Those outside the bin stay. They count as changed once more; the log keeps what was asked.
        """


class ReadableVectors(Protocol):
    """The vectors of a collection, to search in.

    A search names the fingerprint of the model that made the query's vector: its set is searched,
    active or not. Before the collection has a model, nothing is found; where it has only others,
    `ModelMismatch` is raised.
    """

    def nearest(
        self,
        vector: Vector,
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[Neighbour]:
        """Return the `k` distinct entries that pass `where` and whose best phrasing is most
        similar, best first, ties by id; fewer where fewer pass. The filter applies before the cut.

        Searched in the database, with nothing loaded: for the first query of a process.
        """

    @overload
    def resident(self, *, fingerprint: str, near: Near | None = None) -> Resident: ...
    @overload
    def resident(
        self, *, fingerprint: str, load: bool, near: Near | None = None
    ) -> Resident | None: ...
    def resident(
        self, *, fingerprint: str, load: bool = True, near: Near | None = None
    ) -> Resident | None:
        """Return the vectors of a set in memory: those of every entry outside the bin.

        Kept between calls and updated by what has changed, so that it costs little. Without `load`,
        None where they are not in memory yet.

        Of a collection that is too large to be held (`State.held`), only those of the entries that
        are probably nearest to `near` are read, each time; without it, `TooLarge` is raised.
        """


class Vectors(ReadableVectors, Protocol):
    """The sets of vectors of a collection: one for each model that made some.

    A collection answers with the vectors of one model, the active one, and entries are written with
    its vectors alone (`ModelMismatch` otherwise). Another set lacks what was written since, until
    `fill` adds it; what is removed is removed in every set. Vectors are checked here, once:
    float32, finite, of unit length, of the model's dimension (`InvalidVector` otherwise).

    A vector has a kind: every phrasing has one, and so has every passage of an answer, as the text
    of the question and the passage together (`Content.passages`). Every entry has the vectors of
    its phrasings in the active set. Those of its answer may be missing until `fill` adds them:
    answers can be edited while no model is available, and older collections have none. A phrasing
    or passage whose text changes loses its vector in every set. Of an older collection, a long
    answer as a whole has a vector too, until all its passages have one of the active model.
    """

    def sets(self) -> list[VectorSet]:
        """Return the sets: the active one first, then by age."""

    def texts(
        self, kind: VectorKind, limit: int, *, after: int = 0, missing_in: str | None = None
    ) -> list[tuple[int, str]]:
        """Return id and text of the first `limit` texts of a kind with an id above `after`, by id,
        the bin included. Each phrasing and passage has an id of its own. With `missing_in`, only
        those without a vector in the set of that fingerprint."""

    def fill(
        self,
        model: ModelRecord,
        kind: VectorKind,
        texts: Sequence[tuple[int, str]],
        vectors: NDArray[np.float32],
    ) -> None:
        """Write vectors, shape `(n, dimension)`, into a model's set, over those that are there; a
        model without a set begins one.

        `texts` are as the method of that name returned them. What is gone or has another text by
        now is skipped.
        """

    def switch(self, fingerprint: str) -> None:
        """Answer with another model's vectors from now on; the others stay.

        Raises `SetIncomplete`, with nothing changed, where a vector is missing in that set, and
        `ModelMismatch` where there is no such set.
        """

    def drop(self, fingerprint: str) -> None:
        """Delete a model's vectors. Raises `ModelMismatch` where they are the active ones; does
        nothing where there are none."""


class Words(Protocol):
    """The words of a collection. Case and accents make no difference, and nothing in a text is an
    operator. Where a script puts no spaces between words, each two neighbouring signs are a word
    (`store.words.words`)."""

    def search(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        """Return the `k` best entries that share at least one word with `text`, best BM25 first,
        ties by id."""

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        """Return for each text which entries contain its words, the bin included, in any field.

        Each word comes once, in order; of words that no entry has, `entry_ids` is empty. Of a very
        long text, only the first words are looked for.
        """

    def known(self) -> tuple[str, ...]:
        """Return every word of letters that an entry contains, the bin included, the most frequent
        first, ties by alphabet; the same object as before where nothing changed. Words of scripts
        without spaces are not among them."""

    def counts(self, content: Content) -> dict[str, int]:
        """Return how often each word is in an entry with this content, as `occurrences` would count
        it once it is saved."""


class ReadersLog(Protocol):
    """What a reader's questions add to the log."""

    def add(self, query: LoggedQuery | None, delete_until: datetime | None = None) -> int | None:
        """Delete the queries asked before `delete_until`; keep a settled query and return its id,
        None where there is none to keep."""

    def rate(self, query_id: int, thumb: int | None, missing: str = "") -> None:
        """Set the thumb of a logged query: +1, -1, or None to take it back; and what was missing in
        the answer. Does nothing where it was deleted."""

    def suggest(self, suggestion: SuggestedPhrasing) -> int:
        """Keep a phrasing that is suggested for an entry, and return its id.

        Where the same one (`records.normalised`) is suggested for the entry already, that one's id
        is returned, and nothing is changed. Raises `UnknownEntry` where no entry has that id.
        """


class Log(ReadersLog, Protocol):
    """What was asked, how it was rated, and what readers suggested. Ids are never used again."""

    def page(self, limit: int, where: QueryFilter = EVERY_QUERY) -> QueryPage:
        """Return the last `limit` logged queries that pass, newest first, and how many pass."""

    def delete(self, where: QueryFilter = EVERY_QUERY) -> int:
        """Delete the logged queries that pass; return how many."""

    def suggestions(self, limit: int) -> list[SuggestedPhrasing]:
        """Return the first `limit` open suggestions, oldest first: those whose entry is outside the
        bin and lacks the phrasing, and that no setting `dismissed/suggestion <id>` dismisses."""


class Jobs(Protocol):
    """The leases of long work: at most one job of a kind runs, in whichever process."""

    def start(
        self, kind: str, *, owner: str, actor: str, total: int | None, silent_after: timedelta
    ) -> Job:
        """Take the lease on a kind of work and return the job.

        Raises `JobRunning` where one of this kind is running. One without a heartbeat for
        `silent_after` counts as dead: it is marked as failed, and the new one starts.
        """

    def beat(self, job_id: int, *, owner: str, done: int, total: int | None) -> bool:
        """Record progress. Return False where the job should stop: cancelled, or taken over."""

    def finish(self, job_id: int, *, owner: str, state: JobState, result: str) -> None:
        """End a job that `owner` still has."""

    def cancel(self, job_id: int) -> None:
        """Ask a running job to stop; its next heartbeat says so."""

    def latest(self, kind: str) -> Job | None:
        """Return the latest job of a kind, running or ended."""


class ReadableSettings(Protocol):
    """Named texts that a collection keeps, to read."""

    def read(self, folder: str, newest: int | None = None) -> dict[str, str]:
        """Return the settings of a folder: those named `folder/...`, without the folder, by name;
        with `newest`, only the last so many. Those without a folder are in `Store.state`."""


class StoredSettings(ReadableSettings, Protocol):
    """Named texts that a collection keeps."""

    def write(
        self, values: Mapping[str, str | None], *, before: Mapping[str, str | None] | None = None
    ) -> None:
        """Set settings in one transaction; None deletes one. Raises `SettingChanged`, and sets
        none, unless each of `before` still has its value."""


class Upkeep(Protocol):
    """What keeps a collection safe."""

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """Write a copy of the collection at one moment, while others go on writing, to a file of
        its own, which opens as a collection. Jobs that are running are ended in it.

        It gets its name only after it has passed the check and is on disk. `progress` is called
        with how many of how many parts are copied; what it raises ends the backup, and nothing is
        left. Raises `StoreUnavailable` where something has that name already or the disk refuses,
        and `Unsound` where the copy, and so the collection, has problems.
        """

    def check(self) -> Health:
        """Return what is wrong with the collection; where its file or text is damaged, only
        that."""

    def repair(self) -> list[str]:
        """Repair in one transaction what `check` finds and the text alone can tell; return what was
        done, a sentence each.

        No text is changed or deleted. The keyword index is rebuilt where it is wrong; vectors that
        belong to nothing are deleted. Vectors that cannot be right are deleted too, so that even
        the active set may lack some afterwards: `texts` names them and `fill` adds them. Does
        nothing where the collection is damaged.
        """


class ReadableStore(Protocol):
    """A collection in a reader's process: it can be asked and read, and is not changed.

    A store may be shared between threads, and its database between processes; each call sees
    everything that was committed before it began. Where two entries are equally good, the lower id
    comes first.
    """

    @property
    def read_only(self) -> str:
        """Why nothing can be written, as the end of a sentence; empty where it can.

        Then everything can still be read, and every write raises `StoreUnavailable`.
        """

    @property
    def entries(self) -> ReadableEntries: ...
    @property
    def vectors(self) -> ReadableVectors: ...
    @property
    def words(self) -> Words: ...
    @property
    def log(self) -> ReadersLog: ...
    @property
    def settings(self) -> ReadableSettings: ...

    def state(self) -> State:
        """Return settings, active model and change tokens, in one read transaction."""

    def info(self) -> StoreInfo:
        """Return where the collection is and how much it contains, without the bin."""

    def close(self) -> None:
        """Close every connection. The store cannot be used afterwards."""


class Store(ReadableStore, Protocol):
    """A collection in an editor's process: entries with their vectors, kept safe."""

    @property
    def entries(self) -> Entries: ...
    @property
    def vectors(self) -> Vectors: ...
    @property
    def log(self) -> Log: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def settings(self) -> StoredSettings: ...
    @property
    def upkeep(self) -> Upkeep: ...
