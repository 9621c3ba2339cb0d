"""Bringing the rows of a table into the collection, a part at a time, each part whole."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from time import perf_counter
from types import MappingProxyType
from typing import Literal

from embedding import EmbeddingError, Vector
from errors import AskwellError
from faq.collection import Collection, new_texts
from faq.content import InvalidEntry, one_a_line, validated
from faq.fields import content_of
from faq.search.similar import older_similar
from faq.transfer.columns import Columns, by_field, chosen
from faq.transfer.import_report import FailedRow, ImportReport, LeftOut, NearDuplicate
from faq.transfer.table import SHEET, Row, Table
from store import (
    Content,
    Edit,
    Embeddings,
    ImportMark,
    KeyTaken,
    StaleEdit,
    Store,
    TooLarge,
    UnknownEntry,
    fault_points,
    normalised,
)

TEXTS_AT_ONCE = 512  # embedded and committed together: what a crash can cost at most
NEAR_LISTED = 1_000
WHOLE = " whole"  # at the end of a mark
IMPORTS = "import"  # the folder of settings where the store keeps marks of imports
MOST_COMPARISONS = 4_000_000_000  # of two vectors: about a minute

OnDuplicate = Literal["skip", "update", "add"]


class AlreadyImported(AskwellError):
    """This very file was added before, whole; its rows would be there twice."""

    def __init__(self) -> None:
        super().__init__(
            "This file was imported before, whole; its rows would be there twice. Say so if that "
            "is what you want, as --again."
        )


OnMissing = Callable[[FailedRow | LeftOut, Mapping[str, str] | str], None]
"""Takes a row that was not imported, and its cells by column, or why it has none."""


def import_entries(
    collection: Collection,
    table: Table,
    on_duplicate: OnDuplicate = "skip",
    columns: Columns | None = None,
    *,
    file: str = "",
    known: Mapping[str, Vector] = MappingProxyType({}),
    progress: Callable[[ImportReport], None] = lambda report: None,
    on_missing: OnMissing = lambda missing, cells: None,
    again: bool = False,
) -> ImportReport:
    """Import the rows of a table.

    A row is a duplicate where an entry has its key, or, for a row without a key, its question.
    `columns` are guessed where none are given. `file` names these very rows, for an import that
    adds duplicates: ended early, it goes on after the last row that was saved. A question whose
    vector is `known` when its row is read is not embedded. `progress` is called after each commit;
    what it raises ends the import, with everything counted so far kept.
    Raises `UnreadableFile`, with nothing imported, where no column is the question, and
    `AlreadyImported` where the `file` is in already, unless it is to come in `again`.
    """
    columns = chosen(table) if columns is None else columns
    # Only duplicates that are added need a mark: the other modes find by themselves what is there.
    file = file if on_duplicate == "add" else ""
    if not again:
        refuse_second(collection.store, file)
    saved_before, whole = _saved_rows(collection.store, file) if file else (0, False)
    saved_before = 0 if whole else saved_before
    work = _Import(collection, on_duplicate, columns, file, saved_before, known, on_missing)
    report = work.report
    started = perf_counter()
    for part in _parts(table.rows, columns):
        work.bring(part)
        report.seconds = perf_counter() - started
        fault_points.reached("import: part committed")
        progress(report)
    report.near, report.more_near = _near_duplicates(collection, work.added_rows, work.added_ids)
    if file and (mark := collection.store.settings.read(IMPORTS).get(file)):
        collection.store.settings.write({f"{IMPORTS}/{file}": f"{mark.removesuffix(WHOLE)}{WHOLE}"})
    fault_points.reached("import: done")
    report.seconds = perf_counter() - started
    return report


def refuse_second(store: Store, file: str) -> None:
    """Raise `AlreadyImported` where a file, as its `mark_of` names it, is in already."""
    if is_whole(store, file):
        raise AlreadyImported


def is_whole(store: Store, file: str) -> bool:
    """Return whether a file, as its `mark_of` names it, was added with all its rows."""
    return bool(file) and _saved_rows(store, file)[1]


def _saved_rows(store: Store, file: str) -> tuple[int, bool]:
    """Return how many rows of a file are in, as its last `ImportMark` says, and whether that is all
    of it; 0 where there is none, or where the entry that was added last with it is gone: then it
    begins again."""
    mark = store.settings.read(IMPORTS).get(file, "0 0")
    rows, last_id = mark.removesuffix(WHOLE).split()
    last = store.entries.get([int(last_id)])
    return (int(rows), mark.endswith(WHOLE)) if last and not last[0].deleted else (0, False)


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
class _ReadRow:
    """A row that could be read."""

    place: int  # among the rows of the file, from 1
    number: int
    cells: dict[str, str]  # by field
    content: Content
    sheet: str = ""

    @property
    def question(self) -> str:
        """What identifies a row without a key."""
        return f"question {normalised(self.content.question)}"

    @property
    def identity(self) -> str:
        """What makes two rows the same."""
        return f"key {self.content.key}" if self.content.key else self.question


@dataclass(slots=True)
class _Import:
    """One import while it runs."""

    collection: Collection
    on_duplicate: OnDuplicate
    columns: Columns
    file: str
    saved_before: int
    known: Mapping[str, Vector]
    on_missing: OnMissing
    report: ImportReport = field(default_factory=ImportReport)
    before: int = 0  # rows of earlier parts
    # Of the part that is being imported, by their places.
    missing: dict[int, FailedRow | LeftOut] = field(default_factory=dict)
    # Which rows became which entries, both ascending; arrays, for they may be very many.
    added_rows: "array[int]" = field(default_factory=lambda: array("q"))
    added_ids: "array[int]" = field(default_factory=lambda: array("q"))

    def bring(self, part: Sequence[Row]) -> None:
        """Import some rows."""
        rows = list(self._readable(part))
        if self.on_duplicate == "add":
            self._add_all([row for row in rows if row.place > self.saved_before])
            self.report.skipped += sum(row.place <= self.saved_before for row in rows)
        else:
            self._add_or_update(rows)
        for place, missing in sorted(self.missing.items()):
            self.report.leave(missing)
            self.on_missing(missing, part[place - self.before - 1][1])
        self.missing.clear()
        self.before += len(part)

    def _fail(self, row: "_ReadRow", error: str) -> None:
        self.missing[row.place] = FailedRow(row.number, _located(row.sheet, error))

    def _leave_out(self, row: "_ReadRow", why: str) -> None:
        self.missing[row.place] = LeftOut(row.number, _located(row.sheet, why))

    def _readable(self, part: Sequence[Row]) -> Iterator[_ReadRow]:
        for place, (number, cells) in enumerate(part, start=self.before + 1):
            try:
                if isinstance(cells, str):
                    raise InvalidEntry(cells)
                fields = by_field(cells, self.columns)
                content = validated(content_of(fields, Content("")))
                yield _ReadRow(place, number, fields, content, cells.get(SHEET, ""))
            except InvalidEntry as error:
                sheet = cells.get(SHEET, "") if isinstance(cells, dict) else ""
                self.missing[place] = FailedRow(number, _located(sheet, str(error)))

    def _add_all(self, rows: Sequence[_ReadRow]) -> None:
        keys = [row.content.key for row in rows if row.content.key]
        taken = self.collection.store.entries.ids("key", keys)
        for row in rows:
            if row.content.key in taken:
                self._fail(row, f"The key {row.content.key!r} is taken. Use another.")
        self._add([row for row in rows if row.content.key not in taken])

    def _add_or_update(self, rows: Sequence[_ReadRow]) -> None:
        """Add the rows that are new; write the others over what is there, or leave that."""
        existing = self._existing(rows)
        update = self.on_duplicate == "update"
        there = {} if update else self._contents(existing.values())
        changed: dict[int, _ReadRow] = {}
        new: dict[str, _ReadRow] = {}
        asked: dict[str, str] = {}  # question -> identity of the first new row that asks it
        for row in rows:
            identity = row.identity if row.content.key else asked.get(row.question, row.identity)
            if row.identity in existing and update:
                entry_id = existing[row.identity]
                if entry_id in changed:  # a second row for an entry reads the first's
                    self._update(changed)
                    changed = {}
                changed[entry_id] = row
            elif row.identity in existing:
                self._leave_out(row, _why_there(row.content, there.get(existing[row.identity])))
            elif identity in new and not update:
                self._leave_out(row, _why_second(row.content, new[identity]))
            elif identity in new:  # of two rows for one new entry, the later one says more
                first = new[identity]
                content = validated(content_of(row.cells, first.content))
                new[identity] = replace(first, content=content)
                self._leave_out(row, f"It was added to row {first.number}, which asks the same.")
            else:
                new[identity] = row
                asked.setdefault(row.question, identity)
        self._update(changed)
        self._add(list(new.values()))

    def _contents(self, entry_ids: Iterable[int]) -> dict[int, Content]:
        entries = self.collection.store.entries.get(sorted(set(entry_ids)))
        return {entry.id: entry.content for entry in entries}

    def _existing(self, rows: Sequence[_ReadRow]) -> dict[str, int]:
        """Return the ids of the entries that these rows are duplicates of, by the rows'
        identities."""
        find = self.collection.store.entries.ids
        contents = [row.content for row in rows]
        keys = find("key", [c.key for c in contents if c.key])
        questions = find("question", [normalised(c.question) for c in contents if not c.key])
        return {f"key {key}": entry_id for key, entry_id in keys.items()} | {
            f"question {question}": entry_id for question, entry_id in questions.items()
        }

    def _embed(self, texts: Sequence[str], answers: Sequence[str]) -> Embeddings:
        started = perf_counter()
        known = {text: self.known[text] for text in texts if text in self.known}
        unknown = [text for text in texts if text not in known]
        embeddings = self.collection.embed(unknown, answers)
        self.report.embed_seconds += perf_counter() - started
        return replace(embeddings, vectors={**embeddings.vectors, **known})

    def _add(self, rows: Sequence[_ReadRow]) -> None:
        if not rows:
            return
        contents = [row.content for row in rows]
        embeddings = self._embed(
            [text for content in contents for text in content.ways_of_asking],
            [text for content in contents for text in content.answer_texts],
        )
        fault_points.reached("import: part embedded")
        self._save_new(rows, embeddings)

    def _save_new(self, rows: Sequence[_ReadRow], embeddings: Embeddings) -> None:
        mark = ImportMark(self.file, rows[-1].place) if self.file else None
        try:
            entries = self.collection.add_many([row.content for row in rows], embeddings, mark)
        except KeyTaken as error:  # the others still go in
            half = len(rows) // 2
            if not half:
                self._fail(rows[0], str(error))
                return
            self._save_new(rows[:half], embeddings)
            self._save_new(rows[half:], embeddings)
        else:
            self.added_rows.extend(row.number for row in rows)
            self.added_ids.extend(entry.id for entry in entries)
            self.report.added += len(rows)

    def _update(self, rows: Mapping[int, _ReadRow]) -> None:
        """Write rows over entries, given by entry id; columns that the file lacks stay as they
        are."""
        entries = self.collection.store.entries.get(list(rows))
        edits: list[Edit] = []
        texts: list[str] = []
        answers: list[str] = []
        for entry in entries:
            try:
                content = validated(content_of(rows[entry.id].cells, entry.content))
            except InvalidEntry as error:
                self._fail(rows[entry.id], str(error))
                continue
            new_questions, new_answers = new_texts(entry.content, content)
            texts += new_questions
            answers += new_answers
            edits.append(Edit(entry.id, entry.version, content))
        if not edits:
            return
        embeddings = self._embed(texts, answers)
        try:
            after = self.collection.edit_many(edits, embeddings)
        except (KeyTaken, StaleEdit, UnknownEntry) as error:
            if len(edits) == 1:
                self._fail(rows[edits[0].entry_id], str(error))
                return
            for edit in edits:  # the others still go in
                self._update({edit.entry_id: rows[edit.entry_id]})
            return
        for edit, entry in zip(edits, after, strict=True):
            if edit.version == entry.version:
                self._leave_out(rows[edit.entry_id], "The entry is as the row says already.")
            else:
                self.report.updated += 1


def _located(sheet: str, sentence: str) -> str:
    """Return a sentence on a row, with its sheet where the file has several."""
    return f"Sheet {sheet!r}: {sentence}" if sheet else sentence


def _why_there(content: Content, there: Content | None) -> str:
    """Return why a row is left out whose key or question an entry has."""
    if there is None:
        return "It is there already."
    if normalised(there.question) != normalised(content.question):
        return f"Its key is there already, with another question: {there.question[:80]!r}."
    if content.answer != there.answer:
        return "The question is there already, with another answer."
    return "It is there already."


def _why_second(content: Content, first: _ReadRow) -> str:
    """Return why a row is left out whose key or question an earlier row has."""
    if normalised(first.content.question) != normalised(content.question):
        return f"Row {first.number} has the same key and another question."
    other = "the same answer" if content.answer == first.content.answer else "another answer"
    return f"Row {first.number} asks the same and has {other}."


def _near_duplicates(
    collection: Collection, rows: Sequence[int], entry_ids: Sequence[int]
) -> tuple[list[NearDuplicate], int]:
    """Return the rows that became these entries although an older one, from before or an earlier
    row, is similar to their question, in the order of the file; and how many more there are. A
    person decides on them: nothing is merged here.

    The vectors are those that the import wrote. Of a very large import the first rows alone are
    compared: the Inbox finds the rest.
    """
    if not rows:
        return [], 0
    store = collection.store
    most = max(1, MOST_COMPARISONS // max(1, store.info().phrasings))
    try:
        least = collection.least_similar()
    except (EmbeddingError, TooLarge):  # the rows are in all the same, and the Inbox looks again
        return [], 0
    found = older_similar(collection.resident(), entry_ids[:most], least)
    listed = list(islice(found, NEAR_LISTED))
    more = sum(1 for _ in found)
    ids = sorted({id_ for *pair, _ in listed for id_ in pair})
    questions = {entry.id: entry.content.question for entry in store.entries.get(ids)}
    return [
        NearDuplicate(
            rows[bisect_left(entry_ids, entry_id)],
            entry_id,
            questions[entry_id],
            older_id,
            questions[older_id],
            cosine,
        )
        for entry_id, older_id, cosine in listed
        if entry_id in questions and older_id in questions  # else deleted since
    ], more
