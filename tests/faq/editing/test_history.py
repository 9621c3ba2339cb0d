"""What a revision changed."""

from dataclasses import fields
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.collection import Collection
from faq.editing.history import TextDiff, changes, steps, word_diff
from store import Content, Status
from tests.faq.texts import any_text

sentences = st.lists(st.sampled_from(["lost", "card", "a", ", ", "\n", "."]), max_size=12).map(
    " ".join
)


def written(pieces: TextDiff) -> str:
    """Return a difference as one would write it by hand."""
    marks = {"same": "{}", "removed": "[-{}]", "added": "[+{}]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


@given(any_text | sentences, any_text | sentences)
def test_both_texts_stand_in_their_difference(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after
    assert all(p.text for p in pieces)
    if before == after:
        assert all(p.kind == "same" for p in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Call us today.", "Call us tomorrow.", "Call us [-today][+tomorrow]."),
        ("Call us.", "Please call us.", "[-Call][+Please call] us."),
        ("Call us or write.", "Write.", "[-Call us or write][+Write]."),
        ("", "New.", "[+New.]"),
        ("Gone.", "", "[-Gone.]"),
        ("It costs $5.", "It costs $50, a year.", "It costs $[-5][+50, a year]."),
        ("one two three", "eins zwei three", "[-one two][+eins zwei] three"),
        ("a\nb", "a\n\nb", "a[-\n][+\n\n]b"),
        ("C++", "C#", "C[-++][+#]"),
    ],
)
def test_words_are_compared(before: str, after: str, expected: str) -> None:
    assert written(word_diff(before, after)) == expected


@pytest.mark.parametrize("word", ["x ", "lost card. ", "\U0001f600"])
def test_a_megabyte_is_compared(word: str) -> None:
    long = word * (1_000_000 // len(word))
    assert "".join(p.text for p in word_diff(long, long[::-1]) if p.kind != "added") == long


def test_every_field_that_changed_is_listed_in_order() -> None:
    before = Content("lost card", "Call us.", tags=("a", "b"), phrasings=("where is my crad", "x"))
    after = Content(
        "lost card",
        "Call us!",
        key="card",
        tags=("b", "a"),
        phrasings=("where is my card", "something else"),
        status=Status.DRAFT,
        review_by=date(2027, 1, 31),
    )
    found = {
        change.field: [written(one) for one in change.diffs] for change in changes(before, after)
    }
    assert found == {
        "answer": ["Call us[-.][+!]"],
        "key": ["[+card]"],
        "tags": [],
        "phrasings": ["where is my [-crad][+card]", "[-x]", "[+something else]"],
        "status": ["[-published][+draft]"],
        "review_by": ["[+31 January 2027]"],
    }
    assert list(changes(after, after)) == []
    names = [field.name for field in fields(Content)]
    assert list(found) == [name for name in names if name in found]


def test_the_history_of_an_entry_has_every_step(collection: Collection) -> None:
    entry = collection.add(Content("lost card", "Call us."))
    entry = collection.edit(entry, Content("lost card", "Write."))
    entry = collection.edit(entry, Content("lost card", "Call us."))
    collection.remove([entry.id])
    collection.restore([entry.id])
    found = list(steps(collection.store.entries.revisions(entry.id)))
    assert [(step.revision.action, step.returned_to) for step in found] == [
        ("restore", None),
        ("remove", None),
        ("edit", 1),
        ("edit", None),
        ("add", None),
    ]
    assert [len(step.changes) for step in found] == [0, 0, 1, 1, 0]
    assert written(found[2].changes[0].diffs[0]) == "[-Write][+Call us]."
