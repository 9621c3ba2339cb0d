"""What a comparison found: the newest, or one that is chosen; and how figures changed over time."""

from collections.abc import Sequence

import streamlit as st

from faq.evaluation.comparison import Comparison, Side
from faq.evaluation.figures import Measured
from faq.jobs import QUALITY
from faq.reports import Kept, kept
from faq.search.threshold import choose
from ui import context, notice, reports
from ui.browser import table_button
from ui.buttons import button
from ui.context import Context
from ui.reports import Figure
from ui.similarity import RANKINGS, named
from ui.text import counted, plain

IN_SCOPE = (
    Figure("hit_at_1", "hit@1", says="How often the right entry comes first."),
    Figure("hit_at_5", "hit@5", says="How often the right entry is among the first five."),
    Figure(
        "mrr_at_10",
        "MRR@10",
        says="How near to the top the right entry comes: 1 is always first, 0.5 always second.",
    ),
    Figure(
        "ndcg_at_10",
        "nDCG@10",
        says="The same, but a second or third place counts for more: 1 is always first.",
    ),
)
OUT_OF_SCOPE = (
    Figure(
        "auroc",
        "AUROC",
        says="How well the score separates questions that an entry answers from all others: "
        "0.5 is chance, 1 never errs.",
    ),
    Figure(
        "mcc",
        "MCC",
        says="How well what is said, the entry or “no close match”, agrees with what is right: "
        "0 is chance, 1 always right.",
    ),
)


HEADLINE = {
    "hit_at_1": ("Right entry first", "So often the entry that answers comes first."),
    "hit_at_5": ("Among the first five", "So often it is one of the five that are shown."),
    "auroc": (
        "Told apart",
        "So often a question that an entry answers scores higher than one that none answers.",
    ),
}


def show(run: Context) -> None:
    """Show what comparisons found; nothing where none was made."""
    comparisons = kept(run.editable.store, QUALITY, Comparison)
    if not comparisons:
        return
    chosen = reports.chosen(comparisons, "quality")
    _show_comparison(chosen, run)
    with st.expander("Figures", key="quality_figures"):
        _show_figures(chosen, run.ranking.name)
        if len(comparisons) > 1:
            _show_history(comparisons)


def _show_comparison(chosen: Kept[Comparison], run: Context) -> None:
    """Show in three figures how well the collection answers, and which ranking does it better."""
    made, model = chosen.result, run.collection.state.model
    own, *others = made.sides
    shown = next((side for side in made.sides if side.ranking == run.ranking.name), own)
    with st.grid(3, min_column_width=200):
        for name, (title, says) in HEADLINE.items():
            if found := shown.figures.get(name):
                with st.container(border=True, height="stretch"):
                    st.metric(title, f"{found.value:.0%}")
                    st.caption(says)
    st.caption(_circumstances(chosen))
    if model and made.model != model.name:
        st.warning(
            f"These are results of another model, {plain(made.model)}. The collection answers "
            f"with {plain(model.name)} now: compare again."
        )
        return
    for other in others:
        st.markdown(_verdict(own, other))
    for side in made.sides:
        if side.ranking == _better(made) != run.ranking.name:
            _offer(f"Adopt “{named(side.ranking)}”", side)


def _better(made: Comparison) -> str:
    """Return the ranking that answers better than the one that was in use, or that one, where it
    answers better than all others; empty where no difference is clear."""
    own, *others = made.sides
    for other in others:
        if other.significant and other.won > other.lost:
            return other.ranking
    return own.ranking if all(other.significant for other in others) else ""


def _offer(label: str, side: Side, *, quiet: bool = False) -> None:
    button(
        label,
        f"quality_adopt_{side.ranking}",
        _adopt,
        side.ranking,
        icon=None if quiet else "check",
        help="Every question is answered in this order from now on, with the threshold that was "
        "chosen for it.",
        quiet=quiet,
    )


