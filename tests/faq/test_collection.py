"""Adding, editing, removing, asking: the whole way through text, vectors and file."""

from dataclasses import replace

import pytest

from faq.collection import Collection, SearchResult
from faq.content import InvalidEntry
from faq.search.ranking import COSINE
from faq.search.threshold import choose
from store import (
    Content,
    EntryFilter,
    KeyTaken,
    ModelMismatch,
    StaleEdit,
    Status,
    Store,
    UnknownEntry,
)
from tests.fakes import WORDS, WordCountEmbedder
from tests.faq.texts import HOSTILE, MEGABYTE


def found(result: SearchResult) -> list[tuple[str, float]]:
    return [(match.entry.content.question, round(match.cosine, 3)) for match in result.matches]


# Writing


def test_an_added_entry_is_trimmed_kept_and_found(collection: Collection) -> None:
    entry = collection.add(Content(" lost card ", answer=" Call us. ", key="a"))
    assert (entry.id, entry.version, entry.created_by) == (1, 1, "ada")
    assert entry.content == Content("lost card", answer="Call us.", key="a")
    assert found(collection.search("card lost")) == [("lost card", 1.0)]
    assert collection.get(entry.id) == entry


def test_an_entry_without_a_question_is_never_embedded(
    collection: Collection, embedder: WordCountEmbedder
) -> None:
    with pytest.raises(InvalidEntry):
        collection.add(Content("  "))
    assert embedder.encoded == []
    assert collection.store.info().entries == 0


def test_a_text_is_embedded_once(collection: Collection, embedder: WordCountEmbedder) -> None:
    embeddings = collection.embed(["lost", "card", "lost"])
    assert embedder.encoded == ["lost", "card"]
    assert set(embeddings.vectors) == {"lost", "card"}


def test_a_key_is_taken_once(collection: Collection) -> None:
    collection.add(Content("lost card", key="a"))
    with pytest.raises(KeyTaken, match="The key 'a' belongs to entry 1 already"):
        collection.add(Content("new card", key=" a "))
    assert collection.store.info().entries == 1


def test_an_edit_embeds_only_what_is_new(
    collection: Collection, embedder: WordCountEmbedder
) -> None:
    before = Content("lost card", phrasings=("card gone", "no card"), answer="old")
    entry = collection.add(before)
    embedder.encoded.clear()
    entry = collection.edit(entry, replace(entry.content, category="Cards"))
    assert embedder.encoded == []
    entry = collection.edit(entry, replace(entry.content, answer="new"))
    assert embedder.encoded == ["lost card\nnew"]
    embedder.encoded.clear()
    entry = collection.edit(entry, replace(entry.content, phrasings=("no card", "card price")))
    assert embedder.encoded == ["card price"]
    embedder.encoded.clear()
    entry = collection.edit(
        entry, replace(entry.content, question="no card", phrasings=("lost card",))
    )
    assert embedder.encoded == ["no card\nnew"]
    assert entry.version == 5
    assert found(collection.search("card lost")) == [("no card", 1.0)]
    assert collection.search("card price").matches[0].cosine < 1
    assert collection.store.upkeep.check().problems == ()


