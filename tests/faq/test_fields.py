"""Every field of an entry reaches everything that reads or writes entries."""

import io
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from faq.collection import Collection
from faq.content import validated
from faq.editing.history import changes
from faq.editing.merging import merged
from faq.editing.reconciling import three_way_merge
from faq.fields import FIELDS
from faq.transfer.exporting import write_entries
from faq.transfer.files import WRITTEN, Kind, opened_table
from faq.transfer.importing import import_entries
from store import Content, Status, open_store
from tests.fakes import WordCountEmbedder

NAMES = [field.name for field in fields(Content)]
EMPTY = Content("lost card")


def sample(name: str) -> Content:
    """Return content that says something in one field, besides the question."""
    kinds: dict[type, Any] = {str: "new", tuple: ("new",), Status: Status.DRAFT, type(None): "new"}
    value: Any = date(2027, 1, 31) if name == "review_by" else kinds[type(getattr(EMPTY, name))]
    content = replace(EMPTY, **{name: value})
    assert content != EMPTY
    return content


def test_files_have_a_column_for_every_field() -> None:
    assert sorted(field.name for field in FIELDS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_validation_keeps_every_field(name: str) -> None:
    assert validated(sample(name)) == sample(name)


def test_the_store_and_its_history_keep_every_field(collection: Collection) -> None:
    for name in NAMES:
        entry = collection.edit(collection.add(EMPTY), sample(name))
        collection.edit(entry, EMPTY)
        added = collection.add(sample(name))
        [_, edit, _] = collection.store.entries.revisions(entry.id)
        [add] = collection.store.entries.revisions(added.id)
        read = collection.get(added.id)
        assert read is not None
        for content in (entry.content, added.content, read.content, edit.content, add.content):
            assert content == sample(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_history_shows_a_change_of_every_field(name: str) -> None:
    assert [change.field for change in changes(EMPTY, sample(name))] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_merge_keeps_every_field_that_the_kept_entry_lacks(name: str) -> None:
    after = merged(EMPTY, sample(name))
    if name == "question":
        assert after.phrasings == ("new",)
    elif name == "status":  # the kept entry's, which is never empty
        assert after.status == EMPTY.status
    elif name == "phrasings":
        assert after.phrasings == ("lost card", "new")
    else:
        assert after == replace(sample(name), phrasings=("lost card",))


@pytest.mark.parametrize("name", NAMES)
def test_two_edits_at_the_same_time_keep_every_field(name: str) -> None:
    other = sample("owner" if name == "answer" else "answer")
    for theirs, mine in ((sample(name), other), (other, sample(name))):
        both = three_way_merge(EMPTY, theirs, mine).merged({})
        assert getattr(both, name) == getattr(sample(name), name)


EXACT = [kind for kind in WRITTEN if not kind.for_website]


@pytest.mark.parametrize("kind", EXACT, ids=lambda kind: kind.title)
def test_every_field_leaves_in_a_file_and_comes_back(
    kind: Kind, collection: Collection, tmp_path: Path
) -> None:
    for name in NAMES:
        collection.add(sample(name))
    written = io.BytesIO()
    write_entries(written, kind, collection.all_entries())
    path = tmp_path / f"out{kind.ending}"
    path.write_bytes(written.getvalue())
    there = Collection(open_store(tmp_path / "there.db"), WordCountEmbedder(), "ada")
    with opened_table(path) as table:
        assert import_entries(there, table, "add").failed == []
    assert [entry.content for entry in there.all_entries()] == [sample(name) for name in NAMES]
