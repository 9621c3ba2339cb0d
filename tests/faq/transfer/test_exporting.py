"""The collection as files: what goes out comes back, whole or not at all."""

import csv
import io
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from openpyxl import load_workbook

from faq.collection import Collection
from faq.content import one_a_line, validated
from faq.transfer.exporting import export, write_embeddings, write_entries
from faq.transfer.files import CSV, TSV, WRITTEN, Kind, kind_to_write, opened_table, read_table
from faq.transfer.importing import import_entries
from faq.transfer.table import UnreadableFile
from store import Content, EntryFilter, Status, normalised, open_store
from tests.fakes import WordCountEmbedder
from tests.faq.texts import HOSTILE, any_text


def without_contradiction(content: Content) -> Content:
    wanted = {normalised(line) for text in content.must_find for line in one_a_line(text)}
    unwanted = [line for text in content.must_not_find for line in one_a_line(text)]
    kept = tuple(line for line in unwanted if normalised(line) not in wanted)
    return validated(replace(content, must_not_find=kept))


contents = st.builds(
    Content,
    question=any_text.filter(str.strip),
    answer=any_text,
    key=st.none() | any_text,
    category=any_text,
    tags=st.lists(any_text.filter(lambda text: not set(text) & set(",\r\n")), max_size=3).map(
        tuple
    ),
    phrasings=st.lists(any_text, max_size=3).map(tuple),
    source=any_text,
    owner=any_text,
    review_by=st.none() | st.dates(),
    status=st.sampled_from(Status),
    must_find=st.lists(any_text, max_size=2).map(tuple),
    must_not_find=st.lists(any_text, max_size=2).map(tuple),
).map(without_contradiction)


COLUMNS = (
    "key",
    "question",
    "answer",
    "category",
    "tags",
    "phrasings",
    "source",
    "status",
    "owner",
    "review_by",
    "must_find",
    "must_not_find",
)


def unique_keys(some: list[Content]) -> bool:
    keys = [content.key for content in some if content.key]
    return len(set(keys)) == len(keys)


EXACT = [kind for kind in WRITTEN if not kind.for_website]


