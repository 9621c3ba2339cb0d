"""The contract of every store, in prose and types."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store.bookkeeping import Bookkeeping
from store.imports import ImportMark, OlderAlike
from store.records import (
    PUBLISHED_ENTRIES,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    EntryTest,
    KeywordHit,
    Neighbour,
    Occurrences,
    Revision,
    SearchFilter,
    SortField,
    StoreInfo,
    Vector,
)
from store.snapshot import Snapshot
from store.upkeep import Upkeep
from store.vector_sets import VectorSets


class Store(Bookkeeping, Upkeep, VectorSets, Protocol):
    """Entries with their vectors, kept safe.

    **Whole or not at all.** A write is one transaction: entry, phrasings, vectors, keyword index
    and revision become visible together, and survive a crash once the call has returned.

    **Vectors.** A collection answers with the vectors of one model, the active one, and entries are
    written with its vectors alone (`ModelMismatch` otherwise). A set of another model's vectors may
    stand beside them; what is written meanwhile is lacking there until `fill` brings it, and what
    is removed or refiled is so in every set. Vectors are checked here, once: float32, finite, of
    unit length, of the model's dimension (`InvalidVector` otherwise).

    A vector has a kind: every phrasing has one, and so has an entry's answer, as the text of
    question and answer in one (`Content.answer_texts`). No entry stands in the active set without
    the vectors of its phrasings. That of its answer it may lack until `fill` brings it: answers can
    be mended while no model is to be had, and older collections have none. A change of question or
    answer takes away the old one in every set.

    **Ids** are positive, grow, and are never used again. They survive removal and its undo.

    **Versions.** An entry's version grows by one with every change, removal and undo included. An
    edit names the version it was made from; if another stands there now it is refused
    (`StaleEdit`).

    **Order.** Where two entries are equally good, the lower id comes first.

    **Many hands.** A store may be shared between threads, and its database between processes; each
    call sees everything that was committed before it began.
    """

    def info(self) -> StoreInfo:
        """Return where the collection is and how much it holds, the bin left out."""

    def close(self) -> None:
        """Give back every connection. The store cannot be used afterwards."""

    # Entries

    def add(
        self,
        contents: Sequence[Content],
        embeddings: Embeddings,
        actor: str,
        mark: ImportMark | None = None,
    ) -> list[Entry]:
        """Add entries in one transaction and return them, in order; with `mark`, keep in it how far
        the import of a file has come (see `imported_rows`).

        `embeddings` must hold the vector of every way of asking, and should those of the answers'
        texts. Raises `KeyTaken`, with nothing
        added, where an entry outside the bin has one of the keys.
        """

    def edit(
        self, entry_id: int, version: int, content: Content, embeddings: Embeddings, actor: str
    ) -> Entry:
        """Replace an entry's content and return it as it stands now.

        `embeddings` needs to hold the vectors of those texts only that the entry did not have
        before. Content that is equal to what stands changes nothing, not even the version.
        Raises `UnknownEntry`, `StaleEdit` or `KeyTaken`.
        """

    def edit_many(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        """Make edits one after the other in one transaction; return the entries, in order.

        Each is as `edit`; where one is refused, nothing is changed.
        """

    def merge(
        self,
        kept: Edit,
        absorbed_id: int,
        absorbed_version: int,
        embeddings: Embeddings,
        actor: str,
    ) -> Entry:
        """Put one entry into the bin and edit another in one transaction; return the latter.

        So what the one held can go over into the other, its key too. Each is as `edit` says: where
        one is refused, nothing is changed.
        """

    def remove(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        """Put entries into the bin and return the ids of those that were not there already."""

    def restore(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        """Take entries out of the bin, as they were, and return the ids of those that were there.

        Raises `KeyTaken`, with nothing restored, where another entry has taken one of their keys.
        """

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        """Delete entries that are in the bin for good: their text, their vectors in every set and
        their revisions; return the ids of those that were there.

        Those outside the bin stay. The change feed tells of them once more; the log keeps what was
        asked.
        """

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        """Return the entries with these ids, in the order asked; unknown ids are left out, entries
        in the bin are not."""

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

    def categories(self) -> list[tuple[str, int]]:
        """Return the categories in use outside the bin with the number of their entries, by name;
        entries without a category are not counted."""

    def tags(self) -> list[tuple[str, int]]:
        """Return the tags in use outside the bin with the number of their entries, by name."""

    def ids_by_key(self, keys: Sequence[str]) -> dict[str, int]:
        """Return, for each of these keys that an entry outside the bin has, its id."""

    def ids_by_question(self, questions: Sequence[str]) -> dict[str, int]:
        """Return, for each *normalised* question that an entry outside the bin has, its lowest id.

        `questions` and the keys of the result are normalised by `records.normalised`.
        """

    def revisions(self, entry_id: int) -> list[Revision]:
        """Return every change of an entry, newest first."""

    def entry_tests(self) -> list[EntryTest]:
        """Return the tests of every published entry, by entry: first those that must find it, in
        their order, then the others."""

    def changes_since(self, token: int) -> Changes:
        """Return the ids of entries changed after `token` (0: ever), each once, by id.

        Writes to the log, to settings and to jobs are no changes.
        """

    # Searching

    def nearest(
        self,
        vector: Vector,
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[Neighbour]:
        """Return the `k` distinct entries that pass `where` and whose best phrasing is nearest.

        Best first, ties by id; fewer where fewer pass. The filter applies before the cut. The
        fingerprint is that of the model which made `vector`: its set is searched, active or not.
        Empty where the collection has no model yet; raises `ModelMismatch` where it has others
        only.
        """

    def nearest_many(
        self,
        vectors: NDArray[np.float32],
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[list[Neighbour]]:
        """Return `nearest` for each row of `vectors`, shape `(n, dimension)`, in order."""

    def older_alike(
        self, entry_ids: Sequence[int], least: float, *, fingerprint: str
    ) -> Iterator[OlderAlike]:
        """Yield, by id, those of these entries whose question has a cosine of at least `least` to a
        phrasing of an older one, each with the nearest of these, ties by id.

        The bin is left out; `entry_ids` ascend. Raises `ModelMismatch` as `nearest` does.
        """

    def keyword(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        """Return the `k` best entries that share at least one word with `text`, best BM25 first.

        `text` is plain text: nothing in it is an operator. No word in it, no hits.
        """

    def snapshot(self, *, fingerprint: str) -> Snapshot:
        """Return the vectors of a set in memory: those of every entry outside the bin.

        Kept from call to call and brought up to date by what has changed, so that it costs little
        where nothing has. Empty where the collection has no model yet; raises `ModelMismatch` where
        it has others only.
        """

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        """Return for each text where its words stand: in which entries, the bin included, how
        often, in everything that they say. Each word comes once, in order; of words that no entry
        has, `entry_ids` is empty. Case and accents make no difference, and no word is an operator.
        Of a very long text, the first words alone are looked for.
        """

    def word_counts(self, content: Content) -> dict[str, int]:
        """Return how often each word stands in an entry of this content, as `occurrences` would
        say once it were saved."""

    def question_vectors(self) -> Iterator[tuple[int, Vector]]:
        """Yield id and question's vector, of the active model, of every entry outside the bin, by
        id."""

    def embedded_entries(self, *, fingerprint: str) -> Iterator[tuple[Entry, Vector]]:
        """Yield every entry outside the bin with its question's vector, by id, all as they stood at
        the moment when the first was asked for.

        Raises `ModelMismatch` where the active model has another fingerprint, or there is none.
        """
