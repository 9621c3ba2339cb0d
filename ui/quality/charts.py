"""The charts of Quality, in Altair, in the colours of the theme."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from faq.evaluation.comparison import KeptComparison
from faq.evaluation.figures import Measured
from faq.threshold import Expectation
from ui.ranking_names import NAMES

if TYPE_CHECKING:
    import altair

HEIGHT = 280


def over_time(
    figures: Sequence[tuple[KeptComparison, str, Measured]], title: str
) -> "altair.Chart":
    """Return a figure of each comparison and ranking over time. A line joins those on the same
    queries."""
    import altair
    import pandas as pd

    rows = pd.DataFrame(
        {
            "at": one.at,
            "ranking": ranking,
            "figure": measured.value,
            "queries": one.comparison.labelled or "own ways of asking",
            "same": one.comparison.digest,
        }
        for one, ranking, measured in figures
    )
    chart: altair.Chart = (
        altair.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=altair.X("at:T", title=None, axis=altair.Axis(labelOverlap=True, tickCount=5)),
            y=altair.Y("figure:Q", title=title, scale=altair.Scale(zero=False)),
            color=altair.Color(
                "ranking:N",
                title=None,
                scale=altair.Scale(domain=list(NAMES.values())),
                legend=altair.Legend(orient="top", labelLimit=240),
            ),
            detail="same:N",
            tooltip=[
                altair.Tooltip("ranking:N", title="Order"),
                altair.Tooltip("figure:Q", title=title, format=".3f"),
                altair.Tooltip("at:T", title="When", format="%d %b %Y, %H:%M"),
                altair.Tooltip("queries:N", title="Questions"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart


def risk_and_coverage(expected: Expectation) -> "altair.LayerChart":
    """Return the share of wrong answers by the share of questions that are answered, a point a
    threshold, and where the threshold in use lies."""
    import altair
    import pandas as pd

    points = pd.DataFrame(
        {"threshold": point.threshold, "coverage": point.coverage, "risk": point.risk}
        for point in (*expected.curve, expected.here)
    )
    base = altair.Chart(points).encode(
        x=altair.X("coverage:Q", title="Answered", axis=altair.Axis(format="%", tickCount=5)),
        y=altair.Y(
            "risk:Q", title="Wrong among answers", axis=altair.Axis(format="%", tickCount=5)
        ),
        tooltip=[
            altair.Tooltip("threshold:Q", title="Threshold", format=".3f"),
            altair.Tooltip("coverage:Q", title="Answered", format=".1%"),
            altair.Tooltip("risk:Q", title="Wrong among answers", format=".1%"),
        ],
    )
    last = len(points) - 1
    here = altair.Chart(points.iloc[last:]).encode(**base.encoding.to_dict())
    line = base.mark_line(point=altair.OverlayMarkDef(size=18)).encode(order="threshold:Q")
    chart: altair.LayerChart = (line + here.mark_point(size=180, filled=True)).properties(
        height=HEIGHT
    )
    return chart
