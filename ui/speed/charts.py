"""The charts of Speed, in Altair, in the colours of the theme."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from faq.speed.report import Experiment, KeptExperiment, Sweep
from store import LoggedQuery

if TYPE_CHECKING:
    import altair

HEIGHT, LEGEND_HEIGHT, BAR_HEIGHT = 260, 60, 22
WIDEST_BAR, FEW_BARS = 24, 12  # pixels; so many of them fit on a small screen
# An engine has the same colour in every chart, whichever others stand beside it.
ENGINES = ("OpenVINO, exact", "OpenVINO, fast", "PyTorch, exact", "PyTorch, exact, on GPU")


def query_times(queries: Sequence[LoggedQuery]) -> "altair.Chart":
    """Return the time of each query, oldest first, split into its two parts."""
    import altair
    import pandas as pd

    rows = [
        {"number": number, "part": part, "milliseconds": seconds * 1000, "query": query.text[:80]}
        for number, query in enumerate(reversed(queries), start=1)
        for part, seconds in (
            ("reading the question", query.embed_seconds),
            ("searching", query.search_seconds),
        )
    ]
    chart: altair.Chart = (
        altair.Chart(pd.DataFrame(rows))
        .mark_bar(size=WIDEST_BAR if len(queries) <= FEW_BARS else altair.Undefined)
        .encode(
            x=altair.X(
                "number:O",
                title="Query, oldest to newest",
                axis=altair.Axis(labels=False, ticks=False),
            ),
            y=altair.Y("milliseconds:Q", title="Milliseconds"),
            color=altair.Color("part:N", title=None, legend=altair.Legend(orient="top")),
            tooltip=[
                altair.Tooltip("query:N", title="Query"),
                altair.Tooltip("part:N", title="Part"),
                altair.Tooltip("milliseconds:Q", title="Milliseconds", format=".1f"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart


def per_text(experiment: Experiment) -> "altair.LayerChart":
    """Return the time a text takes, one at a time and in one batch, by engine."""
    import altair
    import pandas as pd

    ways = ("one at a time", "in one batch")
    rows = pd.DataFrame(
        {"engine": trial.name, "how": how, "milliseconds": milliseconds}
        for trial in experiment.measured
        for how, milliseconds in zip(
            ways, (trial.single_p50_ms, trial.batch_per_text_ms), strict=True
        )
        if milliseconds is not None
    )
    bars = altair.Chart(rows).encode(
        y=altair.Y("how:N", title=None, sort=ways, axis=altair.Axis(labelLimit=120)),
        yOffset=altair.YOffset("engine:N", sort=_names(rows)),
        x=altair.X("milliseconds:Q", title="Milliseconds a text"),
        color=_colour(rows),
        tooltip=[
            altair.Tooltip("engine:N", title="Engine"),
            altair.Tooltip("how:N", title="How"),
            altair.Tooltip("milliseconds:Q", title="Milliseconds a text", format=".2f"),
        ],
    )
    figures = bars.encode(text=altair.Text("milliseconds:Q", format=".1f"))
    chart: altair.LayerChart = bars.mark_bar() + figures.mark_text(align="left", dx=4)
    return chart.properties(height=130 + 2 * BAR_HEIGHT * rows["engine"].nunique())


def by_length(experiment: Experiment) -> "altair.Chart":
    """Return the time of one text by its length in tokens, a line an engine."""
    return _sweep([(t.name, t.by_length) for t in experiment.measured], "Tokens in the text")


def by_batch_size(experiment: Experiment) -> "altair.Chart":
    """Return the time a text takes by how many are in the batch, a line an engine."""
    return _sweep([(t.name, t.by_batch_size) for t in experiment.measured], "Texts in the batch")


def over_time(
    figures: Sequence[tuple[KeptExperiment, str, float]], title: str, format: str
) -> "altair.Chart":
    """Return a figure of each experiment and engine over time. A line joins those that the same
    machine made with the same model on as many texts of the same kind."""
    import altair
    import pandas as pd

    rows = pd.DataFrame(
        {
            "at": one.at,
            "engine": engine,
            "figure": figure,
            "comparable": str(one.experiment.conditions),
            "machine": one.experiment.machine,
            "model": one.experiment.model,
            "texts": one.experiment.texts,
        }
        for one, engine, figure in figures
    )
    chart: altair.Chart = (
        altair.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=altair.X("at:T", title=None, axis=altair.Axis(labelOverlap=True, tickCount=5)),
            y=altair.Y("figure:Q", title=title),
            color=_colour(rows),
            detail="comparable:N",
            tooltip=[
                altair.Tooltip("engine:N", title="Engine"),
                altair.Tooltip("figure:Q", title=title, format=format),
                altair.Tooltip("at:T", title="When", format="%d %b %Y, %H:%M"),
                altair.Tooltip("machine:N", title="Machine"),
                altair.Tooltip("model:N", title="Model"),
                altair.Tooltip("texts:Q", title="Texts"),
            ],
        )
        .properties(height=HEIGHT + LEGEND_HEIGHT)
    )
    return chart


def _sweep(sweeps: Sequence[tuple[str, Sweep]], varied: str) -> "altair.Chart":
    """Return milliseconds a text by what was varied, both in powers of two: so a line that goes
    straight up by one step doubles its time."""
    import altair
    import pandas as pd

    rows = pd.DataFrame(
        {"engine": name, "varied": size, "milliseconds": milliseconds}
        for name, points in sweeps
        for size, milliseconds in points
        if size > 0 and milliseconds > 0
    )
    chart: altair.Chart = (
        altair.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=altair.X(
                "varied:Q",
                title=varied,
                scale=altair.Scale(type="log", base=2),
                axis=altair.Axis(values=sorted(set(rows["varied"])), format="d", grid=False),
            ),
            y=altair.Y(
                "milliseconds:Q",
                title="Milliseconds a text",
                scale=altair.Scale(type="log", base=2),
                axis=altair.Axis(format="~g", tickCount=5),
            ),
            color=_colour(rows),
            tooltip=[
                altair.Tooltip("engine:N", title="Engine"),
                altair.Tooltip("varied:Q", title=varied),
                altair.Tooltip("milliseconds:Q", title="Milliseconds a text", format=".2f"),
            ],
        )
        .properties(height=HEIGHT + LEGEND_HEIGHT)
    )
    return chart


def _names(rows: Any) -> list[str]:
    """Return the engines in a table, in the order of their colours."""
    found = list(dict.fromkeys(rows["engine"]))
    return [name for name in ENGINES if name in found] + [n for n in found if n not in ENGINES]


def _colour(rows: Any) -> "altair.Color":
    import altair

    names = _names(rows)
    others = [name for name in names if name not in ENGINES]
    return altair.Color(
        "engine:N",
        title=None,
        scale=altair.Scale(domain=[*ENGINES, *others]),
        legend=altair.Legend(orient="top", values=names, columns=2, labelLimit=240),
    )
