"""Bringing the rows of a table into the collection."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Literal

from faq.collection import Collection, new_texts
from faq.content import InvalidEntry, comma_separated, one_a_line, validated
from faq.csv_table import Row
from store import Content, Edit, Entry, KeyTaken, StaleEdit, Status, UnknownEntry, normalised

TEXTS_AT_ONCE = 512  # embedded and committed together: what a crash can cost at most

OnDuplicate = Literal["skip", "update", "add"]


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that was not imported. Row 1 is the first after the header."""

    row: int
    error: str


@dataclass(slots=True)
class ImportReport:
    """What an import has done so far. `added` and `updated` count committed rows."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    failed: list[FailedRow] = field(default_factory=list)
    seconds: float = 0.0
    embed_seconds: float = 0.0

    @property
    def rows(self) -> int:
        """How many rows of the file are dealt with."""
        return self.added + self.updated + self.skipped + len(self.failed)

    def fail(self, row: int, error: str) -> None:
        self.failed.append(FailedRow(row, error))


def import_entries(
    collection: Collection,
    rows: Iterator[Row],
    on_duplicate: OnDuplicate = "skip",
    progress: Callable[[ImportReport], None] = lambda report: None,
) -> ImportReport:
    """Import the rows of a table, some at a time, each part whole.

    A row is a duplicate where an entry has its key, or, for a row without a key, its question.
    `progress` is called after each commit; what it raises ends the import, with everything counted
    so far kept.
    """
    report = ImportReport()
    started = perf_counter()
    for part in _parts(rows):
        _import_part(collection, part, on_duplicate, report)
        report.seconds = perf_counter() - started
        progress(report)
    report.failed.sort(key=lambda failed: failed.row)
    return report


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


def _parts(rows: Iterator[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    texts = 0
    for row in rows:
        part.append(row)
        cells = row[1]
        texts += 1 if isinstance(cells, str) else 1 + len(one_a_line(cells.get("phrasings", "")))
        if texts >= TEXTS_AT_ONCE:
            yield part
            part, texts = [], 0
    if part:
        yield part


def _import_part(
    collection: Collection, part: list[Row], on_duplicate: OnDuplicate, report: ImportReport
) -> None:
    rows = _readable(part, report)
    standing = _standing(collection, rows)
    changed: dict[int, _Read] = {}
    new: dict[str, _Read] = {}
    asked: dict[str, str] = {}  # question -> name of the first new row that asks it
    for row in rows:
        name = row.name if row.content.key else asked.get(row.asks, row.name)
        if on_duplicate == "add":
            taken = row.content.key and (name in standing or name in new)
            if taken:
                report.fail(row.number, f"The key {row.content.key!r} is taken. Use another.")
            else:
                new[name if row.content.key else f"row {row.number}"] = row
        elif row.name in standing and on_duplicate == "update":
            if standing[row.name].id in changed:  # a second row for an entry reads the first's
                _update(collection, changed, report)
                changed = {}
            changed[standing[row.name].id] = row
        elif row.name in standing or (name in new and on_duplicate == "skip"):
            report.skipped += 1
        elif name in new:  # of two rows for one new entry, the later one says more
            content = validated(_content(row.cells, new[name].content))
            new[name] = replace(new[name], content=content)
            report.skipped += 1
        else:
            new[name] = row
            asked.setdefault(row.asks, name)
    _update(collection, changed, report)
    _add(collection, list(new.values()), report)


def _readable(part: list[Row], report: ImportReport) -> list[_Read]:
    rows = []
    for number, cells in part:
        try:
            if isinstance(cells, str):
                raise InvalidEntry(cells)
            rows.append(_Read(number, cells, validated(_content(cells, Content("")))))
        except InvalidEntry as error:
            report.fail(number, str(error))
    return rows


def _standing(collection: Collection, rows: Sequence[_Read]) -> dict[str, Entry]:
    """Return the entries that these rows are duplicates of, by the rows' names."""
    contents = [row.content for row in rows]
    keys = collection.store.ids_by_key([c.key for c in contents if c.key])
    questions = collection.store.ids_by_question(
        [normalised(c.question) for c in contents if not c.key]
    )
    ids = {f"key {key}": entry_id for key, entry_id in keys.items()}
    ids |= {f"question {question}": entry_id for question, entry_id in questions.items()}
    entries = {entry.id: entry for entry in collection.store.get(list(ids.values()))}
    return {name: entries[entry_id] for name, entry_id in ids.items() if entry_id in entries}


def _add(collection: Collection, rows: Sequence[_Read], report: ImportReport) -> None:
    if not rows:
        return
    started = perf_counter()
    contents = [row.content for row in rows]
    embeddings = collection.embed(
        (text for content in contents for text in content.ways_of_asking),
        (text for content in contents for text in content.answer_texts),
    )
    report.embed_seconds += perf_counter() - started
    try:
        collection.add_many(contents, embeddings)
        report.added += len(rows)
    except KeyTaken:  # somebody was faster with one of the keys: the others still go in
        for row in rows:
            try:
                collection.add_many([row.content], embeddings)
                report.added += 1
            except KeyTaken as error:
                report.fail(row.number, str(error))


def _update(collection: Collection, rows: Mapping[int, _Read], report: ImportReport) -> None:
    """Write what rows say over entries, given by entry id; columns that the file lacks stay as they
    are."""
    entries = collection.store.get(list(rows))
    edits: list[Edit] = []
    texts: list[str] = []
    answers: list[str] = []
    for entry in entries:
        try:
            content = validated(_content(rows[entry.id].cells, entry.content))
        except InvalidEntry as error:
            report.fail(rows[entry.id].number, str(error))
            continue
        asked, answered = new_texts(entry.content, content)
        texts += asked
        answers += answered
        edits.append(Edit(entry.id, entry.version, content))
    if not edits:
        return
    started = perf_counter()
    embeddings = collection.embed(texts, answers)
    report.embed_seconds += perf_counter() - started
    try:
        after = collection.edit_many(edits, embeddings)
    except (KeyTaken, StaleEdit, UnknownEntry) as error:
        if len(edits) == 1:
            report.fail(rows[edits[0].entry_id].number, str(error))
            return
        for edit in edits:  # the others still go in
            _update(collection, {edit.entry_id: rows[edit.entry_id]}, report)
        return
    unchanged = sum(edit.version == entry.version for edit, entry in zip(edits, after, strict=True))
    report.skipped += unchanged
    report.updated += len(edits) - unchanged


def _content(cells: dict[str, str], base: Content) -> Content:
    """Return `base` with everything that a row says."""
    status = cells.get("status", base.status.value).strip().lower() or Status.PUBLISHED.value
    if status not in list(Status):
        raise InvalidEntry(f"The status is {status[:30]!r}, expected {', '.join(Status)}.")
    return replace(
        base,
        question=cells.get("question", base.question),
        answer=cells.get("answer", base.answer),
        key=cells.get("key", "").strip() or base.key,  # a row that names none takes none away
        category=cells.get("category", base.category),
        tags=comma_separated(cells["tags"]) if "tags" in cells else base.tags,
        phrasings=_lines(cells, "phrasings", base.phrasings),
        must_find=_lines(cells, "must_find", base.must_find),
        must_not_find=_lines(cells, "must_not_find", base.must_not_find),
        source=cells.get("source", base.source),
        status=Status(status),
    )


def _lines(cells: dict[str, str], column: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    return one_a_line(cells[column]) if column in cells else otherwise
