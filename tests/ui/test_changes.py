"""How a change reads: what somebody wrote stays text."""

import re

from hypothesis import example, given

from faq.editing.history import FieldChange, Piece, word_diff
from tests.faq.texts import any_text
from ui.entry import changes
from ui.text import NOTHING

MARK = re.compile(r":(?:red|green)-background\[(?:~~)?|(?:~~)?\]")


@given(any_text, any_text)
@example("![x](http://example.com)", "![y](http://example.com)")
@example("a ~~ b ]", "a ~~ c ]")
@example("x", ":red[x]\n# y\n\n    z")
def test_no_markup_of_a_change_is_anybody_s_but_ours(before: str, after: str) -> None:
    marked = changes.marked(word_diff(before, after), whole=True)
    left = MARK.sub("", re.sub(r"\\[!-/:-@\[-`{-~]", "", marked.replace(NOTHING, "")))
    assert not re.search(r"[!-/:-@\[-`{-~\0]", left)
    assert "\n    " not in marked


@given(any_text, any_text)
def test_every_word_of_both_is_shown(before: str, after: str) -> None:
    marked = changes.marked(word_diff(before, after), whole=True)
    shown = re.sub(r"\\(.)", r"\1", marked.replace(NOTHING, ""))
    for word in re.findall(r"\w+", f"{before} {after}"):
        assert word in shown


def marked(before: str, after: str) -> str:
    return changes.marked(word_diff(before, after))


def test_what_went_is_struck_out_and_what_came_is_marked() -> None:
    assert marked("Call us today.", "Call us tomorrow.") == (
        r"Call us :red-background[~~today~~]:green-background[tomorrow]\."
    )
    assert marked("", "a\n\nb") == ":green-background[a]  \n:green-background[b]"
    assert marked("a", "a\n") == "a:green-background[↵]"
    assert marked("a b", "a  b") == "a:red-background[~~␣~~]:green-background[␣␣]b"


def test_what_stays_the_same_is_cut_between_words() -> None:
    before = f"{'start ' * 50}old{' middle' * 50} old{' end' * 50}"
    shown = marked(before, before.replace("old", "new"))
    assert shown.startswith("… start start") and shown.endswith("end …")
    assert re.search(r"\] middle( middle)* … middle( middle)* :red", shown)
    assert len(shown) < 500
    assert len(changes.marked(word_diff(before, before.replace("old", "new")), whole=True)) > 800
    assert len(marked("x" * 1_000_000, "y" * 1_000_000)) < 5_000


def test_short_changes_stand_beside_the_name_of_their_field() -> None:
    one, other = (Piece("removed", "draft"), Piece("added", "published"))
    assert changes.markdown(FieldChange("status", ((one, other),))) == (
        "**Status** :red-background[~~draft~~]:green-background[published]"
    )
    assert changes.markdown(FieldChange("tags", ())) == "**Tags** in another order"
    assert changes.markdown(FieldChange("must_find", ((one,), (other,)))) == (
        "**Must find this entry**  \n:red-background[~~draft~~]  \n:green-background[published]"
    )
