"""Map: the collection in two dimensions, similar questions near each other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from embedding import Embedder, Vector
from embedding.projection import Neighbourhoods, PrincipalComponents
from faq.explore.clusters import common_words
from faq.explore.collection_map import FEWEST_POINTS, CollectionMap, read_map
from store import Entry, ReadableStore
from ui import context, model, similarity
from ui.background import Found, Search
from ui.browser import table_button
from ui.buttons import button
from ui.charts import NARROW, Spec, channel
from ui.context import Context
from ui.entry import drawer
from ui.explore import labels
from ui.text import counted, plain, shortened

PCA, TSNE = "PCA", "t-SNE"
QUERY, METHOD, CLUSTER = "map_query", "map_method", "map_cluster"
CHOSEN = "map_chosen"  # the id of the entry whose nearest are shown
CLICKS = "map_clicks"
NEAREST = 3
HEIGHT = 480  # pixels
MARGIN = 40
SELECTION = "entry"  # what a click on the map selects
THEME_COLOURS = 6
SHAPES = ("circle", "square")  # so that a colour that comes again is distinguished
DROPPED = "#E11D48"  # stands out in the light and in the dark
TEXT_COLOURS = {"light": "#1C2526", "dark": "#E6ECEB"}  # those of the theme
DIMMED = 0.12  # the opacity of what is outside the chosen cluster

Plane = PrincipalComponents | Neighbourhoods
Point = Mapping[str, object]
"""A mark on the map: `x`, `y` and what belongs to its kind."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What is looked at: a question that was typed, or that of an entry, and where it is; the
    entries nearest to it, each with its similarity, best first."""

    question: str
    entry: Entry | None
    vector: Vector
    nearest: list[tuple[Entry, float]]


def show() -> None:
    run = context.read()
    state = run.entries_token
    with st.skeleton(height=HEIGHT):
        drawn = _map(run.store, run.embedder, *state, run.embedder.ready)
    if len(drawn.entries) < FEWEST_POINTS:
        st.markdown(f"A map needs at least {FEWEST_POINTS} entries.")
        st.page_link("pages/entries.py", label="Go to the entries", icon=":material/table_rows:")
        return
    st.caption(
        "Questions that the language model finds similar are near each other, and in one colour. "
        "Click one to see the three nearest."
    )
    query, method = _draw_fields()
    plane: Plane = drawn.principal
    computed: Found[Neighbourhoods] = Found()
    if method == TSNE:
        computed = _search().found(state, lambda: [drawn.neighbourhoods()])
        if computed.items and not computed.looking:
            plane = computed.items[0]
    with st.container(horizontal=True):
        picture = st.container(border=True, width="stretch")
        cluster = _choose_cluster(drawn)
    focus = _focus(run, drawn, query)
    if focus:
        _show_focus(focus)
    with picture:
        _show_picture(drawn, plane, focus, cluster)
        if computed.error:
            st.error(plain(computed.error))
        elif computed.looking and not drawer.is_wanted():
            _wait()
    names = {place: one.name for one in drawn.clusters for place in one.places}
    table_button(
        "Download the map",
        "map",
        ("id", "question", "category", "cluster", "x", "y"),
        [
            (entry.id, entry.content.question, entry.content.category, names[place], *position)
            for place, (entry, position) in enumerate(
                zip(drawn.entries, plane.positions, strict=True)
            )
        ],
    )


@st.cache_resource(show_spinner=False, max_entries=2)
def _map(
    _store: ReadableStore, _embedder: Embedder, changes: int, fingerprint: str, ready: bool
) -> CollectionMap:
    """Return a map that is read again where an entry or the model has changed."""
    return read_map(_store, common_words(_embedder) if ready else frozenset())


def _draw_fields() -> tuple[str, str]:
    """Draw the fields; return the question to drop, empty for none, and the method."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = st.text_input(
            "Drop a question onto the map",
            key=QUERY,
            type="search",
            live=True,
            placeholder="Type a question to see where it is",
            persist_state="session",
        )
        method = st.segmented_control(
            "Method",
            [PCA, TSNE],
            key=METHOD,
            default=PCA,
            required=True,
            persist_state="session",
        )
    return (query or "").strip(), method or PCA


