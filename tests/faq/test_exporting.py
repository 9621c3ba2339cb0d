"""The collection as files: what goes out comes back, whole or not at all."""

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import IO

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from faq.collection import Collection
from faq.content import one_a_line, validated
from faq.csv_table import UnreadableFile, opened, read_rows
from faq.exporting import COLUMNS, export, write_embeddings, write_entries
from faq.importing import import_entries
from store import Content, Status, normalised, open_store
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
    status=st.sampled_from(Status),
    must_find=st.lists(any_text, max_size=2).map(tuple),
    must_not_find=st.lists(any_text, max_size=2).map(tuple),
).map(without_contradiction)


def unique_keys(some: list[Content]) -> bool:
    keys = [content.key for content in some if content.key]
    return len(set(keys)) == len(keys)


@given(st.lists(contents, max_size=4).filter(unique_keys))
@settings(max_examples=40, deadline=None)
def test_whatever_is_exported_comes_back_in_another_collection(some: list[Content]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "out.csv"
        here, there = (
            Collection(open_store(Path(folder) / name), WordCountEmbedder(), "ada")
            for name in ("here.db", "there.db")
        )
        for content in some:
            here.add(content)
        assert export(here, file, write_entries) == len(some)
        with opened(file) as table:
            report = import_entries(there, read_rows(table, "question"), "add")
        assert report.failed == []
        assert [entry.content for entry in there.all_entries()] == some
        assert there.store.check() == []
        here.store.close()
        there.store.close()


def exported(collection: Collection) -> str:
    file = io.StringIO(newline="")
    write_entries(collection, file)
    return file.getvalue()


def test_columns_are_those_that_import_takes(collection: Collection) -> None:
    assert exported(collection) == ",".join(COLUMNS) + "\r\n"
    assert COLUMNS == (
        "key",
        "question",
        "answer",
        "category",
        "tags",
        "phrasings",
        "source",
        "status",
        "must_find",
        "must_not_find",
    )


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
    assert export(collection, path, write_embeddings) == 3
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
    assert export(collection, path, write_embeddings) == 0
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("error", "raised"), [(OSError(28, "No space left on device"), UnreadableFile), (KeyError,) * 2]
)
def test_what_stood_there_stays_until_the_new_file_is_whole(
    collection: Collection, tmp_path: Path, error: Exception, raised: type[Exception]
) -> None:
    path = tmp_path / "out" / "faq.csv"
    path.parent.mkdir()
    path.write_text("old")

    def fails(collection: Collection, file: IO[str]) -> int:
        file.write("new" * 10_000)
        file.flush()
        assert path.read_text() == "old"
        assert len(list(path.parent.iterdir())) == 2  # beside it: no other disk, no copying
        raise error

    with pytest.raises(raised):
        export(collection, path, fails)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_replaces_the_old_one_and_leaves_nothing_else(
    collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "faq.csv"
    path.parent.mkdir()
    path.write_text("old")
    collection.add(Content("lost card"))
    assert export(collection, path, write_entries) == 1
    assert path.read_text().startswith("key,question")
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_gives_a_sentence(
    collection: Collection, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match=r"none/faq\.csv cannot be written: No such file"):
        export(collection, tmp_path / "none" / "faq.csv", write_entries)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="is no file"):
        export(collection, tmp_path / "folder", write_entries)
