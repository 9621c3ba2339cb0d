"""What an entry may contain."""

from dataclasses import Field, fields, replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.content import InvalidEntry, comma_separated, one_a_line, validated
from store import Content, normalised
from tests.faq.texts import any_text


def test_every_text_is_trimmed() -> None:
    content = Content(
        "  Lost card?\n",
        answer="\tCall us. ",
        key=" lost ",
        category=" Cards ",
        tags=(" card ", "", "  "),
        phrasings=(" card gone ",),
        owner=" Ada ",
        source=" handbook ",
        must_find=(" gone ",),
        must_not_find=(" greeting ",),
    )
    assert validated(content) == Content(
        "Lost card?",
        answer="Call us.",
        key="lost",
        category="Cards",
        tags=("card",),
        phrasings=("card gone",),
        owner="Ada",
        source="handbook",
        must_find=("gone",),
        must_not_find=("greeting",),
    )


@pytest.mark.parametrize("question", ["", "   ", "\n\t\r", "\u3000"])
def test_an_entry_needs_a_question(question: str) -> None:
    with pytest.raises(InvalidEntry, match=r"^The entry has no question\. Write one\.$"):
        validated(Content(question, answer="An answer"))


@pytest.mark.parametrize("key", [None, "", "  "])
def test_an_empty_key_is_none(key: str | None) -> None:
    assert validated(Content("q", key=key)).key is None


def test_phrasings_that_say_nothing_new_are_dropped() -> None:
    phrasings = ("LOST  CARD", "card gone", "Card\u00a0gone", "", "where is it\nstolen card")
    assert validated(Content("lost card", phrasings=phrasings)).phrasings == (
        "card gone",
        "where is it",
        "stolen card",
    )


def test_tests_are_cleaned_as_phrasings_are_and_may_repeat_the_question() -> None:
    content = Content(
        "lost card",
        must_find=("LOST  card", "lost card", "gone\nwhere is it", " "),
        must_not_find=("greeting card", "Greeting  card"),
    )
    assert validated(content).must_find == ("LOST  card", "gone", "where is it")
    assert validated(content).must_not_find == ("greeting card",)


def test_a_query_that_must_and_must_not_find_is_refused() -> None:
    content = Content("q", must_find=("a", "Lost card"), must_not_find=("b\nlost  CARD",))
    with pytest.raises(InvalidEntry) as refused:
        validated(content)
    assert str(refused.value) == (
        "The query 'lost  CARD' is in both lists: it must find the entry, and must not. Remove it "
        "from one of them."
    )


def test_equal_tags_are_one_and_keep_their_place() -> None:
    assert validated(Content("q", tags=("b", "a", " b "))).tags == ("b", "a")


@pytest.mark.parametrize("tag", ["cards, lost", "cards\nlost", "cards\rlost"])
def test_a_tag_that_would_come_back_as_two_is_refused(tag: str) -> None:
    with pytest.raises(InvalidEntry, match="contains a comma or a line break"):
        validated(Content("q", tags=(tag,)))


TEXTS = [field for field in fields(Content) if field.name not in ("status", "review_by")]


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.name)
def test_half_a_character_is_refused_in_every_field(field: Field[object]) -> None:
    value = ("fine", "\udcff") if field.default == () else "caf\udce9"
    with pytest.raises(InvalidEntry) as refused:
        validated(replace(Content("q"), **{field.name: value}))
    assert str(refused.value) == (
        f"The {field.name} contains bytes that are not text. Save the file as UTF-8 and try again."
    )


def test_one_cell_holds_several_phrasings_and_tags() -> None:
    assert one_a_line(" lost card \r\n\n card gone\r") == ("lost card", "card gone")
    assert comma_separated("card, lost\n new ,,") == ("card", "lost", "new")


@given(question=any_text.filter(str.strip), phrasings=st.lists(any_text, max_size=5))
def test_validating_twice_changes_nothing(question: str, phrasings: list[str]) -> None:
    once = validated(Content(question, phrasings=tuple(phrasings)))
    assert validated(once) == once
    asked = [normalised(text) for text in once.ways_of_asking]
    assert len(set(asked)) == len(asked)
