"""Wordings that entries could learn, what each would change, and entries that learn them."""

from collections.abc import Sequence
from typing import cast

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from faq.collection import Collection
from faq.content import InvalidEntry
from faq.evaluation.asking import Queries
from faq.inbox.items import dismiss
from faq.inbox.suggestions import (
    Exam,
    Suggestion,
    exam_of,
    learn,
    suggest,
    suggestions,
    unlearn,
)
from faq.search.asked import Asked
from store import Content, Occurrences, UnknownEntry, Words
from tests.fakes import WordCountEmbedder
from tests.faq.inbox.by_hand import assembled


def ask(collection: Collection, query: str, thumb: int | None = None) -> None:
    logged = collection.log(collection.search(query))
    assert logged is not None
    collection.store.log.rate(logged, thumb)


def look(collection: Collection) -> list[tuple[int, str, int, bool]]:
    return [(s.entry_id, s.text, s.count, s.liked) for s in suggestions(collection)]


def test_clear_answers_in_new_words_are_suggested(collection: Collection) -> None:
    card = collection.add(Content("lost card"))
    collection.add(Content("price plan"))
    ask(collection, "card")  # cosine .71 with the one, 0 with the other
    ask(collection, "Card")
    ask(collection, "lost card")  # is a phrasing
    ask(collection, "lost lost card")  # .95: says nothing new
    ask(collection, "card plan")  # .5 with both: in doubt
    ask(collection, "refund")  # unanswered
    assert look(collection) == [(card.id, "Card", 2, False)]


def test_a_thumb_up_settles_a_doubt_and_a_thumb_down_rules_out(collection: Collection) -> None:
    card = collection.add(Content("lost card"))
    collection.add(Content("price plan"))
    ask(collection, "card plan", thumb=1)
    ask(collection, "card", thumb=-1)
    assert look(collection) == [(card.id, "card plan", 1, True)]


def test_what_readers_suggest_comes_first_and_is_marked_as_such(collection: Collection) -> None:
    card = collection.add(Content("card", phrasings=("lost new",)))
    plan = collection.add(Content("new plan", phrasings=("plan price",)))
    ask(collection, "plan", thumb=1)
    suggest(collection, card.id, "price plan new")
    suggest(collection, card.id, "lost")
    suggest(collection, plan.id, "Plan")
    found = suggestions(collection)
    assert [(one.text, one.won, one.lost) for one in found] == [
        ("Plan", 1, ()),  # "new plan", leave-one-out, finds it at .71 and "lost new" at .5
        ("lost", 1, ()),
        ("price plan new", 0, (plan.id,)),
    ]
    assert all(one.suggested for one in found)  # that the log knows "plan", too, is not said twice


def test_a_suggestion_that_was_dismissed_is_not_kept_again(collection: Collection) -> None:
    card = collection.add(Content("lost card"))
    dismiss(collection.store, [Suggestion(card.id, "where is it").key], "ada")
    suggest(collection, card.id, "Where  is it")
    suggest(collection, card.id, "where is she")
    assert [one.text for one in collection.store.log.suggestions(9)] == ["where is she"]


def test_nothing_is_suggested_for_what_is_gone_or_says_nothing(collection: Collection) -> None:
    card = collection.add(Content("lost card"))
    for text in ("", " \n", "caf\udce9"):
        with pytest.raises(InvalidEntry):
            suggest(collection, card.id, text)
    collection.remove([card.id])
    for entry_id in (card.id, 99):
        with pytest.raises(UnknownEntry, match="not there any more"):
            suggest(collection, entry_id, "where is it")


class NoWords:
    """Words that are not to be looked for: cosines alone are compared."""

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        raise AssertionError(texts)

    search = counts = occurrences

    def known(self) -> tuple[str, ...]:
        raise AssertionError


def exam(entries: Sequence[tuple[int, Sequence[str], bool]]) -> Exam:
    embedder = WordCountEmbedder()
    nothing = Queries(Asked.as_typed([], embedder.encode_queries([])), np.array([], np.int64))
    return exam_of(cast(Words, NoWords()), assembled(entries, embedder), nothing)


