"""Words marked in text that somebody wrote."""

import re

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from faq.search.words import content_words, folded
from store.words import words
from tests.faq.texts import any_text
from ui.ask.why import marked_answer, marked_line
from ui.text import NOTHING, markdown, plain

MARKED = re.compile(r":primary-background\[([^\[\]]*)\]")
markup = st.text(st.sampled_from("![]()`\\$ \n\r\t\0<>x:_*#~|-é1.e\u0301"), max_size=60)
written = any_text | markup
queries = st.lists(st.sampled_from(["x", "e", "é", "1", "lost", "card", "red"]), max_size=4)


def unmarked(text: str) -> str:
    return MARKED.sub(r"\1", text)


def marks(text: str) -> list[str]:
    """Return the marked words, without the punctuation that is marked with them."""
    punctuation = "\\\"'()\u201c\u201d\u2019.,;:!?\u2026"
    found = [mark.strip(punctuation) for mark in MARKED.findall(text)]
    return [re.sub("['\u2019][st]$", "", mark) for mark in found]


@given(written, queries)
@example("C++ :red[lost] card_lost", ["lost", "card"])
def test_a_marked_line_says_what_it_said_and_marks_exactly_what_is_shared(
    text: str, query: list[str]
) -> None:
    wanted = content_words(" ".join(query))
    marked = marked_line(text, wanted).replace(NOTHING, "")
    assert unmarked(marked) == plain(text).replace(NOTHING, "")
    line = " ".join(text.split())
    assert marks(marked) == [word[0] for word in words(line) if folded(word[0]) in wanted]


@given(written, written)
def test_no_mark_of_a_marked_line_is_anybody_s_but_ours(text: str, query: str) -> None:
    left = MARKED.sub("", marked_line(text, content_words(query)).replace(NOTHING, ""))
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\[!-/:-@\[-`{-~]", "", left))


@given(written, queries)
def test_an_answer_with_marks_is_the_same_answer(text: str, query: list[str]) -> None:
    wanted = content_words(" ".join(query))
    marked = marked_answer(text, wanted)
    if ":primary-background" not in text:
        assert unmarked(marked) == markdown(text)
        assert {folded(word) for word in marks(marked)} <= wanted


@pytest.mark.parametrize(
    ("answer", "marked"),
    [
        ("The lost card, again.", ["lost", "card"]),
        ("**Lost** (card)", ["Lost", "card"]),
        ("lost/stolen\r\n\r\nthe cárd's holder", ["lost", "cárd"]),
        ("- lost\n- card\n\n# Card", ["lost", "card", "Card"]),
        ("| lost | card |\n|---|---|\n| a | b |", ["lost", "card"]),
        ("It costs $5 for a card", ["card"]),
        ("discard lostness", []),
    ],
)
def test_running_text_is_marked(answer: str, marked: list[str]) -> None:
    assert marks(marked_answer(answer, content_words("my lost card"))) == marked


@pytest.mark.parametrize(
    ("answer", "query", "marked"),
    [
        ("如果卡丢了、请打电话。\n\n- 卡", "卡丢了", ["卡丢了"]),
        ("カードを失くした場合は「電話」", "カードを失くした", ["カードを失くした"]),
        ("ถ้าบัตรหาย โทรเรา", "บัตรหาย", ["บัตรหาย"]),
        ("अगर **कार्ड** खो जाए", "कार्ड खो", ["कार्ड", "खो"]),
    ],
    ids=["Chinese", "Japanese", "Thai", "Hindi"],
)
def test_running_text_is_marked_in_every_script(answer: str, query: str, marked: list[str]) -> None:
    assert marks(marked_answer(answer, content_words(query))) == marked
    assert marks(marked_line(answer, content_words(query))) == marked


@pytest.mark.parametrize(
    "answer",
    [
        "`lost card`",
        "`see\nlost card\nthere`",
        "```\nx\n\nlost card\n```",
        "[a lost card](http://lost.card/lost)",
        '[x]: http://example.com "lost card"',
        "http://lost/card www.lost.card me@lost.card",
        "<pre>\n\nlost card\n\n</pre>",
        "    lost card",
        "lost**card** lost_card",
        ":red[a lost card]",
        ":lost: lost:card",
        "~~~\nlost card\n\nlost\n~~~",
    ],
)
def test_what_a_mark_could_change_is_left_alone(answer: str) -> None:
    assert marked_answer(answer, content_words("my lost card")) == markdown(answer)


def test_the_number_of_an_item_stays_one() -> None:
    assert marked_answer("1. x\n2) y\n\n3", content_words("1 2 3")).startswith("1. x\n2) y\n\n:")


def test_words_that_stand_in_any_text_are_left_alone() -> None:
    assert marked_line("How do I do the card now", content_words("how do I lose the card")) == (
        "How do I do the :primary-background[card] now"
    )


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Is it lost?", ["lost?"]),
        ("“Lost”: what now", ["“Lost”:"]),
        ("The card's holder (card)", ["card's", "(card)"]),
        ("**Lost** card.", ["Lost", "card."]),
    ],
)
def test_no_gap_is_between_a_mark_and_punctuation(text: str, marked: list[str]) -> None:
    assert MARKED.findall(marked_answer(text, content_words("a lost card"))) == marked