def _show_figures(chosen: Kept[Comparison], in_use: str) -> None:
    """Show every figure of each ranking, and the questions on which they do not agree."""
    made = chosen.result
    shown = IN_SCOPE + OUT_OF_SCOPE if made.out_of_scope else IN_SCOPE
    st.table(
        {
            "Figure": [f"**{one.title}**" for one in shown],
            "What it says": [one.says for one in shown],
            **{
                named(side.ranking) + (", in use" if side.ranking == in_use else ""): [
                    _with_interval(side.figures.get(one.name)) for one in shown
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
        by_ranking = (f"“{named(side.ranking)}” {side.must_not_found:,}" for side in made.sides)
        asked = counted(made.must_not_find, "question")
        st.markdown(
            f"Questions that found an entry they must not, of {asked}: {', '.join(by_ranking)}."
        )
    for other in made.sides[1:]:
        _show_disputed(made, other)
    for side in made.sides:
        if side.ranking not in (in_use, _better(made)):
            _offer(f"Answer “{named(side.ranking)}” all the same", side, quiet=True)


def _show_history(comparisons: Sequence[Kept[Comparison]]) -> None:
    reports.show_history(
        comparisons,
        "Earlier comparisons",
        IN_SCOPE + OUT_OF_SCOPE,
        lambda made, figure: {
            named(side.ranking): side.figures[figure.name].value
            for side in made.sides
            if figure.name in side.figures
        },
        key="quality",
        details=lambda made: {
            "Questions": made.labelled or "own ways of asking",
            "Asked": made.in_scope + made.out_of_scope,
            "Entries": made.entries,
            "Model": made.model,
        },
        comparable=lambda made: made.digest,
        note="A line joins comparisons on the same questions.",
        order=list(RANKINGS.values()),
        from_zero=False,
    )


def _verdict(own: Side, other: Side) -> str:
    """Return in a sentence or two which ranking is better, if that is known."""
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
    return f"**{verdict}.** {counts} Chance alone gives such a difference in {chance} of cases."


def _with_interval(measured: Measured | None) -> str:
    if measured is None:
        return ""
    if measured.low is None or measured.high is None:
        return f"{measured.value:.3f}"
    return f"{measured.value:.3f} ({measured.low:.3f} to {measured.high:.3f})"


@notice.errors(notice.refuse)
def _adopt(ranking: str) -> None:
    collection = context.collection()
    store, before = collection.store, collection.ranking().name
    choose(store, ranking)
    threshold = collection.ranking(ranking).threshold

    def undo() -> str:
        choose(store, before)
        return f"The collection answers “{named(before)}” again."

    notice.give(
        f"The collection answers “{named(ranking)}” now, from a score of {threshold:.3f} on.",
        undo,
        still=lambda run: run.ranking.name == ranking,
    )


def _circumstances(chosen: Kept[Comparison]) -> str:
    made = chosen.result
    asked = (
        f"{counted(made.in_scope, 'question')} of {made.labelled}"
        if made.labelled
        else f"{made.in_scope:,} of the collection's ways of asking"
    )
    outside = f", and {made.out_of_scope:,} that no entry answers" if made.out_of_scope else ""
    size = f"{counted(made.phrasings, 'way')} of asking in {made.entries:,} entries"
    return reports.circumstances(chosen, asked + outside, size, made.model, f"{made.seconds:.0f} s")


def _show_disputed(made: Comparison, side: Side) -> None:
    """Show the questions that a ranking won and lost against the one that was in use."""
    if not side.won and not side.lost:
        return
    own = named(made.sides[0].ranking)
    labels = {"won": f"Won ({side.won:,})", "lost": f"Lost ({side.lost:,})"}
    which = st.radio(
        f"What “{named(side.ranking)}” won and lost against “{own}”",
        list(labels),
        index=0 if side.won else 1,
        horizontal=True,
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
    alt = f"Questions that “{named(side.ranking)}” {which}"
    reports.show_questions(columns, rows, count, alt, width=260)
    table_button("Download", f"questions-{which}", columns, rows)