def test_figures_that_rise_and_neighbours_that_fall_are_counted() -> None:
    # Leave-one-out, "lost new" has nothing similar of its own entry (0 to "card"), but .5 to "new
    # plan".
    card, plan = 1, 2
    sat = exam([(card, ["card", "lost new"], True), (plan, ["new plan", "plan price"], True)])
    assert sat.asked.own.round(2).tolist() == [0.0, 0.0, 0.5, 0.5]
    assert sat.asked.other.round(2).tolist() == [0.0, 0.5, 0.5, 0.0]

    def tried(entry_id: int, text: str) -> tuple[int, tuple[int, ...]]:
        return sat.effect(text, entry_id, WordCountEmbedder().encode_query(text))

    assert tried(card, "lost") == (1, ())  # "lost new" .71, before .5
    assert tried(card, "lost card") == (1, ())  # wins "card", ties for "lost new": no win
    assert tried(card, "price plan new") == (0, (plan,))
    assert tried(plan, "New  plan") == (0, ())  # is itself a question of the exam


TEXTS = st.sampled_from(["lost card", "card", "new", "new plan", "plan", "price plan new", "lost"])


@given(
    st.lists(st.lists(TEXTS, min_size=1, max_size=4, unique=True), min_size=1, max_size=5), TEXTS
)
def test_the_effect_is_what_a_second_exam_would_show(entries: list[list[str]], text: str) -> None:
    embedder = WordCountEmbedder()

    def right(asked: list[list[str]]) -> dict[tuple[int, str], bool]:
        found = {}
        for owner, texts in enumerate(entries):
            for left in texts if len(texts) > 1 else ():
                vector = embedder.encode_query(left)
                best = [
                    max(
                        (
                            round(float(embedder.encode_query(one) @ vector), 6)
                            for one in ways
                            if (number, one) != (owner, left)
                        ),
                        default=-1.0,
                    )
                    for number, ways in enumerate(asked)
                ]
                others = [value for number, value in enumerate(best) if number != owner]
                found[owner, left] = best[owner] > max(others, default=-1.0)
        return found

    sat = exam([(owner, texts, True) for owner, texts in enumerate(entries)])
    assert (sat.asked.own > sat.asked.other).tolist() == list(right(entries).values())
    before, after = right(entries), right([[*entries[0], text], *entries[1:]])
    counted = [place for place in before if place[1] != text]
    won = sum(after[place] and not before[place] for place in counted)
    lost = {place[0] for place in counted if before[place] and not after[place]}
    assert sat.effect(text, 0, embedder.encode_query(text)) == (won, tuple(sorted(lost)))


def test_nothing_logged_nothing_suggested(collection: Collection) -> None:
    assert suggestions(collection) == []
    collection.add(Content("lost card"))
    assert suggestions(collection) == []


# Entries that learn


def test_what_an_entry_learns_finds_it(collection: Collection) -> None:
    entry = collection.add(Content("lost card", phrasings=("card gone",)))
    learned = learn(collection, entry.id, ["new  plan\nprice", "CARD gone", "new plan price"])
    assert learned.phrasings == ("new plan price",)
    assert learned.entry.content.phrasings == ("card gone", "new plan price")
    assert collection.search("new plan price").answered


def test_forgetting_leaves_what_was_changed_since(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    learned = learn(collection, entry.id, ["new plan"])
    again = learn(collection, entry.id, ["refund"])
    unlearn(collection, learned)
    current = collection.get(entry.id)
    assert current is not None
    assert current.content.phrasings == ("refund",)
    assert current.version == again.entry.version + 1
    unlearn(collection, learned)  # nothing is left to forget


def test_an_entry_in_the_bin_learns_nothing(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    learned = learn(collection, entry.id, ["new plan"])
    collection.remove([entry.id])
    for attempt in (
        lambda: learn(collection, entry.id, ["x"]),
        lambda: unlearn(collection, learned),
    ):
        with pytest.raises(UnknownEntry, match="not there any more"):
            attempt()
