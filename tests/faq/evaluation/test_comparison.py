"""Rankings compared on the same queries, and what is kept of that."""

import pytest

from faq import reports
from faq.collection import Collection
from faq.evaluation.asking import evaluate
from faq.evaluation.comparison import Comparison, NothingToAsk, compare
from faq.evaluation.queries import LabelledQueries, LabelledQuery, own_tests
from faq.jobs import QUALITY
from faq.search.ranking import RANKINGS
from store import Content, Status, Store
from tests.fakes import WORDS, WordCountEmbedder
from tests.stores import keep_report


@pytest.fixture
def filled(collection: Collection) -> Collection:
    for place, first in enumerate(WORDS):
        second, third = WORDS[(place + 1) % 10], WORDS[(place + 3) % 10]
        collection.add(
            Content(
                f"{first} {second}",
                f"About {third}." if place % 2 else "",
                phrasings=(f"{first} {third}", f"{second} {third} {first}")[: place % 3],
            )
        )
    collection.add(Content("lost card", status=Status.DRAFT))
    return collection


@pytest.fixture
def file(filled: Collection) -> LabelledQueries:
    entries = list(filled.all_entries())
    queries = [
        LabelledQuery(f"{a} {b}", entries[(place + other) % 11].id if other % 3 else None)
        for place, a in enumerate(WORDS)
        for other, b in enumerate(WORDS)
    ]
    return LabelledQueries("asked.csv", tuple(queries))


def test_there_must_be_something_to_ask(collection: Collection) -> None:
    weather = LabelledQueries("asked.csv", (LabelledQuery("weather", None),))
    for labelled in (None, weather):
        with pytest.raises(NothingToAsk, match="no published entry"):
            compare(collection, labelled)
    collection.add(Content("lost card"))
    for text in ("lost card", "new plan"):
        collection.add(Content(text))
        with pytest.raises(NothingToAsk, match="single way of asking"):
            compare(collection, None)


def test_each_query_is_embedded_once(filled: Collection, file: LabelledQueries) -> None:
    assert isinstance(filled.embedder, WordCountEmbedder)
    filled.embedder.encoded.clear()
    reported: list[tuple[int, int | None]] = []
    made = compare(filled, file, lambda done, total: reported.append((done, total)))
    assert filled.embedder.encoded == [query.text for query in file.queries]
    assert (reported[0], reported[-1]) == ((0, 100), (100, 100))
    own, other = made.sides
    assert (own.ranking, other.ranking) == ("balanced", "cosine")
    assert (own.won, own.lost, own.significant) == (0, 0, False)
    before, after = evaluate(filled, file.queries, [RANKINGS[s.ranking] for s in made.sides])
    assert other.won == int((after.hits & ~before.hits).sum())
    assert other.lost == int((before.hits & ~after.hits).sum())
    assert other.won != other.lost
    assert (len(other.queries_won), len(other.queries_lost)) == (other.won, other.lost)


def test_without_labelled_queries_the_phrasings_are_asked(filled: Collection) -> None:
    made = compare(filled, None)
    assert (made.labelled, made.digest) == ("", "")
    assert (made.in_scope, made.out_of_scope) == (15, 4)  # six entries have one or two others


def test_the_entries_tests_are_labelled_queries(collection: Collection, store: Store) -> None:
    assert own_tests(collection).queries == ()
    card = collection.add(Content("lost card", must_find=("card lost", "plan")))
    unwanted = ("login", "lost card card", "new", "price")
    plan = collection.add(Content("new plan", must_find=("new",), must_not_find=unwanted[:2]))
    collection.add(Content("login", must_find=("login",), status=Status.DRAFT))
    collection.add(Content("price", must_not_find=unwanted[2:]))
    own = own_tests(collection)
    assert [(query.text, query.entry_id) for query in own.queries] == [
        ("card lost", card.id),
        ("plan", card.id),
        ("new", plan.id),
    ]
    made = compare(collection, own)
    assert (made.in_scope, made.out_of_scope, made.must_not_find) == (3, 0, 4)
    assert [side.figures["hit_at_1"].value for side in made.sides] == [2 / 3, 2 / 3]
    assert [side.must_not_found for side in made.sides] == [1, 1]
    assert made.labelled == "the entries' tests"


def test_what_is_kept_is_read_again(filled: Collection, file: LabelledQueries) -> None:
    made = compare(filled, file)
    reports.keep(filled.store, QUALITY, made, "ada")
    [kept] = reports.kept(filled.store, QUALITY, Comparison)
    assert kept.result == made
    assert kept.actor == "ada"


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"sides": [{"figures": 1}]}'])
def test_what_cannot_be_read_is_skipped(content: str, store: Store) -> None:
    keep_report(store, QUALITY, content, "ada")
    assert reports.kept(store, QUALITY, Comparison) == []
