"""Text on its way into markdown."""

import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tests.faq.texts import any_text
from ui.text import NOTHING, excerpt, markdown, on_one_line, plain, shortened, spoken

markup = st.text(st.sampled_from("![]()`\\$ \n\0<>x:_*"), max_size=40)
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def read(text: str) -> str:
    """Return what markdown makes of backslashes before punctuation, and of nothing."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace(NOTHING, ""))


@given(any_text | markup)
def test_no_answer_holds_an_image(text: str) -> None:
    assert "![" not in markdown(text)


@given(any_text | markup)
def test_an_answer_loses_nothing_that_can_be_seen(text: str) -> None:
    def seen(text: str) -> str:
        return text.replace("\u200b", "").replace("\\", "").replace("\0", "\ufffd")

    assert seen(markdown(text)) == seen(text)


@given(any_text | markup)
def test_a_hidden_label_has_no_markdown(text: str) -> None:
    assert not set("!*[]<>`_~:\\") & set(spoken(text))


def test_a_hidden_label_is_read_out_as_it_is() -> None:
    assert spoken("Where's *room 5* (A-B), please?") == "Where's room 5 (A-B), please?"


def test_amounts_in_an_answer_are_no_formula() -> None:
    assert markdown("It costs $5 and $6.") == r"It costs \$5 and \$6."


def test_code_in_an_answer_keeps_its_dollars() -> None:
    assert markdown("`echo $HOME` and\n```\n$PATH\n```") == "`echo $HOME` and\n```\n$PATH\n```"


@given(any_text | markup)
def test_plain_text_is_shown_as_it_is_on_one_line(text: str) -> None:
    assert read(plain(text)) == " ".join(text.replace("\0", "\ufffd").split())


@given(any_text | markup)
def test_no_mark_of_plain_text_means_anything(text: str) -> None:
    """Every mark has its own backslash before it."""
    left = re.sub(r"\\[!-/:-@\[-`{-~]", "", plain(text).replace(NOTHING, ""))
    assert not set(left) & set(PUNCTUATION)


@pytest.mark.parametrize("text", ["ada@x.org", "see https://x.org", "WWW.x.org", "mailto:a.b@c.d"])
def test_no_address_in_plain_text_becomes_a_link(text: str) -> None:
    """Markdown looks for addresses in each stretch of text by itself."""
    for part in plain(text).split(NOTHING):
        assert not re.search(r"https?://|www\.|\w@", part.replace("\\", ""), re.IGNORECASE)


@given(any_text | markup, st.integers(2, 60))
def test_a_shortened_text_is_one_line_of_at_most_that_length(text: str, length: int) -> None:
    short = shortened(text, length)
    assert len(short) <= length
    assert not re.search(r"[\r\n]", short)


def test_what_fits_is_not_shortened() -> None:
    assert shortened("lost  card", 9) == "lost card"
    assert shortened("lost card", 8) == "lost ca…"
    assert shortened("lost card", 6) == "lost…"


def test_the_beginning_of_an_answer_is_free_of_marks() -> None:
    answer = "# Cards\n\n- *Ask* the **desk** or `x_y`,\n- see [the page](https://a.example/b)."
    assert excerpt(answer, 200) == plain("Cards Ask the desk or x_y, see the page.")
    assert excerpt(answer, 10) == plain("Cards Ask…")


@given(any_text)
def test_what_is_no_mark_stays_in_the_beginning_of_an_answer(text: str) -> None:
    kept = re.sub(r"[^\w\s]|_", "", excerpt(text, 10_000).replace(NOTHING, ""))
    wanted = re.sub(r"[^\w\s]|_", "", on_one_line(text))
    if "](" not in text:  # an address goes
        assert kept.split() == wanted.split()
