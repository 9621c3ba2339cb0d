"""The pictures of Explore, in Altair, in the colours of the theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ui.text import shortened

if TYPE_CHECKING:
    import altair

MOST_FIGURES = 8  # sentences up to which each field of a heatmap has room for its figure
MAP_HEIGHT = 440  # pixels, as LEGEND_LINE
LEGEND_LINE = 18
SELECTION = "entry"  # what a click on the map selects
THEME_COLOURS = 6
SHAPES = ("circle", "square")  # so that a colour that comes again is told apart
DROPPED = "#E11D48"  # stands out in the light and in the dark


@dataclass(frozen=True, slots=True)
class Point:
    """A question on the map: `id` is its entry's."""

    id: int
    question: str
    group: str
    x: float
    y: float


def heatmap(sentences: Sequence[str], table: NDArray[np.float32]) -> "altair.LayerChart":
    """Return the similarity of each sentence to each, `(n, n)`, as a table of colours."""
    import altair
    import pandas as pd

    n = len(sentences)
    lines = [f"{place}  {shortened(text, 40)}" for place, text in enumerate(sentences, start=1)]
    rows = pd.DataFrame(
        {
            "line": np.repeat(lines, n),
            "column": np.tile(np.arange(1, n + 1), n),
            "first": np.repeat([shortened(text) for text in sentences], n),
            "second": np.tile([shortened(text) for text in sentences], n),
            "similarity": table.ravel(),
        }
    )
    fields = altair.Chart(rows).encode(
        x=altair.X("column:O", title=None, axis=altair.Axis(orient="top", labelAngle=0)),
        y=altair.Y("line:N", title=None, sort=None, axis=altair.Axis(labelLimit=150)),
        tooltip=[
            altair.Tooltip("first:N", title="Sentence"),
            altair.Tooltip("second:N", title="compared with"),
            altair.Tooltip("similarity:Q", title="Similarity", format=".3f"),
        ],
    )
    colours = fields.mark_rect().encode(
        color=altair.Color(
            "similarity:Q",
            title="Similarity",
            scale=altair.Scale(domain=[0, 1], clamp=True),
            legend=altair.Legend(orient="top"),
        )
    )
    contrast = "luminance(scale('color', datum.similarity)) > 0.19 ? '#101718' : '#FCFCFA'"
    figures = fields.mark_text(fontSize=11, color=altair.ExprRef(contrast)).encode(
        text=altair.Text("similarity:Q", format=".3f")
    )
    layers = [colours, figures] if n <= MOST_FIGURES else [colours]
    return altair.LayerChart(layer=layers).properties(height=80 + 36 * n)


def scatter(
    points: Sequence[Point], legend: Sequence[str], dropped: Point | None
) -> "altair.LayerChart":
    """Return a map of questions, coloured by group; a click selects the id.

    `legend` holds every group once, in order; `dropped` is a question that is no entry's.
    """
    import altair

    layers = [_entries(points, legend).add_params(altair.selection_point(SELECTION, fields=["id"]))]
    if dropped:
        place = _place([dropped])
        layers += [
            place.mark_point(shape="diamond", filled=True, size=260, opacity=1, color=DROPPED),
            place.mark_text(
                text="Your question", dy=-18, fontWeight="bold", fontSize=13, color=DROPPED
            ),
        ]
    height = MAP_HEIGHT + LEGEND_LINE * -(-len(legend) // 2)
    return altair.LayerChart(layer=layers).properties(height=height)


def _entries(points: Sequence[Point], legend: Sequence[str]) -> "altair.Chart":
    import altair

    shapes = [SHAPES[place // THEME_COLOURS % len(SHAPES)] for place in range(len(legend))]
    told = altair.Legend(orient="bottom", columns=2, labelLimit=120) if len(legend) > 1 else None
    chart: altair.Chart = (
        _place(points)
        .mark_point(
            filled=True, opacity=0.85, size=90 if len(points) < 300 else 40, cursor="pointer"
        )
        .encode(
            color=altair.Color(
                "group:N", title=None, scale=altair.Scale(domain=legend), legend=told
            ),
            shape=altair.Shape(
                "group:N", title=None, scale=altair.Scale(domain=legend, range=shapes), legend=told
            ),
            tooltip=[
                altair.Tooltip("question:N", title="Question"),
                altair.Tooltip("group:N", title="Category"),
            ],
        )
    )
    return chart


def _place(points: Sequence[Point]) -> "altair.Chart":
    """Return the chart that puts questions where they lie; axes would say nothing."""
    import altair
    import pandas as pd

    scale = altair.Scale(zero=False, nice=False, padding=40)
    chart: altair.Chart = altair.Chart(pd.DataFrame(points)).encode(
        x=altair.X("x:Q", axis=None, scale=scale),
        y=altair.Y("y:Q", axis=None, scale=scale),
        tooltip=[altair.Tooltip("question:N", title="Your question")],
    )
    return chart
