"""Bringing the rows of a table into the collection, a part at a time, each part whole."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from time import perf_counter
from typing import Literal

from faq.collection import SIMILAR, Collection, new_texts
from faq.content import InvalidEntry, one_a_line, validated
from faq.fields import content_of
from faq.transfer.columns import Columns, by_field, chosen
from faq.transfer.table import Row, Table
from store import (
    Content,
    Edit,
    Entry,
    ImportMark,
    KeyTaken,
    StaleEdit,
    Store,
    UnknownEntry,
    fault_points,
    normalised,
)

FAILED_LISTED = 100_000  # more are counted only
NEAR_LISTED = 1_000
IMPORTS = "import"  # the folder of settings where the store keeps marks of imports


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that was not imported. Row 1 is the first after the names of columns."""

    row: int
    error: str


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A row that was imported although an older entry, `like`, is very near to its question."""

    row: int
    entry_id: int
    question: str
    like_id: int
    like: str
    cosine: float


@dataclass(slots=True)
class ImportReport:
    """What an import has done so far. `added` and `updated` count committed rows; the lists hold
    the first of what `more_failed` and `more_near` count the rest of."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    failed: list[FailedRow] = field(default_factory=list)
    more_failed: int = 0
    near: list[NearDuplicate] = field(default_factory=list)
    more_near: int = 0
    seconds: float = 0.0
    embed_seconds: float = 0.0

    @property
    def rows(self) -> int:
        """How many rows of the file are dealt with."""
        return self.added + self.updated + self.skipped + self.failures

    @property
    def failures(self) -> int:
        """How many rows were not imported."""
        return len(self.failed) + self.more_failed

    def fail(self, failed: FailedRow) -> None:
        if len(self.failed) < FAILED_LISTED:
            self.failed.append(failed)
        else:
            self.more_failed += 1


MOST_COMPARISONS = 4_000_000_000  # of two vectors: about a minute


class Added:
    """Which rows became which entries, both ascending."""

    def __init__(self) -> None:
        self.rows, self.entry_ids = array("q"), array("q")

    def note(self, rows: Sequence[int], entry_ids: Sequence[int]) -> None:
        self.rows.extend(rows)
        self.entry_ids.extend(entry_ids)

    def row_of(self, entry_id: int) -> int:
        return self.rows[bisect_left(self.entry_ids, entry_id)]


