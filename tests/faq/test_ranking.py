"""Rankings: which entry is best, why, and in what order, worked out by eye or the slow way."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from embedding import EmbeddingError, Vectors
from faq.collection import Collection
from faq.search.asked import Asked
from faq.search.ranking import BALANCED, COSINE, Closeness, Match, Ranking, closeness
from faq.search.scoring import best_entries, score
from faq.search.threshold import choose, chosen_name
from store import Content, Entry, SearchFilter, Status, Store, open_store
from tests.fakes import WORDS, WordCountEmbedder

LOST = Content("lost card", "card cancel", category="Cards", phrasings=("card lost", "lost lost"))
LOGIN = Content("lost login", category="Login")
PLAN = Content("price plan", "cancel plan", category="Money")
REFUND = Content("refund", category="Money", status=Status.DRAFT)


@pytest.fixture
def cards(collection: Collection) -> Collection:
    for content in (LOST, LOGIN, PLAN, REFUND):
        collection.add(content)
    return collection


def questions(collection: Collection, query: str, ranking: Ranking, **how: object) -> list[str]:
    result = collection.search(query, ranking=ranking, **how)  # type: ignore[arg-type]
    return [match.entry.content.question for match in result.matches]


def cosine(one: str, other: str) -> float:
    embedder = WordCountEmbedder()
    return float(embedder.encode_query(one) @ embedder.encode_query(other))


def plainly(query: str, content: Content, others: tuple[Content, ...]) -> float:
    """The score of `balanced`, word for word."""
    cosines = sorted((cosine(query, way) for way in content.ways_of_asking), reverse=True)
    embedder = WordCountEmbedder()
    mean = np.mean([embedder.encode_query(way) for way in content.ways_of_asking], axis=0)
    centroid = float(embedder.encode_query(query) @ mean / np.linalg.norm(mean))
    phrasings = (cosines[0] + sum(cosines[:5]) / len(cosines[:5]) + centroid) / 3
    if passages := [cosine(query, text) for text in content.answer_texts]:
        phrasings = (phrasings + max(passages)) / 2

    def times(word: str, where: Content) -> int:
        said = (*where.ways_of_asking, where.answer, where.category, *where.tags)
        return " ".join(said).lower().replace(".", "").split().count(word)

    held = most = 0.0
    for word in dict.fromkeys(query.split()):
        holding = sum(1 for other in others if times(word, other))
        rarity = math.log(1 + (len(others) - holding + 0.5) / (holding + 0.5))
        held += rarity * times(word, content) / (times(word, content) + 1.2)
        most += rarity
    return phrasings * 3 / 4 + held / most / 4


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
contents = st.builds(
    lambda ways, answer, category: Content(
        ways[0], answer, category=category, phrasings=tuple(ways[1:])
    ),
    ways=st.lists(texts, min_size=1, max_size=8, unique=True),
    answer=st.just("") | texts | st.lists(texts, min_size=90, max_size=130).map(". ".join),
    category=st.sampled_from(["", "one", "two"]),
)


@settings(max_examples=30, deadline=None)
@given(said=st.lists(contents, min_size=1, max_size=6), query=texts)
def test_the_score_is_what_it_says(
    tmp_path_factory: pytest.TempPathFactory, said: list[Content], query: str
) -> None:
    store = open_store(tmp_path_factory.mktemp("balanced") / "faq.db")
    collection = Collection(store, WordCountEmbedder(), "ada")
    for content in said:
        collection.add(content)
    result = collection.search(query, k=9)
    assert result.ranking == "balanced"
    expected = {i + 1: plainly(query, content, tuple(said)) for i, content in enumerate(said)}
    found = [(match.entry.id, match.score) for match in result.matches]
    assert dict(found) == pytest.approx(expected, abs=2e-6)
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
    for match in result.matches:
        best = max(cosine(query, way) for way in match.entry.content.ways_of_asking)
        assert match.cosine == pytest.approx(best, abs=2e-6)
        assert cosine(query, match.matched) == pytest.approx(best, abs=2e-6)
    [many, *_] = collection.search_many([query, query], k=9)
    assert [(m.entry.id, m.score) for m in many.matches] == [
        (entry_id, pytest.approx(score, abs=2e-6)) for entry_id, score in found
    ]
    store.close()


def test_several_phrasings_that_agree_beat_one_that_is_a_little_nearer(
    collection: Collection,
) -> None:
    collection.add(Content("lost lost card", phrasings=("price", "plan", "refund", "login")))
    collection.add(Content("lost card card plan", phrasings=("lost card", "lost card lost plan")))
    assert questions(collection, "lost lost card", COSINE)[0] == "lost lost card"
    assert questions(collection, "lost lost card", BALANCED)[0] == "lost card card plan"


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=2, max_size=6),
    st.floats(0, 0.9),
)
def test_how_close_matches_are_agrees_with_their_order(
    found: list[tuple[float, float]], threshold: float
) -> None:
    ranking = replace(BALANCED, threshold=threshold)
    words = [closeness(match_of(score, 0.5), ranking) for score, _ in sorted(found)]
    order: list[Closeness] = ["not sure", "close", "very close"]
    assert sorted(words, key=order.index) == words
    assert closeness(match_of(threshold, 0.0), ranking) == "not sure"
    assert closeness(match_of(threshold, 0.05), ranking) == "not sure"
    assert closeness(match_of(threshold, 0.1), ranking) == "close"
    assert closeness(match_of(threshold, 0.1, "where are you"), ranking) == "not sure"
    assert closeness(match_of(threshold - 0.01, 0.9), ranking) == "not sure"
    assert closeness(match_of(1.0, 0.0), ranking) == "very close"


def match_of(score: float, keyword: float, form: str = "my card") -> Match:
    now = datetime.now(UTC)
    entry = Entry(1, 1, Content("lost card"), now, "ada", now, "ada")
    return Match(entry, score, score, "lost card", keyword, form=form)


def test_an_answer_speaks_for_its_entry(collection: Collection) -> None:
    collection.add(Content("password", "cancel the card"))
    collection.add(Content("login", "refund the price"))
    assert questions(collection, "refund", BALANCED)[0] == "login"
    assert questions(collection, "cancel", BALANCED)[0] == "password"


def test_the_best_passage_of_a_long_answer_counts_and_is_named(collection: Collection) -> None:
    rest = "The new plan has a new price. " * 60
    before = collection.add(Content("password", f"{rest}Cancel it. {rest}"))
    collection.add(Content("login", "Refund the new plan. " * 20))
    short = collection.add(Content("card", "Cancel it."))
    [best, other, *_] = collection.search("cancel").matches
    assert (best.entry, best.passage, other.entry) == (short, None, before)
    assert other.passage is not None
    start, stop = other.passage
    assert "Cancel it." in before.content.answer[start:stop]
    assert stop - start < len(before.content.answer) / 4
    passages = [cosine("cancel", text) for text in before.content.answer_texts]
    assert other.score == pytest.approx(
        (cosine("cancel", "password") + max(passages)) / 2 * 3 / 4 + (other.keyword or 0) / 4,
        abs=2e-6,
    )
    [plain, *_] = collection.search("cancel", ranking=COSINE).matches
    assert plain.passage is None
    many = next(collection.search_many(["cancel", "cancel"]))
    assert [match.passage for match in many.matches] == [
        match.passage for match in collection.search("cancel").matches
    ]


def test_a_rare_word_tells_what_vectors_do_not(collection: Collection) -> None:
    for name in ("alpha", "beta", "gamma"):  # all "other" to the embedder
        collection.add(Content(f"card {name}"))
    [best, *others] = collection.search("card beta").matches
    assert best.entry.content.question == "card beta"
    assert best.keyword is not None
    assert all(best.keyword > (other.keyword or 0) > 0 for other in others)
    assert best.cosine == others[0].cosine


def test_ties_go_to_the_lower_id_even_at_the_cut(collection: Collection) -> None:
    ids = [collection.add(Content("card", "lost", key=str(n))).id for n in range(30)]
    assert [m.entry.id for m in collection.search("card lost", k=7).matches] == ids[:7]


def test_the_order_of_phrasings_makes_no_difference(collection: Collection) -> None:
    ways = ("lost card", "card new plan", "lost price card", "lost lost plan card")
    ids = [
        collection.add(Content(one[0], phrasings=one[1:], key=str(n))).id
        for n, one in enumerate(permutations(ways))
    ]
    for query in ("lost card", "plan", "new card price", "lost lost new", "card"):
        matches = collection.search(query, k=24).matches
        assert [match.entry.id for match in matches] == ids
        assert len({match.score for match in matches}) == 1


def test_filters_cost_no_result_that_passes(cards: Collection) -> None:
    assert questions(cards, "lost card", BALANCED, category="Login") == ["lost login"]
    assert questions(cards, "lost card", BALANCED, category="Money") == ["price plan"]
    assert questions(cards, "refund", BALANCED, category="none such") == []
    assert "refund" not in questions(cards, "refund", BALANCED, k=99)


def test_cosine_stays_as_it_was(cards: Collection) -> None:
    plain = Ranking("plain", threshold=0.45, phrasings=("best",), keywords=1e-12)
    for query in ("lost card", "lost", "price login", "other", "cancel card lost"):
        old = cards.search(query, k=9, ranking=COSINE)
        assert [m.score for m in old.matches] == [m.cosine for m in old.matches]
        assert [m.keyword for m in old.matches] == [None] * 3
        new = cards.search(query, k=9, ranking=plain)  # the same, by the other way
        assert [(m.entry, m.matched) for m in new.matches] == [
            (m.entry, m.matched) for m in old.matches
        ]


def test_an_entry_that_lacks_its_answers_vector_is_ranked_without(cards: Collection) -> None:
    class Offline(WordCountEmbedder):
        def encode_documents(self, texts: object) -> Vectors:
            raise EmbeddingError("No model is to be had.")

    lost = cards.get(1)
    assert lost is not None
    mended = Collection(cards.store, Offline(), "bo").edit(lost, replace(LOST, answer="refund"))
    assert mended.content.answer == "refund"
    best = cards.search("lost card").matches[0]
    assert best.entry.id == 1
    without = plainly("lost card", replace(LOST, answer=""), (LOST, LOGIN, PLAN, REFUND))
    assert best.score == pytest.approx(without, abs=0.02)  # its words are there already
    with pytest.raises(EmbeddingError):  # a new way of asking has to be found
        Collection(cards.store, Offline(), "bo").edit(mended, replace(LOST, phrasings=("new",)))


def test_a_word_in_no_entry_or_none_at_all_harms_nothing(cards: Collection) -> None:
    for query in ("zebra", "?!", "xyz zebra " * 300):
        matches = cards.search(query).matches
        assert [m.keyword for m in matches] == [0.0] * 3


# The collection's choice


def test_a_new_collection_takes_the_new_one_and_an_old_one_keeps_cosine(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    assert chosen_name(store.state()) == "balanced"
    Collection(store, WordCountEmbedder(), "ada").add(Content("lost card"))
    assert chosen_name(store.state()) == "balanced"
    store.settings.write({"ranking": "cosine"})  # as the migration of older collections does
    assert chosen_name(store.state()) == "cosine"
    store.settings.write({"ranking": "no such ranking"})
    assert chosen_name(store.state()) == "balanced"


def test_the_choice_is_kept(cards: Collection) -> None:
    assert cards.search("lost").ranking == "balanced"
    choose(cards.store, "cosine")
    assert cards.search("lost").ranking == "cosine"
    assert next(cards.search_many(["lost"])).ranking == "cosine"
    cards.add(Content("new card"))
    assert cards.search("lost", ranking=BALANCED).ranking == "balanced"
    assert cards.search("lost").ranking == "cosine"


# Phrasings left out of their own search


@settings(max_examples=20, deadline=None)
@given(said=st.lists(contents, min_size=2, max_size=5), data=st.data())
def test_a_left_out_phrasing_scores_as_if_its_entry_did_not_have_it(
    tmp_path_factory: pytest.TempPathFactory, said: list[Content], data: st.DataObject
) -> None:
    vectors_alone = replace(BALANCED, keywords=0.0, answers=False)

    def snapshot_of(contents: list[Content]) -> Store:
        store = open_store(tmp_path_factory.mktemp("left") / "faq.db")
        collection = Collection(store, WordCountEmbedder(), "ada")
        for content in contents:
            collection.add(content)
        return store

    store = snapshot_of(said)
    snapshot = store.vectors.resident(fingerprint="word-count")
    row = data.draw(st.integers(0, len(snapshot.texts) - 1))
    place = int(snapshot.phrasings.places_of(np.array([row]))[0])
    query = snapshot.phrasings.vectors[row : row + 1]
    words = store.words.occurrences([str(snapshot.texts[row])])
    found = score(vectors_alone, snapshot, query, words, np.array([row])).scores[0]
    ways = [way for way in said[place].ways_of_asking if way != snapshot.texts[row]]
    if not ways:
        assert found[place] == -np.inf
        return
    said[place] = Content(ways[0], phrasings=tuple(ways[1:]))
    without = snapshot_of(said).vectors.resident(fingerprint="word-count")
    expected = score(vectors_alone, without, query, words).scores[0]
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_an_empty_snapshot_gives_nothing(store: Store) -> None:
    snapshot = store.vectors.resident(fingerprint="any")
    query = np.zeros((2, 0), dtype=np.float32)
    asked = Asked.as_typed(["", ""], query)
    assert best_entries(BALANCED, snapshot, asked, [(), ()], 3, SearchFilter()) == [[], []]
