"""Which queries each way of asking won."""

from dataclasses import replace

from faq.collection import Collection
from faq.evaluation.replay import VectorCache
from faq.evaluation.wins import Wins, Won, wins
from store import Content
from tests.fakes import WordCountEmbedder
from tests.faq.evaluation.test_replay import ask


def test_each_phrasing_has_the_queries_that_it_matched_best(
    collection: Collection, embedder: WordCountEmbedder
) -> None:
    card = collection.add(Content("lost card", phrasings=("card login", "lost lost")))
    collection.add(Content("new plan"))
    ask(collection, "lost", "card lost", "login card", "lost card", "card lost", "plan", "lost")
    collection.log(replace(collection.search("lost card"), answered=False))
    vectors = VectorCache()
    found = wins(collection, card.id, vectors)
    assert found == Wins(
        8,
        (
            Won("lost card", (("card lost", 2), ("lost card", 1))),
            Won("card login", (("login card", 1),)),
            Won("lost lost", (("lost", 2),)),
        ),
    )
    assert [one.count for one in found.phrasings] == [3, 1, 2]
    embedder.encoded.clear()
    edited = collection.edit(card, replace(card.content, phrasings=("card login",)))
    embedder.encoded.clear()
    found = wins(collection, edited.id, vectors)
    assert [(one.phrasing, one.count) for one in found.phrasings] == [
        ("lost card", 5),
        ("card login", 1),
    ]
    assert embedder.encoded == []  # what was embedded once is kept


def test_an_entry_that_nobody_asked_for_won_nothing(collection: Collection) -> None:
    card = collection.add(Content("lost card"))
    vectors = VectorCache()
    assert wins(collection, card.id, vectors) == Wins(0, (Won("lost card", ()),))
    collection.remove([card.id])
    assert wins(collection, card.id, vectors) == Wins(0, ())