def near_duplicates(collection: Collection, added: Added) -> tuple[list[NearDuplicate], int]:
    """Return rows that became entries although one that was there before, or an earlier row, is
    very near to their question, in the order of the file; and how many more there are.

    The vectors are those that the import wrote. Of a very large import the first rows alone are
    looked at: the Inbox finds the rest.
    """
    if not added.rows:
        return [], 0
    store = collection.store
    most = max(1, MOST_COMPARISONS // max(1, store.info().phrasings))
    found = store.vectors.older_similar(
        added.entry_ids[:most], SIMILAR, fingerprint=collection.embedder.model.fingerprint
    )
    listed = list(islice(found, NEAR_LISTED))
    more = sum(1 for _ in found)
    ids = sorted({id_ for alike in listed for id_ in (alike.entry_id, alike.older_id)})
    questions = {entry.id: entry.content.question for entry in store.entries.get(ids)}
    return [
        NearDuplicate(
            added.row_of(alike.entry_id),
            alike.entry_id,
            questions[alike.entry_id],
            alike.older_id,
            questions[alike.older_id],
            alike.cosine,
        )
        for alike in listed
        if alike.entry_id in questions and alike.older_id in questions  # else deleted meanwhile
    ], more


TEXTS_AT_ONCE = 512  # embedded and committed together: what a crash can cost at most

OnDuplicate = Literal["skip", "update", "add"]
OnFailed = Callable[[FailedRow, Mapping[str, str] | str], None]
"""Takes a row that was not imported, and its cells by column, or why it has none."""


def import_entries(
    collection: Collection,
    table: Table,
    on_duplicate: OnDuplicate = "skip",
    columns: Columns | None = None,
    *,
    file: str = "",
    progress: Callable[[ImportReport], None] = lambda report: None,
    on_failed: OnFailed = lambda failed, cells: None,
) -> ImportReport:
    """Import the rows of a table.

    A row is a duplicate where an entry has its key, or, for a row without a key, its question.
    `columns` are guessed where none are given. `file` names these very rows, for an import that
    adds duplicates: ended early, it goes on after the last row that was saved. `progress` is called
    after each commit; what it raises ends the import, with everything counted so far kept.
    Raises `UnreadableFile`, with nothing imported, where no column is the question.
    """
    columns = chosen(table) if columns is None else columns
    report = ImportReport()
    work = _Import(collection, on_duplicate, columns, file, report, on_failed)
    started = perf_counter()
    for part in _parts(table.rows, columns):
        work.bring(part)
        report.seconds = perf_counter() - started
        fault_points.reached("import: part committed")
        progress(report)
    report.near, report.more_near = near_duplicates(collection, work.added)
    if work.file:
        collection.store.settings.write({f"{IMPORTS}/{work.file}": None})
    fault_points.reached("import: done")
    report.seconds = perf_counter() - started
    return report


def _parts(rows: Iterator[Row], columns: Columns) -> Iterator[list[Row]]:
    part: list[Row] = []
    texts = 0
    phrasings = columns.get("phrasings", "")
    for row in rows:
        part.append(row)
        cells = row[1]
        texts += 1 if isinstance(cells, str) else 1 + len(one_a_line(cells.get(phrasings, "")))
        if texts >= TEXTS_AT_ONCE:
            yield part
            part, texts = [], 0
    if part:
        yield part


@dataclass(frozen=True, slots=True)
class _Read:
    """A readable row."""

    number: int
    cells: dict[str, str]
    content: Content

    @property
    def asks(self) -> str:
        """What a row without a key is told by."""
        return f"question {normalised(self.content.question)}"

    @property
    def name(self) -> str:
        """What makes two rows the same."""
        return f"key {self.content.key}" if self.content.key else self.asks


def _saved_rows(store: Store, file: str) -> int:
    """Return up to which row a file is in, as its last `ImportMark` says; 0 where there is none, or
    where the entry that was added last with it is gone: then it begins again."""
    rows, last_id = store.settings.read(IMPORTS).get(file, "0 0").split()
    last = store.entries.get([int(last_id)])
    return int(rows) if last and not last[0].deleted else 0


class _Import:
    """One import on its way."""

    def __init__(
        self,
        collection: Collection,
        on_duplicate: OnDuplicate,
        columns: Columns,
        file: str,
        report: ImportReport,
        on_failed: OnFailed,
    ) -> None:
        self._collection = collection
        self._on_duplicate = on_duplicate
        self._columns = columns
        self._report = report
        self._on_failed = on_failed
        self._failed: list[FailedRow] = []  # of the part that is under way
        self.added = Added()
        # Only duplicates that are added need it: the other modes find by themselves what is there.
        self.file = file if on_duplicate == "add" else ""
        self._saved_before = _saved_rows(collection.store, self.file) if self.file else 0

    def bring(self, part: Sequence[Row]) -> None:
        """Import some rows."""
        rows = self._readable(part)
        if self._on_duplicate == "add":
            self._add_all(rows)
        else:
            self._settle(rows)
        cells = dict(part)
        for failed in sorted(self._failed, key=lambda failed: failed.row):
            self._report.fail(failed)
            self._on_failed(failed, cells[failed.row])
        self._failed.clear()

    def _fail(self, row: int, error: str) -> None:
        self._failed.append(FailedRow(row, error))

    def _readable(self, part: Sequence[Row]) -> list[_Read]:
        rows = []
        for number, cells in part:
            try:
                if isinstance(cells, str):
                    raise InvalidEntry(cells)
                said = by_field(cells, self._columns)
                rows.append(_Read(number, said, validated(content_of(said, Content("")))))
            except InvalidEntry as error:
                self._fail(number, str(error))
        return rows

    def _add_all(self, rows: Sequence[_Read]) -> None:
        """Add the rows that no import of the same file has added before."""
        new = [row for row in rows if row.number > self._saved_before]
        self._report.skipped += len(rows) - len(new)
        keys = [row.content.key for row in new if row.content.key]
        taken: set[str | None] = set(self._collection.store.entries.ids("key", keys))
        free = []
        for row in new:
            if row.content.key in taken:
                self._fail(row.number, f"The key {row.content.key!r} is taken. Use another.")
            else:
                free.append(row)
                taken |= {row.content.key} - {None}
        self._add(free)

    def _settle(self, rows: Sequence[_Read]) -> None:
        """Add rows, or write them over what is there, or leave that."""
        standing = self._standing(rows)
        update = self._on_duplicate == "update"
        changed: dict[int, _Read] = {}
        new: dict[str, _Read] = {}
        asked: dict[str, str] = {}  # question -> name of the first new row that asks it
        for row in rows:
            name = row.name if row.content.key else asked.get(row.asks, row.name)
            if row.name in standing and update:
                if standing[row.name].id in changed:  # a second row for an entry reads the first's
                    self._update(changed)
                    changed = {}
                changed[standing[row.name].id] = row
            elif row.name in standing or (name in new and not update):
                self._report.skipped += 1
            elif name in new:  # of two rows for one new entry, the later one says more
                content = validated(content_of(row.cells, new[name].content))
                new[name] = replace(new[name], content=content)
                self._report.skipped += 1
            else:
                new[name] = row
                asked.setdefault(row.asks, name)
        self._update(changed)
        self._add(list(new.values()))

    def _standing(self, rows: Sequence[_Read]) -> dict[str, Entry]:
        """Return the entries that these rows are duplicates of, by the rows' names."""
        store = self._collection.store
        contents = [row.content for row in rows]
        keys = store.entries.ids("key", [c.key for c in contents if c.key])
        questions = store.entries.ids(
            "question", [normalised(c.question) for c in contents if not c.key]
        )
        ids = {f"key {key}": entry_id for key, entry_id in keys.items()}
        ids |= {f"question {question}": entry_id for question, entry_id in questions.items()}
        entries = {entry.id: entry for entry in store.entries.get(list(ids.values()))}
        return {name: entries[entry_id] for name, entry_id in ids.items() if entry_id in entries}

    def _add(self, rows: Sequence[_Read]) -> None:
        if not rows:
            return
        started = perf_counter()
        contents = [row.content for row in rows]
        embeddings = self._collection.embed(
            (text for content in contents for text in content.ways_of_asking),
            (text for content in contents for text in content.answer_texts),
        )
        self._report.embed_seconds += perf_counter() - started
        fault_points.reached("import: part embedded")

        def add(some: Sequence[_Read]) -> None:
            mark = ImportMark(self.file, some[-1].number) if self.file else None
            entries = self._collection.add_many([row.content for row in some], embeddings, mark)
            self.added.note([row.number for row in some], [entry.id for entry in entries])
            self._report.added += len(some)

        try:
            add(rows)
        except KeyTaken:  # somebody was faster with one of the keys: the others still go in
            for row in rows:
                try:
                    add([row])
                except KeyTaken as error:
                    self._fail(row.number, str(error))

    def _update(self, rows: Mapping[int, _Read]) -> None:
        """Write what rows say over entries, given by entry id; columns that the file lacks stay as
        they are."""
        entries = self._collection.store.entries.get(list(rows))
        edits: list[Edit] = []
        texts: list[str] = []
        answers: list[str] = []
        for entry in entries:
            try:
                content = validated(content_of(rows[entry.id].cells, entry.content))
            except InvalidEntry as error:
                self._fail(rows[entry.id].number, str(error))
                continue
            asked, answered = new_texts(entry.content, content)
            texts += asked
            answers += answered
            edits.append(Edit(entry.id, entry.version, content))
        if not edits:
            return
        started = perf_counter()
        embeddings = self._collection.embed(texts, answers)
        self._report.embed_seconds += perf_counter() - started
        try:
            after = self._collection.edit_many(edits, embeddings)
        except (KeyTaken, StaleEdit, UnknownEntry) as error:
            if len(edits) == 1:
                self._fail(rows[edits[0].entry_id].number, str(error))
                return
            for edit in edits:  # the others still go in
                self._update({edit.entry_id: rows[edit.entry_id]})
            return
        unchanged = sum(
            edit.version == entry.version for edit, entry in zip(edits, after, strict=True)
        )
        self._report.skipped += unchanged
        self._report.updated += len(edits) - unchanged