def test_an_edit_that_changes_nothing_is_no_version(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    assert collection.edit(entry, Content(" lost card ")) == entry


def test_a_stale_edit_is_refused_with_what_stands(collection: Collection, store: Store) -> None:
    entry = collection.add(Content("lost card"))
    other = Collection(store, WordCountEmbedder(), "bo")
    theirs = other.edit(entry, Content("lost card", answer="bo's answer"))
    with pytest.raises(StaleEdit, match=r"^bo saved this entry in the meantime") as refused:
        collection.edit(entry, Content("lost card", answer="ada's answer"))
    assert refused.value.current == theirs
    assert collection.get(entry.id) == theirs


def test_what_others_delete_makes_no_entry_be_passed_over(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faq.collection.ENTRIES_AT_ONCE", 2)
    one, two, *others = [collection.add(Content(f"card {name}")) for name in "abcde"]
    entries = collection.all_entries()
    assert [next(entries), next(entries)] == [one, two]
    collection.remove([one.id, two.id])
    assert list(entries) == others


def test_the_bin_hides_and_gives_back(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    assert collection.remove([entry.id]) == [entry.id]
    assert collection.remove([entry.id]) == []
    assert collection.get(entry.id) is None
    assert found(collection.search("lost card")) == []
    assert list(collection.all_entries()) == []
    with pytest.raises(UnknownEntry, match="Entry 1 is in the bin; take it out first"):
        collection.edit(entry, Content("new card"))
    assert collection.restore([entry.id]) == [entry.id]
    assert found(collection.search("lost card")) == [("lost card", 1.0)]


def test_an_unknown_entry_is_none(collection: Collection) -> None:
    assert collection.get(7) is None


# Searching


@pytest.fixture
def cards(collection: Collection) -> Collection:
    """A collection that has kept to the ranking of old."""
    choose(collection.store, "cosine")
    for content in (
        Content("lost card", category="Cards", phrasings=("card cancel",)),
        Content("lost login", category="Login"),
        Content("price plan", category="Money"),
        Content("refund", category="Money", status=Status.DRAFT),
        Content("password", category="Login", status=Status.ARCHIVED),
    ):
        collection.add(content)
    return collection


def test_matches_are_the_nearest_best_first(cards: Collection) -> None:
    result = cards.search("lost card")
    assert found(result) == [("lost card", 1.0), ("lost login", 0.5), ("price plan", 0.0)]
    assert result.query == "lost card"
    assert result.ranking == "cosine"
    assert [match.score for match in result.matches] == [m.cosine for m in result.matches]


def test_a_match_names_the_phrasing_that_matched(cards: Collection) -> None:
    [match] = cards.search("cancel card", k=1).matches
    assert (match.entry.content.question, match.matched) == ("lost card", "card cancel")


@pytest.mark.parametrize(
    ("query", "answered"),
    [("lost", True), ("lost card new", True), ("lost refund new cancel login", True)],
)
def test_the_nearest_entry_answers_from_the_threshold_on(
    cards: Collection, query: str, answered: bool
) -> None:
    result = cards.search(query)
    best = result.matches[0].score
    assert result.answered == answered
    assert cards.search(query, ranking=replace(COSINE, threshold=best)).answered
    above = cards.search(query, ranking=replace(COSINE, threshold=best + 1e-6))
    assert not above.answered
    assert found(above) == found(result)  # the threshold hides nothing


def test_what_is_like_nothing_is_not_answered_but_shown(cards: Collection) -> None:
    result = cards.search("something else")
    assert not result.answered
    assert len(result.matches) == 3
    assert result.matches[0].score < COSINE.threshold


def test_k_and_category_cut_the_list(cards: Collection) -> None:
    assert found(cards.search("lost card", k=1)) == [("lost card", 1.0)]
    assert found(cards.search("lost card", category="Login")) == [("lost login", 0.5)]
    assert found(cards.search("lost card", category="login")) == []
    assert len(cards.search("lost card", k=1000).matches) == 3


def test_an_empty_collection_answers_nothing(collection: Collection) -> None:
    result = collection.search("lost card")
    assert (result.matches, result.answered) == ((), False)
    [many] = collection.search_many(["lost card"])
    assert (many.matches, many.answered) == ((), False)


def test_the_times_are_seconds_and_add_up(cards: Collection) -> None:
    timing = cards.search("lost card").timing
    assert timing.embed_seconds >= 0 <= timing.search_seconds
    assert timing.total_seconds == pytest.approx(timing.embed_seconds + timing.search_seconds)
    assert timing.total_seconds < 5


def test_many_at_once_find_what_each_finds_alone(cards: Collection) -> None:
    queries = ["lost card", "", *WORDS, " \n", *HOSTILE.values(), "card cancel", "lost card"]
    for category in (None, "Login", "Nothing"):
        alone = [cards.search(query, k=2, category=category) for query in queries]
        together = list(cards.search_many(queries, k=2, category=category))
        assert [r.query for r in together] == queries
        for one, other in zip(alone, together, strict=True):
            assert [m.entry for m in one.matches] == [m.entry for m in other.matches]
            assert [m.matched for m in one.matches] == [m.matched for m in other.matches]
            assert [m.cosine for m in one.matches] == pytest.approx(
                [m.cosine for m in other.matches], abs=2e-6
            )
            assert (one.answered, one.ranking) == (other.answered, other.ranking)


@pytest.mark.parametrize("query", ["", " \t\n"])
def test_an_empty_query_finds_nothing(cards: Collection, query: str) -> None:
    for result in (cards.search(query), *cards.search_many([query])):
        assert (result.matches, result.answered) == ((), False)


def test_more_queries_than_are_asked_at_once_all_get_answers(cards: Collection) -> None:
    queries = [WORDS[number % 10] for number in range(600)]
    results = list(cards.search_many(iter(queries), k=1))
    assert [result.query for result in results] == queries
    assert [found(r) for r in results[:10]] == [found(r) for r in results[590:]]


def test_alike_warns_of_entries_that_say_the_same(cards: Collection) -> None:
    assert [m.entry.content.question for m in cards.similar("card lost")] == ["lost card"]
    assert [m.entry.content.question for m in cards.similar("refund refund")] == [
        "refund"
    ]  # a draft
    assert cards.similar("lost") == []
    assert cards.similar("card lost", but=1) == []


def test_a_search_is_logged_on_request_alone(cards: Collection) -> None:
    result = cards.search("lost card")
    assert cards.store.log.page(5).queries == ()
    number = cards.log(result)
    [logged] = cards.store.log.page(5).queries
    assert (logged.id, logged.text, logged.ranking) == (number, "lost card", "cosine")
    assert (logged.answered, logged.entry_id, logged.score) == (True, 1, 1.0)
    assert logged.total_seconds == result.timing.total_seconds
    assert logged.thumb is None


def test_an_answer_of_nothing_is_logged_too(collection: Collection) -> None:
    collection.log(collection.search("lost card"))
    [logged] = collection.store.log.page(5).queries
    assert (logged.answered, logged.entry_id, logged.score) == (False, None, None)


def test_a_foreign_model_is_refused_with_a_sentence(cards: Collection) -> None:
    foreign = Collection(cards.store, WordCountEmbedder("another"), "ada")
    sentence = (
        r"^The collection has vectors of tests/word-count \(word-count\), and none of the model "
        r"with fingerprint another\. Vectors of two models cannot be compared: load the "
        r"collection's own model, or embed the collection anew\.$"
    )
    for ask in (
        lambda: foreign.search("lost"),
        lambda: list(foreign.search_many(["lost"])),
        lambda: foreign.similar("lost"),
    ):
        with pytest.raises(ModelMismatch, match=sentence):
            ask()
    with pytest.raises(ModelMismatch, match="cannot be compared"):
        foreign.add(Content("new card"))
    entry = cards.get(1)
    assert entry is not None
    with pytest.raises(ModelMismatch, match="cannot be compared"):
        foreign.edit(entry, Content("new card"))
    assert cards.get(1) == entry


# Hostile texts


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_is_kept_as_it_is_and_asked_without_harm(
    cards: Collection, embedder: WordCountEmbedder, text: str
) -> None:
    tag = text.replace(",", "").replace("\r", "").replace("\n", "")
    content = Content(text, answer=text, key=text, category=text, tags=(tag,), source=text)
    entry = cards.add(content)
    assert entry.content.question == text.strip()
    assert entry.content.answer == text.strip()
    result = cards.search(text, category=entry.content.category)
    assert [match.entry for match in result.matches] == [entry]
    assert result.matches[0].cosine == pytest.approx(1, abs=1e-5)
    cards.log(result)
    assert cards.store.log.page(1).queries[0].text == text
    list(cards.all_entries(EntryFilter(text=text, category=text, key_prefix=text)))
    assert cards.store.words.search(text, 3)
    assert cards.edit(entry, replace(content, answer=text + "!")).version == 2
    assert cards.store.upkeep.check().problems == ()


def test_a_megabyte_is_kept_and_asked(cards: Collection) -> None:
    entry = cards.add(Content(MEGABYTE, answer=MEGABYTE, phrasings=("short",)))
    assert entry.content.question == MEGABYTE.strip()
    assert found(cards.search(MEGABYTE, k=1)) == [("lost card", 1.0)]
    assert cards.search(MEGABYTE, k=2).matches[1].entry == entry
    assert len(cards.similar(MEGABYTE)) == 2
