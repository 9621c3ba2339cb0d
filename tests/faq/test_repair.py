"""A collection examined and repaired, its vectors compared with their texts."""

from pathlib import Path

import numpy as np
import pytest

from embedding import ModelUnavailable
from faq.collection import Collection
from faq.jobs import REPAIR, start_job
from faq.json_records import from_json
from faq.repair import Repaired, examine, repair
from store import Content, Health, Job, Store
from store.sqlite.database import connect
from tests.fakes import WordCountEmbedder
from tests.faq.test_jobs import ended, wait_for

SOUND = Repaired((), ())


class Gone(WordCountEmbedder):
    """A model that is unavailable."""

    def encode_documents(self, texts: object) -> np.ndarray:
        raise ModelUnavailable("It is not here.")


@pytest.fixture
def path(collection: Collection) -> Path:
    collection.add(Content("lost card", "new card", phrasings=("card lost card",)))
    for number in range(8):
        collection.add(Content(f"login {number}"))
    return Path(collection.store.info().location)


def damage(path: Path, sql: str) -> None:
    connection = connect(path)
    connection.execute(sql)
    connection.close()


def repaired(store: Store, embedder: WordCountEmbedder) -> Repaired:
    start_job(store, REPAIR, "ada", None, lambda progress: repair(store, embedder, progress.report))
    job = wait_for(store, REPAIR, ended)
    assert job.state == "done", job.result
    return from_json(Repaired, job.result)


def test_a_sound_collection_is_left_as_it_is(
    path: Path, store: Store, embedder: WordCountEmbedder
) -> None:
    assert examine(store, embedder) == Health(())
    assert repaired(store, embedder) == SOUND


def test_an_empty_one_is_sound(store: Store, embedder: WordCountEmbedder) -> None:
    assert examine(store, embedder) == Health(())
    assert repaired(store, embedder) == SOUND


def test_vectors_that_are_missing_come_back(
    path: Path, store: Store, embedder: WordCountEmbedder, collection: Collection
) -> None:
    damage(
        path,
        "DELETE FROM vector_1_phrasing WHERE rowid IN (1, 4); DELETE FROM vector_1_answer;"
        "UPDATE vector_1_phrasing SET embedding = zeroblob(40) WHERE rowid = 5",
    )
    assert len(examine(store, embedder).problems) == 2
    done = repaired(store, embedder)
    assert done.repaired == (
        "Vectors of phrasings deleted that belonged to nothing or were wrong: 1.",
        "Missing vectors embedded: 4.",
    )
    assert done.problems == ()
    assert examine(store, embedder) == Health(())
    assert collection.search("lost card").matches[0].matched == "lost card"


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE vector_1_phrasing SET embedding = (SELECT embedding FROM vector_1_phrasing"
        " WHERE rowid = 4) WHERE rowid = 1",
        "UPDATE vector_1_answer SET embedding = (SELECT embedding FROM vector_1_phrasing"
        " WHERE rowid = 4)",
    ],
)
def test_vectors_of_other_texts_are_found_and_embedded_again(
    path: Path, store: Store, embedder: WordCountEmbedder, wrong: str
) -> None:
    damage(path, wrong)
    assert store.upkeep.check().problems == ()  # sound, each by itself
    [problem] = examine(store, embedder).problems
    assert problem.startswith(
        "Vectors that belong to other texts: 1 of 11 that were compared, such as that of “lost card"
    )
    done = repaired(store, embedder)
    assert done.repaired == ("Vectors embedded again, as some belonged to other texts: 11.",)
    assert done.problems == ()
    assert examine(store, embedder) == Health(())


def test_a_collection_that_lost_its_model_gets_one(
    path: Path, store: Store, embedder: WordCountEmbedder
) -> None:
    damage(path, "DELETE FROM model")
    [problem] = examine(store, embedder).problems
    assert "no model" in problem
    assert repaired(store, embedder).problems == ()
    assert examine(store, embedder) == Health(())


def test_without_its_model_what_can_be_repaired_is(path: Path, store: Store) -> None:
    damage(path, "DELETE FROM vector_1_phrasing WHERE rowid = 1; DELETE FROM keyword")
    done = repaired(store, Gone())
    assert done.repaired == ("Rows of the keyword index corrected: 9.",)
    assert done.problems == (
        "Phrasings without a vector: 1.",
        "What is missing could not be embedded. It is not here.",
    )


def test_without_its_model_a_check_says_what_it_did_not_compare(path: Path, store: Store) -> None:
    health = examine(store, Gone())
    assert health.problems == ()
    assert health.note == "The vectors were not compared with their texts. It is not here."


def test_lost_text_is_reported_and_nothing_else_is_touched(
    path: Path, store: Store, embedder: WordCountEmbedder
) -> None:
    damage(path, "DELETE FROM phrasing WHERE id = 4; DELETE FROM keyword")
    done = repaired(store, embedder)
    assert done == Repaired((), ("Entries without a question: 3. Restore a backup.",))


def test_what_was_embedded_before_a_cancel_stays(
    path: Path, store: Store, embedder: WordCountEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faq.reembedding.TEXTS_AT_ONCE", 2)
    damage(path, "DELETE FROM vector_1_phrasing")
    parts: list[object] = []

    class Cancelling(WordCountEmbedder):
        def encode_documents(self, texts: list[str]) -> np.ndarray:
            parts.append(texts)
            if len(parts) == 2:
                job = store.jobs.latest(REPAIR)
                assert job is not None
                store.jobs.cancel(job.id)
            return super().encode_documents(texts)

    monkeypatch.setattr("faq.jobs.BEAT_EVERY_SECONDS", 0)
    cancelling = Cancelling()
    start_job(
        store, REPAIR, "ada", None, lambda progress: repair(store, cancelling, progress.report)
    )
    job: Job = wait_for(store, REPAIR, ended)
    assert job.state == "cancelled"
    assert store.upkeep.check().problems == (
        "Phrasings without a vector: 5, 6, 7, 8, 9 and 1 more.",
    )
    assert repaired(store, embedder).problems == ()
