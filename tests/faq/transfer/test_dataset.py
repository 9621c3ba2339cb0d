"""The collection as a dataset: what other programs read in it, and what comes back."""

import json
import re
import resource
import tempfile
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow
import pytest
from hypothesis import given, settings
from pyarrow import parquet

from embedding import Embedder, Network
from embedding.weights import Weights
from faq.collection import Collection
from faq.samples import PUBLISHED_QUESTION, load_sample
from faq.search.ranking import COSINE
from faq.transfer.dataset import (
    COLUMNS,
    export_dataset,
    export_parquet,
    origin_of,
    parquet_entries,
    zipped_dataset,
)
from faq.transfer.table import UnreadableFile
from faq.transfer.vectors import import_embedded
from store import Content, ModelRecord, Status, open_store
from tests.fakes import Contrary, WordCountEmbedder
from tests.faq.transfer.test_exporting import contents, unique_keys

ASKED = [PUBLISHED_QUESTION, "when should i enroll", "is it free?", "Bin ich versichert?", "pizza"]


@pytest.fixture
def filled(collection: Collection) -> Collection:
    collection.add(Content("lost card", "Call us.", key="card", tags=("a", "b"), category="Cards"))
    collection.add(Content("new plan", phrasings=("another plan", "other plan"), source="Handbook"))
    return collection


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The `datasets` library, with a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        import datasets

        patch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))
        datasets.disable_progress_bars()
        yield datasets


@pytest.mark.model
def test_faiss_and_semantic_search_find_what_askwell_finds(
    tmp_path: Path, real_embedder: Embedder, libraries: Any
) -> None:
    import faiss
    from sentence_transformers.util import cos_sim, dot_score, semantic_search

    collection = Collection(open_store(tmp_path / "faq.db"), real_embedder, "ada")
    load_sample(collection)
    for entry in list(collection.all_entries()):  # the question alone
        collection.edit(entry, Content(entry.content.question, entry.content.answer))
    assert export_dataset(collection, tmp_path / "medicare") == 13

    entries = libraries.load_dataset(str(tmp_path / "medicare"), split="train")

    assert entries.num_rows == 13
    vectors = np.array(entries["embedding"][:], dtype=np.float32)
    matches = [collection.search(query, ranking=COSINE).matches for query in ASKED]
    ours = [[match.entry.content.question for match in five] for five in matches]
    cosines = [[match.cosine for match in five] for five in matches]
    queries = real_embedder.encode_queries(ASKED)
    for metric in (faiss.METRIC_INNER_PRODUCT, faiss.METRIC_L2):
        entries.add_faiss_index("embedding", metric_type=metric)
        for query, wanted, cosine in zip(queries, ours, cosines, strict=True):
            scores, nearest = entries.get_nearest_examples("embedding", query, k=5)
            assert nearest["question"] == wanted
            if metric == faiss.METRIC_INNER_PRODUCT:
                np.testing.assert_allclose(scores, cosine, atol=1e-5)
        entries.drop_index("embedding")
    for score in (cos_sim, dot_score):
        found = semantic_search(queries, vectors, top_k=5, score_function=score)
        asked = entries["question"][:]
        assert [[asked[int(hit["corpus_id"])] for hit in hits] for hits in found] == ours
        likeness = [[hit["score"] for hit in hits] for hits in found]
        np.testing.assert_allclose(likeness, cosines, atol=1e-5)
    collection.store.close()