def _choose_cluster(drawn: CollectionMap) -> int | None:
    """Draw the list of clusters; return the place of the chosen one, None for all."""
    clusters = drawn.clusters
    chosen: int | None = st.radio(
        "Clusters, by their telling words",
        [None, *range(len(clusters))],
        key=CLUSTER,
        format_func=lambda number: (
            "All"
            if number is None
            else f"{number + 1} {plain(shortened(clusters[number].name, 60))}"
        ),
        captions=["", *(counted(len(one.places), "question") for one in clusters)],
        width=240,
    )
    return chosen


def _focus(run: Context, drawn: CollectionMap, query: str) -> Focus | None:
    entry = None
    if query:
        if not model.ready(run.embedder):
            return None
        question, vector = query, run.embedder.encode_query(query)
    else:
        chosen = st.session_state.get(CHOSEN)
        place = next((at for at, one in enumerate(drawn.entries) if one.id == chosen), None)
        if place is None:
            return None
        entry, vector = drawn.entries[place], drawn.vectors[place]
        question = entry.content.question
    found = drawn.nearest(vector, NEAREST + 1)
    others = [(one, cosine) for one, cosine in found if not entry or one.id != entry.id]
    return Focus(question, entry, vector, others[:NEAREST])


def _choose(entry_id: int) -> None:
    st.session_state[CHOSEN], st.session_state[QUERY] = entry_id, ""


def _show_focus(focus: Focus) -> None:
    """Show what is looked at, to be edited, and the entries nearest to it, to be looked at."""
    with st.container(gap="xsmall", key="map_focus"):
        with st.container(horizontal=True, vertical_alignment="center"):
            nearest = f"Nearest to **{plain(shortened(focus.question, 80))}**"
            st.markdown(nearest, width="content")
            if focus.entry:
                button("Edit", "map_edit", drawer.edit_later, focus.entry, icon="edit")
        for entry, cosine in focus.nearest:
            label = similarity.labelled(entry.content.question, similarity.text(cosine))
            key = f"map_nearest_{entry.id}"
            button(label, key, _choose, entry.id, icon="arrow_forward", quiet=True)


def _show_picture(
    drawn: CollectionMap, plane: Plane, focus: Focus | None, cluster: int | None
) -> None:
    numbers = {place: at for at, one in enumerate(drawn.clusters) for place in one.places}
    positions = dict(zip((one.id for one in drawn.entries), plane.positions.tolist(), strict=True))
    points = [
        {
            "id": entry.id,
            "question": shortened(entry.content.question),
            "category": entry.content.category,
            "cluster": drawn.clusters[numbers[place]].name,
            "number": numbers[place],
            "x": positions[entry.id][0],
            "y": positions[entry.id][1],
        }
        for place, entry in enumerate(drawn.entries)
    ]
    called = [f"{at + 1} {shortened(one.name, 40)}" for at, one in enumerate(drawn.clusters)]
    middles = np.array(
        [np.median(plane.positions[list(one.places)], axis=0) for one in drawn.clusters]
    )
    shifts = labels.shifts(plane.positions, middles, called, HEIGHT - 2 * MARGIN)
    names = [
        {"name": name, "number": at, "x": x, "y": y, "down": down}
        for at, (name, (x, y), down) in enumerate(
            zip(called, middles.tolist(), shifts, strict=True)
        )
    ]
    looked_at: list[Point] = []
    lines: list[Point] = []
    if focus:
        at = positions[focus.entry.id] if focus.entry else plane.place(focus.vector).tolist()
        what = "This entry" if focus.entry else "Your question"
        looked_at = [
            {"question": shortened(focus.question), "called": what, "x": at[0], "y": at[1]}
        ]
        lines = [
            {"x": at[0], "y": at[1], "to_x": x, "to_y": y}
            for entry, _ in focus.nearest
            for x, y in [positions[entry.id]]
        ]
    # Another key after each click: the new chart has nothing selected, so that the same point can
    # be clicked again.
    key = f"map_{st.session_state.get(CLICKS, 0)}"
    st.vega_lite_chart(
        points,
        _scatter(names, len(points), cluster, looked_at, lines),
        key=key,
        on_select=lambda: _take_click(key),
        selection_mode=SELECTION,
        alt=f"Map of {len(points):,} questions; similar ones are near each other",
    )
    if isinstance(plane, PrincipalComponents):
        note = (
            "PCA shows the questions from the side where they differ most. "
            f"{plane.share:.0%} of their differences are visible here."
        )
    else:
        note = "t-SNE keeps similar questions together. The distance between groups means little."
        if focus and not focus.entry:
            note += (
                " The place of your question is a guess, between its nearest entries: t-SNE only "
                "places what it began with."
            )
    if len(points) < drawn.total:
        note += f" {len(points):,} of {drawn.total:,} entries, chosen at random."
    st.caption(note)