@pytest.mark.parametrize("kind", EXACT, ids=lambda kind: kind.title)
@given(some=st.lists(contents, max_size=4).filter(unique_keys))
@settings(max_examples=400 if os.environ.get("ASKWELL_LONG") else 15, deadline=None)
def test_whatever_is_exported_comes_back_in_another_collection(
    kind: Kind, some: list[Content]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"out{kind.ending}"
        here, there = (
            Collection(open_store(Path(folder) / name), WordCountEmbedder(), "ada")
            for name in ("here.db", "there.db")
        )
        for content in some:
            here.add(content)
        assert export(file, lambda out: write_entries(out, kind, here.all_entries())) == len(some)
        if some:
            with opened_table(file) as table:
                assert table.columns == COLUMNS
                assert import_entries(there, table, "add").failed == []
        assert [entry.content for entry in there.all_entries()] == some
        assert there.store.upkeep.check().problems == ()
        here.store.close()
        there.store.close()


def exported(collection: Collection, where: EntryFilter | None = None) -> str:
    file = io.BytesIO()
    write_entries(file, CSV, collection.all_entries(where))
    return file.getvalue().decode("utf-8-sig")


def test_columns_are_those_that_import_takes(collection: Collection) -> None:
    assert exported(collection) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("kind", [CSV, TSV], ids=lambda kind: kind.title)
def test_excel_opens_tables_of_text_as_utf_8(kind: Kind, collection: Collection) -> None:
    collection.add(Content("Wo ist die Küche?", answer="Über dem Büro 😀", key="küche"))
    file = io.BytesIO()
    write_entries(file, kind, collection.all_entries())
    assert file.getvalue().startswith(b"\xef\xbb\xbfkey")
    assert file.getvalue().decode("utf-8-sig").count("\ufeff") == 0
    [(number, cells)] = read_table(file, f"faq{kind.ending}").rows
    assert (number, isinstance(cells, dict) and cells["key"]) == (2, "küche")


def test_a_filter_leaves_some_at_home(collection: Collection) -> None:
    collection.add(Content("plan", category="Plans"))
    collection.add(Content("card", category="Cards", status=Status.DRAFT))
    collection.add(Content("other card", category="Cards"))

    def questions(where: EntryFilter) -> list[str]:
        rows = csv.DictReader(io.StringIO(exported(collection, where)))
        return [row["question"] for row in rows]

    assert questions(EntryFilter(category="Cards")) == ["card", "other card"]
    assert questions(EntryFilter(category="Cards", status=Status.DRAFT)) == ["card"]
    assert questions(EntryFilter(text="other")) == ["other card"]


def test_excel_gets_no_text_that_it_would_cut(collection: Collection, tmp_path: Path) -> None:
    collection.add(Content("card", answer="lost " * 10_000))
    path = tmp_path / "faq.xlsx"
    with pytest.raises(UnreadableFile, match=r"'lost lost .*' is longer than the 32,767 charac"):
        export(
            path,
            lambda file: write_entries(file, kind_to_write(path.name), collection.all_entries()),
        )
    assert list(tmp_path.glob("*.xlsx*")) == []


def test_a_spreadsheet_finds_text_and_no_formula(collection: Collection, tmp_path: Path) -> None:
    for text in HOSTILE.values():
        collection.add(Content(text, answer="=1+1", category="#N/A", source="TRUE"))
    path = tmp_path / "faq.xlsx"
    export(
        path, lambda file: write_entries(file, kind_to_write(path.name), collection.all_entries())
    )
    rows = list(load_workbook(path)["Entries"].iter_rows())
    assert len(rows) == 1 + len(HOSTILE)
    for cell in (cell for row in rows for cell in row if cell.value is not None):
        assert cell.data_type == "s"
        assert not str(cell.value).startswith(("=", "+", "-", "@", "\t"))


def test_the_ending_says_which_kind_to_write() -> None:
    assert [kind_to_write(f"x{kind.ending.upper()}") for kind in WRITTEN] == list(WRITTEN)
    assert kind_to_write("faq") == CSV
    with pytest.raises(UnreadableFile, match=r"ends in '\.doc', expected \.xlsx, \.csv, \.tsv"):
        kind_to_write("faq.doc")


def test_rows_come_by_id_and_the_bin_stays_at_home(collection: Collection) -> None:
    ids = [collection.add(Content(text)).id for text in ("plan", "card", "refund")]
    collection.remove([ids[1]])
    rows = list(csv.DictReader(io.StringIO(exported(collection))))
    assert [row["question"] for row in rows] == ["plan", "refund"]


def test_no_cell_of_the_file_is_a_formula(collection: Collection) -> None:
    for text in HOSTILE.values():
        collection.add(Content(text, answer="=1+1", category="+1", source="@x", tags=("-1",)))
    rows = list(csv.reader(io.StringIO(exported(collection), newline="")))
    assert len(rows) == 1 + len(HOSTILE)
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert rows[1][2] == "'=1+1"


def test_more_entries_than_are_read_at_once_all_go_out(collection: Collection) -> None:
    some = [Content(f"card {number}") for number in range(1203)]
    collection.add_many(some, collection.embed(content.question for content in some))
    assert len(exported(collection).splitlines()) == 1204


def test_the_embeddings_are_a_column_a_dimension_in_the_order_of_the_entries(
    collection: Collection, tmp_path: Path
) -> None:
    for question in ("lost card", "new plan", "cancel", "refund price"):
        collection.add(Content(question, phrasings=("password", "login")))
    collection.remove([3])
    path = tmp_path / "embeddings.csv"
    assert export(path, lambda file: write_embeddings(collection, file)) == 3
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [str(column) for column in range(10)]
    asked = [entry.content.question for entry in collection.all_entries()]
    assert asked == ["lost card", "new plan", "refund price"]
    np.testing.assert_array_equal(
        np.array(rows, dtype=np.float32), collection.embedder.encode_documents(asked)
    )


def test_an_empty_collection_has_no_embeddings(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "embeddings.csv"
    assert export(path, lambda file: write_embeddings(collection, file)) == 0
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("error", "raised"), [(OSError(28, "No space left on device"), UnreadableFile), (KeyError,) * 2]
)
def test_what_stood_there_stays_until_the_new_file_is_whole(
    tmp_path: Path, error: Exception, raised: type[Exception]
) -> None:
    path = tmp_path / "out" / "faq.csv"
    path.parent.mkdir()
    path.write_text("old")

    def fails(file: BinaryIO) -> int:
        file.write(b"new" * 10_000)
        file.flush()
        assert path.read_text() == "old"
        assert len(list(path.parent.iterdir())) == 2  # beside it: no other disk, no copying
        raise error

    with pytest.raises(raised):
        export(path, fails)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_replaces_the_old_one_and_leaves_nothing_else(
    collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "faq.csv"
    path.parent.mkdir()
    path.write_text("old")
    collection.add(Content("lost card"))
    assert export(path, lambda file: write_entries(file, CSV, collection.all_entries())) == 1
    assert path.read_text("utf-8-sig").startswith("key,question")
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none/faq\.csv cannot be written: No such file"):
        export(tmp_path / "none" / "faq.csv", lambda file: 0)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="is not a file"):
        export(tmp_path / "folder", lambda file: 0)
