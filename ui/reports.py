"""Reports that were kept: one to look at, and how their figures changed over time."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from faq.reembedding import Preview
from faq.reports import Kept
from ui import charts
from ui.charts import channel, colour
from ui.text import plain, when

HEIGHT = 320
TIME_AXIS = {"labelOverlap": True, "tickCount": 5, "format": "%d %b, %H:%M"}

R = TypeVar("R")


class Figure(NamedTuple):
    """A figure that people compare: its name in reports, its title with the unit, its format, and
    what it says in a sentence."""

    name: str
    title: str
    format: str = ".3f"
    says: str = ""

    @property
    def column(self) -> ColumnConfig:
        """How a table shows it."""
        return st.column_config.NumberColumn(format=f"%{self.format}")


def chosen(kept: Sequence[Kept[R]], key: str) -> Kept[R]:
    """Return the report to show: the newest, or the one that somebody chooses. `kept` is newest
    first, and not empty."""
    if len(kept) == 1:
        return kept[0]
    by_id = {one.id: one for one in kept}
    wanted = st.selectbox(
        "Result of",
        list(by_id),
        format_func=lambda id_: f"{when(by_id[id_].at)}, by {by_id[id_].actor}",
        key=f"{key}_report_{kept[0].id}",  # a new one is shown as soon as it is there
        width=420,
    )
    return by_id[wanted]


def circumstances(kept: Kept[R], *more: str) -> str:
    """Return when and by whom a report was made, and more, as markdown in one line."""
    return " · ".join([when(kept.at), f"by {plain(kept.actor)}", *map(plain, more)])


def show_questions(
    columns: Sequence[str], rows: Sequence[Sequence[str]], count: int, alt: str, width: int
) -> None:
    """Show the first questions of `count` as a table, each with the entries that it finds; `width`
    is that of a column, in pixels."""
    st.dataframe(
        [dict(zip(columns, row, strict=True)) for row in rows],
        hide_index=True,
        column_config={name: st.column_config.TextColumn(width=width) for name in columns},
        height="content" if len(rows) < 8 else 300,
        alt=alt,
    )
    if count > len(rows):
        st.caption(f"These are the first {len(rows):,}.")


def show_preview(preview: Preview, what: str, now: str, then: str, *, width: int) -> None:
    """Show which questions would have another `what`; the columns of the two are `now` and `then`,
    and `width` is that of a column, in pixels."""
    if preview.note:
        st.caption(f"What would change cannot be shown: {plain(preview.note)}")
        return
    kind = "questions that were asked" if preview.logged else "entries' own questions"
    if not preview.changed:
        st.markdown(f"Nothing changes: all {preview.asked:,} {kind} keep their {what}.")
        return
    st.markdown(f"**{preview.changed:,}** of {preview.asked:,} {kind} get another {what}:")
    rows = [(one.query, one.before, one.after) for one in preview.differences]
    alt = f"Questions whose {what} would change"
    show_questions(("Question", now, then), rows, preview.changed, alt, width=width)


def show_history(
    kept: Sequence[Kept[R]],
    heading: str,
    figures: Sequence[Figure],
    values: Callable[[R, Figure], Mapping[str, float]],
    *,
    key: str,
    details: Callable[[R], Mapping[str, object]],
    comparable: Callable[[R], object],
    note: str,
    order: Sequence[str],
    from_zero: bool,
) -> None:
    """Show one figure of every report, over time and as a table.

    `values` returns a report's values of the figure by series, such as an engine; `details` what
    else is worth a column. A line joins reports that are equal in `comparable`, which `note` says
    in words. `order` is that of the series' colours.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header(heading, anchor=False, width="stretch")
        title = st.selectbox(
            "Figure",
            [one.title for one in figures],
            key=f"{key}_figure",
            label_visibility="collapsed",
            width=260,
        )
    figure = next(one for one in figures if one.title == title)
    of_reports = [values(one.result, figure) for one in kept]
    names = list(dict.fromkeys(name for by_name in of_reports for name in by_name))
    more = list(details(kept[0].result))
    rows = [
        {
            "at": one.at,
            "comparable": str(comparable(one.result)),
            "When": when(one.at),
            **{name: by_name.get(name) for name in names},
            **details(one.result),
            "By": one.actor,
        }
        for one, by_name in zip(kept, of_reports, strict=True)
    ]
    if names:
        charts.show(
            rows,
            {
                "height": HEIGHT,
                "transform": [
                    {"fold": names, "as": ["series", "figure"]},
                    {"filter": "isValid(datum.figure)"},
                ],
                "mark": {"type": "line", "point": True},
                "encoding": {
                    "x": channel("at:T", axis=TIME_AXIS),
                    "y": channel("figure:Q", title, scale={"zero": from_zero}),
                    "color": colour("series:N", names, order),
                    "detail": channel("comparable:N"),
                    "tooltip": [
                        channel("series:N", "Of"),
                        channel("figure:Q", title, format=figure.format),
                        channel("at:T", "When", format="%d %b %Y, %H:%M"),
                        *(channel(f"{name}:N", name) for name in more),
                    ],
                },
            },
            alt=f"{title} over time, in {len(kept)} reports",
        )
    st.caption(f"{figure.says} {note}".strip())
    st.dataframe(
        rows,
        hide_index=True,
        column_order=["When", *names, *more, "By"],
        column_config=dict.fromkeys(names, figure.column),
        placeholder="",
        alt=f"{title} of every report",
    )
