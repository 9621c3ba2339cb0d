"""Rankings compared: the same figures as `evaluate`, and fair to phrasings that are left out."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from faq.collection import Collection
from faq.evaluation import LabelledQuery, evaluate
from faq.figures import NONE
from faq.quality import comparison, report
from faq.quality.queries import (
    LabelledQueries,
    NothingToAsk,
    labelled_parts,
    own_parts,
    own_tests,
)
from faq.ranking import BLEND, COSINE, RANKINGS, Ranking
from store import Content, Status, Store, open_store
from tests.fakes import WORDS, WordCountEmbedder


class Unwatched:
    """Progress that nobody looks at."""

    def __init__(self) -> None:
        self.reported: list[tuple[int, int | None]] = []

    def report(self, done: int, total: int | None) -> None:
        self.reported.append((done, total))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "faq.db")
    yield opened
    opened.close()


@pytest.fixture
def collection(store: Store) -> Collection:
    made = Collection(store, WordCountEmbedder(), "ada")
    for place, first in enumerate(WORDS):
        second, third = WORDS[(place + 1) % 10], WORDS[(place + 3) % 10]
        made.add(
            Content(
                f"{first} {second}",
                f"About {third}." if place % 2 else "",
                phrasings=(f"{first} {third}", f"{second} {third} {first}")[: place % 3],
            )
        )
    made.add(Content("lost card", status=Status.DRAFT))
    return made


@pytest.fixture
def file(collection: Collection) -> LabelledQueries:
    entries = list(collection.all_entries())
    queries = [
        LabelledQuery(f"{a} {b}", entries[(place + other) % 11].id if other % 3 else None)
        for place, a in enumerate(WORDS)
        for other, b in enumerate(WORDS)
    ]
    return LabelledQueries("asked.csv", tuple(queries))


@pytest.mark.parametrize("ranking", RANKINGS.values(), ids=RANKINGS)
def test_labelled_queries_come_to_what_evaluate_says(
    ranking: Ranking, collection: Collection, file: LabelledQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faq.quality.queries.AT_ONCE", 33)
    parts = [part.asked(ranking) for part in labelled_parts(collection, file.queries)]
    assert len(parts) == 4
    whole = evaluate(collection, file.queries, ranking)
    for name in ("right", "best", "ranks"):
        together = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(together, getattr(whole, name))
    np.testing.assert_allclose(np.concatenate([p.scores for p in parts]), whole.scores, atol=2e-6)


def test_a_phrasing_does_not_find_itself(store: Store) -> None:
    collection = Collection(store, WordCountEmbedder(), "ada")
    a = collection.add(Content("lost card", phrasings=("new plan",)))
    b = collection.add(Content("price price plan", phrasings=("price price",)))
    collection.add(Content("login"))  # has nothing to leave out
    [part] = own_parts(collection)
    inside = part.right != NONE
    assert [text for text, there in zip(part.texts, inside, strict=True) if there] == [
        "lost card",
        "new plan",
        "price price plan",
        "price price",
    ]
    found = part.asked(COSINE)
    assert found.right[inside].tolist() == [a.id, a.id, b.id, b.id]
    assert found.best[inside].tolist()[1:] == [b.id, b.id, b.id]  # "plan" is in the other alone
    assert found.ranks[inside].tolist()[2:] == [1, 1]


def test_a_query_that_no_entry_answers_does_not_find_its_own(store: Store) -> None:
    collection = Collection(store, WordCountEmbedder(), "ada")
    for word in WORDS[:5]:
        collection.add(Content(word, phrasings=(f"{word} {word}",)))
    [part] = own_parts(collection)
    found = part.asked(BLEND)
    outside = ~found.in_scope
    assert outside.sum() == 2
    assert found.scores[outside].max() < 0.1


def test_there_must_be_something_to_leave_out(store: Store) -> None:
    collection = Collection(store, WordCountEmbedder(), "ada")
    with pytest.raises(NothingToAsk, match="no published entry"):
        own_parts(collection)
    collection.add(Content("lost card"))
    with pytest.raises(NothingToAsk, match="single way of asking"):
        own_parts(collection)


def test_each_query_is_embedded_once(collection: Collection, file: LabelledQueries) -> None:
    assert isinstance(collection.embedder, WordCountEmbedder)
    collection.embedder.encoded.clear()
    progress = Unwatched()
    made = comparison.compare(collection, file, progress)  # type: ignore[arg-type]
    assert collection.embedder.encoded == [query.text for query in file.queries]
    assert progress.reported[-1] == (100, 100)
    own, other = made.sides
    assert (own.ranking, other.ranking) == ("blend", "cosine")
    assert (own.won, own.lost, own.significant) == (0, 0, False)
    before, after = (evaluate(collection, file.queries, RANKINGS[s.ranking]) for s in made.sides)
    assert other.won == int((after.hits & ~before.hits).sum())
    assert other.lost == int((before.hits & ~after.hits).sum())
    assert len(other.queries_lost) == other.lost


def test_the_entries_tests_are_labelled_queries(store: Store) -> None:
    collection = Collection(store, WordCountEmbedder(), "ada")
    assert own_tests(store).queries == ()
    card = collection.add(Content("lost card", must_find=("card lost", "plan")))
    unwanted = ("login", "lost card card", "new", "price")
    plan = collection.add(Content("new plan", must_find=("new",), must_not_find=unwanted[:2]))
    collection.add(Content("login", must_find=("login",), status=Status.DRAFT))
    collection.add(Content("price", must_not_find=unwanted[2:]))
    own = own_tests(store)
    assert [(query.text, query.entry_id) for query in own.queries] == [
        ("card lost", card.id),
        ("plan", card.id),
        ("new", plan.id),
    ]
    made = comparison.compare(collection, own, Unwatched())  # type: ignore[arg-type]
    assert (made.in_scope, made.out_of_scope, made.must_not_find) == (3, 0, 4)
    assert [side.figures["hit_at_1"].value for side in made.sides] == [2 / 3, 2 / 3]
    assert [side.must_not_found for side in made.sides] == [1, 1]
    assert made.labelled == "the entries' tests"


def test_what_is_kept_is_read_again(collection: Collection, file: LabelledQueries) -> None:
    made = comparison.compare(collection, file, Unwatched())  # type: ignore[arg-type]
    report.keep(collection.store, made, "ada")
    [kept] = report.kept(collection.store)
    assert kept.comparison == made
    assert kept.actor == "ada"


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"sides": [{"figures": 1}]}'])
def test_what_cannot_be_read_is_left_out(content: str, store: Store) -> None:
    store.keep_report(report.KIND, content, "ada")
    assert report.kept(store) == []
