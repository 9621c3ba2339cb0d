"""What a comparison found: the newest, or one that is chosen."""

import streamlit as st

from faq.evaluation import comparison
from faq.evaluation.comparison import Comparison, KeptComparison, Side
from faq.threshold import choose
from ui import notice, resources
from ui.dates import when
from ui.download import table_button
from ui.kept import chosen
from ui.quality import history
from ui.quality.figures import FIGURES, written
from ui.ranking_names import named
from ui.text import counted, plain


def show() -> None:
    """Show what comparisons found; nothing where none was made."""
    kept = comparison.kept(resources.store())
    if not kept:
        return
    _show_comparison(chosen(kept, _title, "quality_comparison"))
    if len(kept) > 1:
        history.show(kept)


def _show_comparison(kept: KeptComparison) -> None:
    made, in_use = kept.comparison, resources.collection().ranking().name
    own, *others = made.sides
    for other in others:
        st.markdown(_verdict(own, other))
    with st.container(horizontal=True, vertical_alignment="center"):
        for side in made.sides:
            if side.ranking != in_use:
                better = side.significant and side.won > side.lost
                st.button(
                    f"Adopt “{named(side.ranking)}”",
                    type="secondary" if better or side is own else "tertiary",
                    key=f"quality_adopt_{side.ranking}",
                    icon=":material/check:",
                    on_click=_adopt,
                    args=(side.ranking,),
                    help="Every question is answered in this order from now on, with the "
                    "threshold that was chosen for it.",
                )
    shown = [one for one in FIGURES if not one.out_of_scope or made.out_of_scope]
    st.table(
        {
            "Figure": [f"**{one.title}**" for one in shown],
            "What it says": [one.says for one in shown],
            **{
                named(side.ranking) + (", in use" if side.ranking == in_use else ""): [
                    written(side.figures.get(one.name)) for one in shown
                ]
                for side in made.sides
            },
        },
        border="horizontal",
        hide_index=True,
        alt="Figures of each order of matches",
    )
    st.caption(
        "In brackets: other questions of the same kind would give a figure in between, in 95 of "
        "100 cases."
    )
    if made.must_not_find:
        st.markdown(_unwanted(made))
    st.caption(_circumstances(kept))
    for other in others:
        _show_changed(made, other)


def _verdict(own: Side, other: Side) -> str:
    """Return in a sentence or two which ranking is better, if that can be told."""
    if not other.won and not other.lost:
        return (
            f"“{named(own.ranking)}” and “{named(other.ranking)}” put the right entry first for "
            "the same questions."
        )
    (more, better), (fewer, worse) = sorted(
        [(other.won, named(other.ranking)), (other.lost, named(own.ranking))], reverse=True
    )
    counts = (
        f"“{better}” puts the right entry first for {counted(more, 'question')} where “{worse}” "
        f"does not, and the other way round for {fewer:,}."
    )
    chance = "less than 1 %" if other.p_value < 0.01 else f"{other.p_value * 100:.0f} %"
    verdict = f"“{better}” answers better" if other.significant else "No clear difference"
    return f"**{verdict}.** {counts} Chance alone would part them so far in {chance} of cases."


def _unwanted(made: Comparison) -> str:
    """Return how many questions found an entry that they must not, by ranking."""
    found = ", ".join(f"“{named(side.ranking)}” {side.must_not_found:,}" for side in made.sides)
    asked = counted(made.must_not_find, "question")
    return f"Questions that found an entry they must not, of {asked}: {found}."


@notice.errors(notice.refuse)
def _adopt(ranking: str) -> None:
    store = resources.store()
    before = resources.collection().ranking().name
    choose(store, ranking)
    threshold = resources.collection().ranking().threshold
    notice.give(
        f"The collection answers “{named(ranking)}” now, from a score of {threshold:.3f} on.",
        undo=lambda: choose(store, before),
    )


def _circumstances(kept: KeptComparison) -> str:
    made = kept.comparison
    asked = (
        f"{counted(made.in_scope, 'question')} of {plain(made.labelled)}"
        if made.labelled
        else f"{made.in_scope:,} of the collection's ways of asking"
    )
    outside = f", and {made.out_of_scope:,} that no entry answers" if made.out_of_scope else ""
    held = f"{counted(made.phrasings, 'way')} of asking in {made.entries:,} entries"
    parts = [when(kept.at), f"by {plain(kept.actor)}", asked + outside, held, plain(made.model)]
    return " · ".join([*parts, f"{made.seconds:.0f} s"])


def _show_changed(made: Comparison, side: Side) -> None:
    """Show the questions that a ranking won and lost against the one that was in use."""
    if not side.won and not side.lost:
        return
    own = named(made.sides[0].ranking)
    labels = {"won": f"Won ({side.won:,})", "lost": f"Lost ({side.lost:,})"}
    which = st.segmented_control(
        f"What “{named(side.ranking)}” won and lost against “{own}”",
        list(labels),
        default="won" if side.won else "lost",
        required=True,
        format_func=lambda one: labels[one],
        key=f"quality_changed_{side.ranking}",
    )
    queries, count = (
        (side.queries_won, side.won) if which == "won" else (side.queries_lost, side.lost)
    )
    columns = ("Question", "Right entry", "Came first instead")
    rows = [(one.query, one.right, one.instead) for one in queries]
    if not rows:
        st.caption("None.")
        return
    st.dataframe(
        [dict(zip(columns, row, strict=True)) for row in rows],
        hide_index=True,
        column_config={name: st.column_config.TextColumn(width=260) for name in columns},
        height="content" if len(rows) < 8 else 300,
        alt=f"Questions that “{named(side.ranking)}” {which}",
    )
    if count > len(rows):
        st.caption(f"These are the first {len(rows):,}.")
    table_button("Download", f"questions-{which}", columns, rows)


def _title(kept: KeptComparison) -> str:
    return f"No. {kept.id}, {when(kept.at)}, by {kept.actor}"