@pytest.mark.model
def test_what_the_card_shows_works(
    tmp_path: Path, real_embedder: Embedder, libraries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sentence_transformers

    collection = Collection(open_store(tmp_path / "faq.db"), real_embedder, "ada")
    load_sample(collection)
    export_dataset(collection, tmp_path / "medicare")
    collection.store.close()
    here = Weights(network=Network(offline=True)).files()
    opened = sentence_transformers.SentenceTransformer
    named = []

    def from_here(name: str, revision: str) -> Any:
        named.append((name, revision))
        return opened(str(here.path), device="cpu")

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", from_here)
    card = (tmp_path / "medicare" / "README.md").read_text(encoding="utf-8")
    said: dict[str, Any] = {}
    for shown in re.findall(r"```python\n(.*?)```", card, re.DOTALL):
        exec(shown, said)
    assert named == [(here.name, here.revision)]
    assert len(said["nearest"]) == 5
    np.testing.assert_allclose([hit["score"] for hit in said["nearest"]], said["scores"], atol=1e-5)


def test_the_card_names_every_column(collection: Collection, tmp_path: Path) -> None:
    collection.add(
        Content("lost card", owner="grace", review_by=date(2027, 1, 1), must_find=("card gone",))
    )
    export_dataset(collection, tmp_path / "faq")
    card = (tmp_path / "faq" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*`) \| (?!`)", card, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert named == parquet.read_schema(tmp_path / "faq" / "entries.parquet").names


@given(st.lists(contents, max_size=4, min_size=1).filter(unique_keys))
@settings(max_examples=12, deadline=None)
def test_whatever_is_exported_comes_back_with_its_vectors(some: list[Content]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "out.parquet"
        here, there = (
            Collection(open_store(Path(folder) / name), WordCountEmbedder(), "ada")
            for name in ("here.db", "there.db")
        )
        for content in some:
            here.add(content)
        assert export_parquet(here, file) == len(some)
        entries = parquet_entries(file)
        assert entries is not None
        assert import_embedded(there, entries.rows, "add").failed == []
        assert [entry.content for entry in there.all_entries()] == some
        vectors = [[vector for _, vector in c.embedded_entries()] for c in (here, there)]
        np.testing.assert_array_equal(*vectors)
        assert there.store.upkeep.check().problems == ()
        here.store.close()
        there.store.close()


def test_a_file_has_text_and_vectors_together(filled: Collection, tmp_path: Path) -> None:
    filled.add(Content("lost login", status=Status.DRAFT))
    assert export_parquet(filled, tmp_path / "faq.parquet") == 3
    table = parquet.read_table(tmp_path / "faq.parquet").to_pylist()
    vectors = filled.embedder.encode_documents([row["question"] for row in table])
    assert [row.pop("embedding") for row in table] == vectors.tolist()
    assert table[:2] == [
        {
            "key": "card",
            "question": "lost card",
            "answer": "Call us.",
            "category": "Cards",
            "tags": ["a", "b"],
            "phrasings": [],
            "source": "",
            "status": "published",
            "owner": "",
            "review_by": "",
            "must_find": [],
            "must_not_find": [],
        },
        {
            "key": "",
            "question": "new plan",
            "answer": "",
            "category": "",
            "tags": [],
            "phrasings": ["another plan", "other plan"],
            "source": "Handbook",
            "status": "published",
            "owner": "",
            "review_by": "",
            "must_find": [],
            "must_not_find": [],
        },
    ]
    assert table[2]["status"] == "draft"


def test_many_entries_go_out_in_parts(collection: Collection, tmp_path: Path) -> None:
    some = [Content(f"card {number}") for number in range(1203)]
    collection.add_many(some, collection.embed(content.question for content in some))
    assert export_parquet(collection, tmp_path / "faq.parquet") == 1203
    file = parquet.ParquetFile(tmp_path / "faq.parquet")
    assert file.metadata.num_row_groups == 3
    assert [row["question"] for row in file.read(["question"]).to_pylist()] == [
        content.question for content in some
    ]


def test_the_model_of_a_folder_is_known_by_its_name_alone(tmp_path: Path) -> None:
    names = {
        "org/name": "org/name",
        str(tmp_path): tmp_path.name,
        "/srv/models/ours": "ours",
        "C:\\models\\ours": "ours",
    }
    for name, shown in names.items():
        assert origin_of(ModelRecord("f", name, None, 3, 8)).model == shown


def test_no_vectors_are_none_to_export(collection: Collection, tmp_path: Path) -> None:
    for export in (export_parquet, export_dataset):
        with pytest.raises(UnreadableFile, match="has no entries"):
            export(collection, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_zip_contains_the_folder(filled: Collection, tmp_path: Path) -> None:
    export_dataset(filled, tmp_path / "faq")
    with zipfile.ZipFile(BytesIO(zipped_dataset(filled, "faq"))) as archive:
        assert sorted(archive.namelist()) == ["faq/README.md", "faq/entries.parquet"]
        packed = archive.read("faq/entries.parquet")
    assert packed == (tmp_path / "faq" / "entries.parquet").read_bytes()


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_replaced_and_what_is_beside_the_dataset_stays(
    filled: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "faq"
    folder.mkdir(parents=True)
    export_dataset(filled, folder)
    (folder / ".git").mkdir()
    filled.add(Content("cancel"))
    assert export_dataset(filled, folder) == 3
    assert parquet.read_metadata(folder / "entries.parquet").num_rows == 3
    assert "3 questions" in (folder / "README.md").read_text()
    assert listed(folder) == [".git", "README.md", "entries.parquet"]
    assert listed(folder.parent) == ["faq"]


@pytest.mark.parametrize("name", ["README.md", "entries.parquet"])
def test_a_folder_of_something_else_is_left_alone(
    filled: Collection, tmp_path: Path, name: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / name).write_text("mine")
    for path in (tmp_path / "home", tmp_path / "home" / name):
        with pytest.raises(UnreadableFile, match="contains something else"):
            export_dataset(filled, path)
    assert (tmp_path / "home" / name).read_text() == "mine"
    assert listed(tmp_path / "home") == [name]


def test_a_full_disk_leaves_what_was_there(filled: Collection, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    export_dataset(filled, out / "faq")
    export_parquet(filled, out / "faq.parquet")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    filled.add(Content("lost refund", "x" * 10))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # bytes
    try:
        for export, path in [(export_parquet, out / "faq.parquet"), (export_dataset, out / "faq")]:
            with pytest.raises(UnreadableFile, match="cannot be written: File too large"):
                export(filled, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert listed(out) == ["faq", "faq.parquet"]


def test_other_files_are_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"question\nPAR1\n")
    assert parquet_entries(path) is None
    parquet.write_table(pyarrow.table({"question": ["lost"]}), path)
    assert parquet_entries(path) is None
    with pytest.raises(UnreadableFile, match="none cannot be read: No such file"):
        parquet_entries(tmp_path / "none")


def changed(path: Path, change: Any) -> None:
    """Write the file anew with its table changed, its metadata as it was."""
    table = parquet.read_table(path)
    parquet.write_table(change(table).replace_schema_metadata(table.schema.metadata), path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.drop_columns(["question"]), "has no column 'question'"),
        (lambda table: table.drop_columns(["embedding"]), "has no column 'embedding'"),
        (
            lambda table: table.set_column(1, "question", pyarrow.array([1, 2])),
            "belong to other questions",
        ),
        (
            lambda table: table.set_column(len(COLUMNS), "embedding", pyarrow.array(["a", "b"])),
            "Row 1 has no vector",
        ),
        (
            lambda table: table.set_column(
                len(COLUMNS), "embedding", pyarrow.array([[[1.0]], [[2.0, 3.0]]])
            ),
            "Row 1 has no vector",
        ),
        (
            lambda table: table.set_column(
                len(COLUMNS), "embedding", pyarrow.array([[0.5] * 10, None])
            ),
            "Row 2 has no vector",
        ),
        (
            lambda table: table.set_column(
                1, "question", pyarrow.array([b"\xff", b"x"]).view(pyarrow.string())
            ),
            "belong to other questions",
        ),
    ],
)
def test_a_file_that_was_changed_is_a_sentence_and_nothing_comes_in(
    filled: Collection, tmp_path: Path, change: Any, says: str
) -> None:
    path = tmp_path / "faq.parquet"
    export_parquet(filled, path)
    changed(path, change)
    entries = parquet_entries(path)
    assert entries is not None
    there = Collection(open_store(tmp_path / "there.db"), WordCountEmbedder(), "bo")
    with pytest.raises(UnreadableFile, match=says):
        import_embedded(there, entries.rows)
    assert there.store.info().entries == 0
    there.store.close()


def test_a_damaged_file_is_a_sentence(filled: Collection, tmp_path: Path) -> None:
    path = tmp_path / "faq.parquet"
    export_parquet(filled, path)
    whole = path.read_bytes()
    for place in range(4, len(whole), max(1, len(whole) // 60)):
        for damaged in (whole[:place], whole[:place] + b"\xff\x00\xff" + whole[place + 3 :]):
            path.write_bytes(damaged)
            try:
                entries = parquet_entries(path)
                for (_, cells), _ in entries.rows() if entries else ():
                    json.dumps(cells)
            except UnreadableFile as error:
                assert str(error).endswith(".")


def test_a_model_that_was_switched_in_between_stops_the_export(
    filled: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from faq.reembedding import reembed, switch
    from store import ModelMismatch

    other = Contrary()
    reembed(filled.store, filled.embedder, other, lambda done, total: None)
    origin = origin_of(filled.store.state().model or pytest.fail())
    switch(filled.store, other)
    monkeypatch.setattr("faq.transfer.dataset.own_origin", lambda collection: origin)
    with pytest.raises(ModelMismatch):
        export_parquet(filled, tmp_path / "faq.parquet")
    assert not [name for name in listed(tmp_path) if "parquet" in name]