def _take_click(key: str) -> None:
    chosen = st.session_state[key]["selection"][SELECTION]
    if chosen:
        st.session_state[CLICKS] = st.session_state.get(CLICKS, 0) + 1
        _choose(int(chosen[0]["id"]))


@st.cache_resource(show_spinner=False)
def _search() -> Search[Neighbourhoods]:
    return Search()


@st.fragment(run_every=1)
def _wait() -> None:
    st.caption("Computing t-SNE, which takes some seconds. Until then this is PCA.")
    if not _search().looking:
        st.rerun()


def _scatter(
    names: list[dict[str, object]],
    count: int,
    cluster: int | None,
    looked_at: list[Point],
    lines: list[Point],
) -> Spec:
    """Return how `count` questions are drawn, coloured by cluster; a click selects the id.

    `names` are the clusters, each with its name in its middle, or its number where there is no
    room; outside the chosen `cluster` all is dim. `looked_at` is what is looked at, and `lines` go
    from there to what is nearest.
    """
    numbers = list(range(len(names)))
    shapes = [SHAPES[number // THEME_COLOURS % len(SHAPES)] for number in numbers]
    hidden: Spec = {"axis": None, "scale": {"zero": False, "nice": False, "padding": MARGIN}}
    size = 90 if count < 300 else 40
    dot: Spec = {"type": "point", "filled": True, "cursor": "pointer", "size": size}

    def dimmed(opacity: float) -> Spec:
        if cluster is None:
            return {"value": opacity}
        inside = {"test": f"datum.number === {cluster}", "value": opacity}
        return {"condition": inside, "value": DIMMED}

    def drawn(values: list[Point], mark: Spec, encoding: Spec) -> list[Spec]:
        data, coloured = {"values": values}, {**mark, "color": DROPPED, "opacity": 1}
        return [{"data": data, "mark": coloured, "encoding": encoding}] if values else []

    ends: Spec = {"x2": {"field": "to_x"}, "y2": {"field": "to_y"}}
    said: Spec = {"text": channel("called:N"), "tooltip": [channel("question:N", "Question")]}
    diamond: Spec = {"type": "point", "shape": "diamond", "filled": True, "size": 260}
    label: Spec = {"type": "text", "dy": -18, "fontWeight": "bold", "fontSize": 13}
    return {
        "height": HEIGHT,
        "encoding": {"x": channel("x:Q") | hidden, "y": channel("y:Q") | hidden},
        "layer": [
            # What is below the questions: it does not catch their clicks.
            {
                "data": {"values": names},
                "mark": {
                    "type": "text",
                    "text": {"expr": f"width < {NARROW} ? datum.number + 1 : datum.name"},
                    "color": TEXT_COLOURS.get(st.context.theme.type or "light"),
                    "fontSize": 13,
                    "fontWeight": "bold",
                    "dy": {"expr": "datum.down"},
                },
                "encoding": {"opacity": dimmed(1)},
            },
            *drawn(lines, {"type": "rule", "strokeWidth": 2}, ends),
            {
                "mark": dot,
                "params": [{"name": SELECTION, "select": {"type": "point", "fields": ["id"]}}],
                "encoding": {
                    "color": channel("number:N", scale={"domain": numbers}, legend=None),
                    "shape": channel(
                        "number:N", scale={"domain": numbers, "range": shapes}, legend=None
                    ),
                    "opacity": dimmed(0.85),
                    "tooltip": [
                        channel("question:N", "Question"),
                        channel("cluster:N", "Cluster"),
                        channel("category:N", "Category"),
                    ],
                },
            },
            *drawn(looked_at, diamond, said),
            *drawn(looked_at, label, said),
        ],
    }
