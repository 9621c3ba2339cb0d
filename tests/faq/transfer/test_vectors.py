"""Vectors that came with their texts: taken where they are the model's own, refused otherwise."""

import csv
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from faq.collection import Collection
from faq.transfer import csv_files, vectors
from faq.transfer.exporting import export, write_embeddings, write_entries
from faq.transfer.files import CSV, opened_table
from faq.transfer.import_report import ImportReport
from faq.transfer.table import Row, UnreadableFile
from faq.transfer.vectors import ForeignVectors, import_embedded, paired
from store import Content, Store, open_store
from tests.fakes import Contrary, WordCountEmbedder

QUESTIONS = ("lost card", "new plan", "refund price", "cancel plan", "lost login")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with the two files that a collection of five questions is published as."""
    folder = tmp_path / "published"
    folder.mkdir()
    here = Collection(open_store(folder / "here.db"), WordCountEmbedder(), "grace")
    for question in QUESTIONS:
        here.add(Content(question))
    export(folder / "faq.csv", lambda file: write_entries(file, CSV, here.all_entries()))
    export(folder / "embeddings.csv", lambda file: write_embeddings(here, file))
    here.store.close()
    return folder


def bring(collection: Collection, folder: Path) -> ImportReport:
    def rows() -> Iterator[Row]:
        with opened_table(folder / "faq.csv") as table:
            yield from table.rows

    return import_embedded(collection, paired(rows, folder / "embeddings.csv"))


def lines(folder: Path) -> list[list[str]]:
    with (folder / "embeddings.csv").open(newline="") as file:
        return list(csv.reader(file))


def write(folder: Path, rows: list[list[str]]) -> None:
    with (folder / "embeddings.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def refused(collection: Collection, folder: Path) -> str:
    """Try to import; return why not, after a look at what that left behind."""
    with pytest.raises(UnreadableFile) as failed:
        bring(collection, folder)
    assert collection.store.info().entries == 0
    return str(failed.value)


def stored(store: Store) -> NDArray[np.float32]:
    return np.array(
        [vector for _, vector in Collection(store, WordCountEmbedder(), "").embedded_entries()]
    )


def test_a_published_collection_comes_in_without_being_embedded(
    collection: Collection,
    embedder: WordCountEmbedder,
    published: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "SAMPLE", 2)
    report = bring(collection, published)
    assert (report.added, report.failed) == (5, [])
    assert len(embedder.encoded) == 2  # the sample
    assert [entry.content.question for entry in collection.all_entries()] == [*QUESTIONS]
    np.testing.assert_array_equal(
        stored(collection.store), np.array(lines(published)[1:], dtype=np.float32)
    )
    assert collection.store.upkeep.check().problems == ()
    assert collection.search("lost login").matches[0].cosine == pytest.approx(1.0)


def test_what_came_without_a_vector_is_embedded(
    collection: Collection,
    embedder: WordCountEmbedder,
    published: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "SAMPLE", 0)
    (published / "faq.csv").write_text(
        "question,answer,phrasings\n"
        + "".join(f"{question},Yes.,other {question}\n" for question in QUESTIONS)
    )
    assert bring(collection, published).added == 5
    asked = [text for question in QUESTIONS for text in (f"other {question}", f"{question}\nYes.")]
    assert sorted(embedder.encoded) == sorted(asked)
    assert collection.store.upkeep.check().problems == ()


@pytest.mark.parametrize("header", ["0,1,2,3,4,5,6,7,8,9", "d0,d1,d2,d3,d4,d5,d6,d7,d8,d9", ""])
def test_a_header_may_be_there_or_not(collection: Collection, published: Path, header: str) -> None:
    write(published, [[*header.split(",")]] * bool(header) + lines(published)[1:])
    assert bring(collection, published).added == 5


def test_vectors_of_any_length_are_taken_at_unit_length(
    collection: Collection, published: Path
) -> None:
    header, *rows = lines(published)
    as_they_were = np.array(rows, dtype=np.float32)
    write(published, [header, *[[str(float(n) * 7.5) for n in row] for row in rows]])
    assert bring(collection, published).added == 5
    np.testing.assert_allclose(stored(collection.store), as_they_were, atol=1e-6)


def test_numbers_that_were_rounded_are_good_enough(collection: Collection, published: Path) -> None:
    header, *rows = lines(published)
    write(published, [header, *[[f"{float(n):.3f}" for n in row] for row in rows]])
    assert bring(collection, published).added == 5
    np.testing.assert_allclose(np.linalg.norm(stored(collection.store), axis=1), 1, atol=1e-6)


def test_another_models_vectors_are_refused(
    collection: Collection, published: Path, tmp_path: Path
) -> None:
    (published / "faq.csv").write_text("question\nlost card\nnew plan\n")
    there = Collection(open_store(tmp_path / "there.db"), Contrary(), "bo")
    there.add(Content("lost card"))
    there.add(Content("new plan"))
    export(published / "embeddings.csv", lambda file: write_embeddings(there, file))
    there.store.close()
    said = refused(collection, published)
    assert "come from another model than the collection's, tests/word-count, or belong" in said
    assert "row 2 has cosine 0.500 to its question's, expected 0.999" in said


def test_rows_out_of_step_are_refused(collection: Collection, published: Path) -> None:
    header, *rows = lines(published)
    write(published, [header, *rows[:3], rows[4], rows[3]])
    said = refused(collection, published)
    assert "Of 5 rows that were compared, 2 have the vector of another text: row 5 has" in said


def test_a_question_that_was_changed_since_is_refused(
    collection: Collection, published: Path
) -> None:
    table = (published / "faq.csv").read_text()
    (published / "faq.csv").write_text(table.replace("refund price", "lost price"))
    assert "Of 5 rows that were compared, 1 have" in refused(collection, published)


def test_a_sample_of_a_long_file_is_spread_over_it(
    collection: Collection, embedder: WordCountEmbedder, published: Path
) -> None:
    number = 2000
    (published / "faq.csv").write_text("question\n" + "lost card\n" * number)
    vector = lines(published)[1]
    write(published, [vector] * number)
    assert bring(collection, published).added == 1
    assert len(embedder.encoded) == vectors.SAMPLE
    # Were the last quarter of another text, the sample would not miss it.
    other = lines(published)[0][::-1]
    write(published, [vector] * (number - 500) + [other] * 500)
    with pytest.raises(ForeignVectors, match="have the vector of another text"):
        bring(collection, published)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[:-1], "contains 4 vectors, but there are 5 rows of text"),
        (lambda rows: [*rows, rows[1], rows[1]], "contains 7 vectors, but there are 5 rows of"),
        (lambda rows: [], "contains 0 vectors, but there are 5 rows of text"),
        (lambda rows: [row[1:] for row in rows], "has 9 numbers, but the collection's model"),
        (lambda rows: [[str(n), *row] for n, row in enumerate(rows)], "written with its index?"),
        (lambda rows: [*rows[:2], [*rows[2][:9], "nan"], *rows[3:]], "row 3 has a number that"),
        (lambda rows: [*rows[:2], [*rows[2][:9], "-inf"], *rows[3:]], "row 3 has a number that"),
        (lambda rows: [*rows[:2], [*rows[2][:9], "1e39"], *rows[3:]], "row 3 has a number that"),
        (lambda rows: [*rows[:2], ["0"] * 10, *rows[3:]], "row 3 is all zeros"),
        (lambda rows: [*rows[:2], ["1e-60"] * 10, *rows[3:]], "row 3 is all zeros"),
        (lambda rows: [*rows[:2], ["a"] * 10, *rows[3:]], "Row 3 of "),
        (lambda rows: [*rows[:2], [""] * 10, *rows[3:]], "Row 3 of "),
        (lambda rows: [*rows[:2], rows[2][:9], *rows[3:]], "row 3 has 9 numbers"),
    ],
)  # fmt: skip
def test_invalid_vectors_give_a_sentence(
    collection: Collection,
    published: Path,
    change: Callable[[list[list[str]]], list[list[str]]],
    says: str,
) -> None:
    write(published, change(lines(published)))
    assert says in refused(collection, published)


@pytest.mark.parametrize("content", [b"\0\1\2", b"PK\3\4zip", b"\xff\xfe0\0", b'"', b"\0"])
def test_other_files_are_a_sentence(
    collection: Collection, published: Path, content: bytes
) -> None:
    (published / "embeddings.csv").write_bytes(content)
    assert refused(collection, published).endswith(".")
    (published / "embeddings.csv").unlink()
    assert "cannot be read: No such file" in refused(collection, published)


def test_rows_that_are_none_keep_their_place(collection: Collection, published: Path) -> None:
    table = (published / "faq.csv").read_text().replace("new plan", "")
    (published / "faq.csv").write_text(table)
    report = bring(collection, published)
    assert (report.added, [failed.row for failed in report.failed]) == (4, [3])
    assert collection.store.upkeep.check().problems == ()


def test_an_endless_line_is_not_read_into_memory(
    collection: Collection, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "MOST_CHARACTERS", 100)
    read = count()

    def endless(path: Path) -> Iterator[Row]:
        for number in read:
            yield number, {"question": "lost card"}

    (published / "embeddings.csv").write_text("1," * 1000)
    source = paired(lambda: endless(published), published / "embeddings.csv")
    with pytest.raises(UnreadableFile, match="more than 100 characters without the end"):
        import_embedded(collection, source)


def test_what_is_there_already_is_left_and_forgotten_vectors_are_embedded(
    collection: Collection, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "KEPT", 2)
    collection.add(Content("new plan"))
    report = bring(collection, published)
    assert (report.added, report.skipped) == (4, 1)
    questions = [entry.content.question for entry in collection.all_entries()]
    np.testing.assert_allclose(
        stored(collection.store), WordCountEmbedder().encode_documents(questions), atol=1e-6
    )
