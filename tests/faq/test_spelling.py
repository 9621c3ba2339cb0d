"""Mistyped words: what is corrected, and what is left alone."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedding import Embedder
from faq.collection import Collection
from faq.search.spelling import OFF, SETTING, Spelling
from store import Content, Status, open_store
from tests.fakes import WordCountEmbedder


class Reading(WordCountEmbedder):
    """Knows whole words as a tokenizer would: those given, the more frequent first."""

    def __init__(self, *known: str) -> None:
        super().__init__()
        self._known = known

    def is_word(self, text: str) -> bool:
        return text in self._known

    def words(self) -> tuple[str, ...]:
        return self._known


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    collection = Collection(open_store(tmp_path / "faq.db"), Reading("when", "will", "carp"), "ada")
    collection.add(Content("password new"))
    collection.add(Content("reset", "Click on Überweisung, then login. CLICK it again."))
    collection.add(Content("I lost my card", phrasings=("card card stolen",), category="Cards"))
    collection.add(Content("The confidential rollout", status=Status.DRAFT))
    return collection


def corrected(collection: Collection, query: str) -> str:
    return Spelling(collection.store, collection.embedder).corrected(query)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how do i rest my pasword", "how do i reset my password"),  # a letter is missing
        ("resett my passsword", "reset my password"),  # or doubled
        ("my psasword, my caard!", "my password, my card!"),  # or swapped; signs stay
        ("passwprd", "password"),  # or wrong
        ("pazzword", "password"),  # two slips in a long word
        ("clik on uberweisng", "click on überweisung"),  # as the entry writes it
        ("Uberweisng", "Überweisung"),
        ("lgoin", "login"),  # words of answers count
        ("whne will it come", "when will it come"),  # and those that the tokenizer knows
        ("carb", "card"),  # the collection's words come before the tokenizer's
        ("log in", "login"),  # torn apart
        ("my pass word", "my password"),
        ("resetpassword", "reset password"),  # run together
        ("acrd", "card"),  # the first two letters swapped
    ],
)
def test_what_was_probably_meant(collection: Collection, typed: str, meant: str) -> None:
    assert corrected(collection, typed) == meant


@pytest.mark.parametrize(
    "query",
    [
        *("", "?!", "how do I reset my password", "PASSWORD", "will", "ca", "c4rd", "x" * 5_000),
        "zebra",  # nothing similar is known
        "pazzwort",  # three slips
        "confidental",  # only a draft has the word, which readers do not see
    ],
)
def test_what_is_left_alone(collection: Collection, query: str) -> None:
    assert corrected(collection, query) == query


def test_words_are_known_as_soon_as_they_are_saved_and_no_longer(collection: Collection) -> None:
    assert corrected(collection, "my invioce") == "my invioce"
    entry = collection.add(Content("Where is my invoice?"))
    assert corrected(collection, "my invioce") == "my invoice"
    collection.edit(entry, Content("Where is my bill?"))
    assert corrected(collection, "my invioce") == "my invioce"


def test_a_query_is_asked_as_typed_and_as_meant_in_one_batch(collection: Collection) -> None:
    embedder = collection.embedder
    assert isinstance(embedder, Reading)
    embedder.encoded.clear()
    found = collection.search("lost my pasword")
    assert embedder.encoded == ["lost my pasword", "lost my password"]
    assert found.corrected == "lost my password"
    assert found.query == "lost my pasword"
    by_form = {match.entry.content.question: match.form for match in found.matches}
    assert by_form["password new"] == "lost my password"
    embedder.encoded.clear()
    assert collection.search("lost my password").corrected == ""
    assert embedder.encoded == ["lost my password"]


def test_each_entry_takes_the_better_form(collection: Collection) -> None:
    both = collection.search("pasword card", k=9)
    typed = collection.search("pasword card", k=9, as_typed=True)
    meant = collection.search("password card", k=9, as_typed=True)
    assert (typed.corrected, both.corrected) == ("", "password card")

    def scores(found: object) -> dict[int, float]:
        return {match.entry.id: match.score for match in found.matches}  # type: ignore[attr-defined]

    expected = {i: max(scores(typed)[i], scores(meant)[i]) for i in scores(both)}
    assert scores(both) == expected != scores(typed)
    [many, plain] = collection.search_many(["pasword card", "login"], k=9)
    assert (many.corrected, scores(many)) == ("password card", pytest.approx(expected, abs=1e-6))
    assert plain.corrected == ""


def test_what_stands_behind_the_end_of_what_a_model_reads_is_asked_too(
    collection: Collection,
) -> None:
    before = "Price plan. " * 120
    found = collection.search(f"{before}lost card")
    assert found.matches[0].entry.content.question == "I lost my card"
    assert found.matches[0].form.endswith("lost card") and found.corrected == ""
    assert len(found.matches[0].form) < len(before) < len(found.query)
    mistyped = collection.search(f"{before}lost caard")
    assert mistyped.matches[0].form.endswith("lost card")
    assert mistyped.corrected == f"{before}lost card"


def test_a_collection_can_do_without(collection: Collection) -> None:
    collection.store.settings.write({SETTING: OFF})
    assert collection.search("pasword").corrected == ""
    collection.store.settings.write({SETTING: None})
    assert collection.search("pasword").corrected == "password"


def test_what_is_logged_is_what_was_typed(collection: Collection) -> None:
    collection.log(collection.search("pasword"))
    assert [query.text for query in collection.store.log.page(5).queries] == ["pasword"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(max_size=12) | st.sampled_from(["pasword", "log", "in", "\n"]), max_size=6))
def test_only_words_of_letters_change(collection: Collection, parts: Sequence[str]) -> None:
    query = " ".join(parts)
    after = corrected(collection, query)
    assert re.sub(r"[^\W\d_]|\s", "", after) == re.sub(r"[^\W\d_]|\s", "", query)
    assert corrected(collection, after) == after


def test_behind_what_is_read_of_a_query_nothing_is_corrected(collection: Collection) -> None:
    [read] = collection.forms(["pasword"])
    assert read == ("pasword", "password")
    [forms] = collection.forms(["when " * 2_000 + "pasword"])
    assert not any("password" in form for form in forms)
    [forms] = collection.forms(["pasword " + "when " * 2_000])
    assert any(form.startswith("password when") for form in forms)


@pytest.mark.model
def test_the_installed_model_s_tokenizer_knows_words(real_embedder: Embedder) -> None:
    assert real_embedder.is_word("transfer")
    assert not real_embedder.is_word("transfre")
    known = real_embedder.words()
    assert known.index("when") < known.index("furniture")
    assert all(word.isalpha() and word == word.lower() for word in known)
    assert real_embedder.words() is known


def test_where_the_model_tells_no_words_only_sure_slips_are_corrected(tmp_path: Path) -> None:
    unsure = Collection(open_store(tmp_path / "unsure.db"), Reading(), "ada")
    unsure.add(Content("How do I cancel my ticket?", "At the counter."))
    assert corrected(unsure, "cancle my tickte") == "cancel my ticket"
    for query in ("parcel", "kicket", "he is my cancellllation"):
        assert corrected(unsure, query) == query
