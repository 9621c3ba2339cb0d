"""Two people's changes of one entry, brought together."""

from dataclasses import fields, replace

import hypothesis.strategies as st
from hypothesis import given

from faq.editing.reconciling import joined, three_way_merge, united
from store import Content, Status

few = st.sampled_from(["", "a", "b", "c"])
lists = st.lists(st.sampled_from("abcd"), unique=True, max_size=4).map(tuple)
contents = st.builds(
    Content,
    question=few,
    answer=few,
    key=st.none() | st.sampled_from("ab"),
    category=few,
    tags=lists,
    phrasings=lists,
    status=st.sampled_from(Status),
)
NAMES = [field.name for field in fields(Content)]


@given(contents, contents, contents)
def test_no_change_of_either_side_is_lost_unless_both_made_one(
    base: Content, theirs: Content, mine: Content
) -> None:
    found = three_way_merge(base, theirs, mine)
    for choice in ("theirs", "mine"):
        merged = found.merged(dict.fromkeys(found.by_both, choice))
        for name in NAMES:
            was, is_theirs, is_mine, now = (
                getattr(one, name) for one in (base, theirs, mine, merged)
            )
            if name in found.by_both:
                assert was not in (is_theirs, is_mine) and is_theirs != is_mine
                assert now == (is_theirs if choice == "theirs" else is_mine)
            elif is_theirs != was:
                assert now == is_theirs
            else:
                assert now == is_mine


@given(contents, contents)
def test_one_who_changed_nothing_gives_way(base: Content, other: Content) -> None:
    assert three_way_merge(base, other, base).merged({}) == other
    assert three_way_merge(base, base, other).merged({}) == other
    assert three_way_merge(base, other, other).merged({}) == other


@given(lists, lists, lists)
def test_a_list_keeps_what_both_added_without_what_either_removed(
    base: tuple[str, ...], theirs: tuple[str, ...], mine: tuple[str, ...]
) -> None:
    both = united(base, theirs, mine)
    assert len(set(both)) == len(both)
    added = (set(theirs) | set(mine)) - set(base)
    assert set(both) == added | (set(base) & set(theirs) & set(mine))


def test_both_sides_of_a_list_are_kept_and_of_a_text_mine_unless_somebody_chooses() -> None:
    base = Content("lost card", "Call.", tags=("a",), phrasings=("x", "y"), owner="ada")
    theirs = replace(base, answer="Write.", phrasings=("x", "y", "theirs"), owner="bo")
    mine = replace(base, answer="Shout.", phrasings=("y", "mine"), category="Cards")
    found = three_way_merge(base, theirs, mine)
    assert (found.by_them, found.by_me, found.by_both) == (
        ("owner",),
        ("category",),
        ("answer", "phrasings"),
    )
    assert found.sides("answer") == ("theirs", "mine")
    assert found.merged({}) == Content(
        "lost card",
        "Shout.",
        category="Cards",
        tags=("a",),
        phrasings=("y", "theirs", "mine"),
        owner="bo",
    )
    chosen = found.merged({"answer": "theirs", "phrasings": "mine"})
    assert (chosen.answer, chosen.phrasings) == ("Write.", ("y", "mine"))


def test_an_answer_keeps_what_both_added() -> None:
    for before in ("", "Call."):
        base = Content("lost card", before)
        theirs = replace(base, answer=f"{before} Or write.".strip())
        mine = replace(base, answer=f"{before} Or shout.".strip())
        found = three_way_merge(base, theirs, mine)
        assert found.sides("answer") == ("theirs", "mine", "both")
        assert found.merged({}).answer == f"{theirs.answer}\n\nOr shout."
        assert found.merged({"answer": "theirs"}).answer == theirs.answer


def test_a_paragraph_that_is_there_is_not_added_again() -> None:
    assert joined("Call.\n\nWrite.", " Write.\n") == "Call.\n\nWrite."
    assert joined("Not now.", "No") == "Not now.\n\nNo"
    assert joined("", "Call.") == joined("Call.", "") == joined("Call.", "Call.") == "Call."
