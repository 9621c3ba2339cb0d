"""Labelled queries: of a file, which the collection keeps, and of the entries' tests."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from faq.collection import ReadableCollection
from faq.json_records import from_json, to_json
from faq.transfer.files import read_table
from faq.transfer.table import Row, UnreadableFile
from store import Content, EntryFilter, ReadableStore, Status, Store, normalised

MOST_QUERIES = 20_000
TESTS = "the entries' tests"
KEPT = "queries/labelled"  # the setting


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A query and the id of the entry that answers it; None where no entry does. Without
    `must_find`, it is a test: this entry must not answer it."""

    text: str
    entry_id: int | None
    must_find: bool = True


@dataclass(frozen=True, slots=True)
class LabelledQueries:
    """Labelled queries and where they come from: a file of this name, or `TESTS`. `must_not_find`
    are such that the entry must not answer."""

    name: str
    queries: tuple[LabelledQuery, ...]
    must_not_find: tuple[LabelledQuery, ...] = ()


def tests_of(entry_id: int, content: Content) -> list[LabelledQuery]:
    """Return the tests of an entry: first those that must find it; none of unpublished ones."""
    if content.status != Status.PUBLISHED:
        return []
    return [
        *(LabelledQuery(text, entry_id) for text in content.must_find),
        *(LabelledQuery(text, entry_id, must_find=False) for text in content.must_not_find),
    ]


def entry_tests(collection: ReadableCollection) -> list[LabelledQuery]:
    """Return the tests of every published entry, by entry."""
    tested = collection.all_entries(EntryFilter(tested=True))
    return [test for entry in tested for test in tests_of(entry.id, entry.content)]


def own_tests(collection: ReadableCollection) -> LabelledQueries:
    """Return the tests of every published entry, to compare rankings on."""
    tests = entry_tests(collection)
    return LabelledQueries(
        TESTS,
        tuple(test for test in tests if test.must_find),
        tuple(test for test in tests if not test.must_find),
    )


def labelled(rows: Iterable[Row], store: ReadableStore) -> list[LabelledQuery]:
    """Return the queries of a table with the columns `query` and `expected`: an entry's key, or its
    question; empty where no entry answers. Raises `UnreadableFile`."""
    read: list[tuple[int, str, str]] = []
    for number, cells in rows:
        if isinstance(cells, str):
            raise UnreadableFile(f"Row {number}: {cells}")
        if "expected" not in cells:
            raise UnreadableFile("The file has no column 'expected'. It names the right entries.")
        if query := cells["query"].strip():
            read.append((number, query, cells["expected"].strip()))
    if not read:
        raise UnreadableFile("The file has no query. Write one a row, in the column 'query'.")
    expected = list({name: None for _, _, name in read})
    ids = store.entries.ids("question", [normalised(name) for name in expected])
    by_key = store.entries.ids("key", expected)
    found = []
    for number, query, name in read:
        entry_id = by_key.get(name, ids.get(normalised(name))) if name else None
        if name and entry_id is None:
            raise UnreadableFile(
                f"Row {number} expects {name[:60]!r}, which is neither the key nor the question of "
                "an entry. Leave it empty where no entry answers."
            )
        found.append(LabelledQuery(query, entry_id))
    return found


def read_labelled(name: str, data: bytes, store: ReadableStore) -> LabelledQueries:
    """Read the labelled queries of a file. Raises `UnreadableFile`."""
    queries = labelled(read_table(BytesIO(data), name).named("query"), store)
    if len(queries) > MOST_QUERIES:
        raise UnreadableFile(
            f"The file has {len(queries):,} queries, more than the {MOST_QUERIES:,} that are "
            "compared at once. Remove some."
        )
    return LabelledQueries(name, tuple(queries))


def keep_labelled(store: Store, queries: LabelledQueries | None) -> None:
    """Keep these labelled queries with the collection, and no others; with None, none."""
    store.settings.write({KEPT: None if queries is None else to_json(queries)})


def kept_labelled(store: ReadableStore) -> LabelledQueries | None:
    """Return the labelled queries that the collection keeps; None where it has none."""
    folder, name = KEPT.split("/")
    text = store.settings.read(folder).get(name)
    if text is None:
        return None
    if text.startswith("["):  # an older Askwell kept texts and ids alone
        return LabelledQueries("a file", tuple(LabelledQuery(*one) for one in json.loads(text)))
    return from_json(LabelledQueries, text)
