"""Map: the collection in two dimensions, similar questions near each other."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from embedding import Vector
from embedding.projection import Neighbourhoods, PrincipalComponents
from faq.explore.collection_map import FEWEST_POINTS, CollectionMap, read_map
from store import ReadableStore
from ui import context, model, similarity
from ui.background import Found, Search
from ui.browser import table_button
from ui.buttons import button
from ui.charts import Spec, channel
from ui.entry import drawer
from ui.text import plain, shortened

PCA, TSNE = "PCA", "t-SNE"
QUERY, METHOD = "map_query", "map_method"
WANTED = "map_wanted"  # the id of the entry to open
CLICKS = "map_clicks"
NEAREST = 3
HEIGHT, LEGEND_LINE = 440, 18  # pixels
SELECTION = "entry"  # what a click on the map selects
THEME_COLOURS = 6
SHAPES = ("circle", "square")  # so that a colour that comes again is distinguished
DROPPED = "#E11D48"  # stands out in the light and in the dark

Plane = PrincipalComponents | Neighbourhoods
Point = Mapping[str, object]
"""A question on the map: `question`, `x` and `y`, and of an entry's also `id` and `group`."""


def show() -> None:
    run = context.read()
    state = run.entries_token
    with st.skeleton(height=HEIGHT):
        drawn = _map(run.store, *state)
    if len(drawn.entries) < FEWEST_POINTS:
        st.markdown(f"A map needs at least {FEWEST_POINTS} entries.")
        st.page_link("pages/entries.py", label="Go to the entries", icon=":material/table_rows:")
        return
    st.caption("Questions that the language model finds similar are near each other. Click one.")
    query, method = _draw_fields()
    plane: Plane = drawn.principal
    computed: Found[Neighbourhoods] = Found()
    if method == TSNE:
        computed = _search().found(state, lambda: [drawn.neighbourhoods()])
        if computed.items and not computed.looking:
            plane = computed.items[0]
    picture = st.container(border=True)
    vector = None
    if query and model.ready(run.embedder):
        vector = run.embedder.encode_query(query)
        _show_nearest(drawn, vector)
    with picture:
        _show_picture(drawn, plane, query, vector)
        if computed.error:
            st.error(plain(computed.error))
        elif computed.looking and WANTED not in st.session_state:
            _wait()  # not beside an open drawer, which the next run would close
    table_button(
        "Download the map",
        "map",
        ("id", "question", "category", "x", "y"),
        [
            (entry.id, entry.content.question, entry.content.category, *position)
            for entry, position in zip(drawn.entries, plane.positions, strict=True)
        ],
    )
    if WANTED in st.session_state:
        if entry := run.collection.get(st.session_state.pop(WANTED)):
            drawer.open_entry(entry)
        else:
            st.caption("That entry is not there any more.")


@st.cache_resource(show_spinner=False, max_entries=2)
def _map(_store: ReadableStore, changes: int, fingerprint: str) -> CollectionMap:
    """Return a map that is read again where an entry or the model has changed."""
    return read_map(_store)


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


def _show_picture(drawn: CollectionMap, plane: Plane, query: str, vector: Vector | None) -> None:
    named, legend = drawn.groups()
    points = [
        {"id": one.id, "question": shortened(one.content.question), "group": group, "x": x, "y": y}
        for one, group, (x, y) in zip(drawn.entries, named, plane.positions.tolist(), strict=True)
    ]
    dropped = None
    if vector is not None:
        x, y = plane.place(vector).tolist()
        dropped = {"question": shortened(query), "x": x, "y": y}
    # Another key after each click: the new chart has nothing selected, so that the same point can
    # be clicked again.
    key = f"map_{st.session_state.get(CLICKS, 0)}"
    st.vega_lite_chart(
        points,
        _scatter(legend, len(points), dropped),
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
        if vector is not None:
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
        st.session_state[WANTED] = int(chosen[0]["id"])


def _show_nearest(drawn: CollectionMap, vector: Vector) -> None:
    """Show the entries nearest to what was dropped, to be opened."""
    with st.container(gap="xsmall"):
        for entry, cosine in drawn.nearest(vector, NEAREST):
            label = similarity.labelled(entry.content.question, similarity.text(cosine))
            open_it = partial(st.session_state.update, {WANTED: entry.id})
            key = f"map_nearest_{entry.id}"
            button(label, key, open_it, icon="arrow_forward", quiet=True)


@st.cache_resource(show_spinner=False)
def _search() -> Search[Neighbourhoods]:
    return Search()


@st.fragment(run_every=1)
def _wait() -> None:
    st.caption("Computing t-SNE, which takes some seconds. Until then this is PCA.")
    if not _search().looking:
        st.rerun()


def _scatter(legend: Sequence[str], count: int, dropped: Point | None) -> Spec:
    """Return how `count` questions are drawn, coloured by group; a click selects the id.

    `legend` contains every group once, in order; `dropped` is a question that is no entry's.
    """
    shapes = [SHAPES[place // THEME_COLOURS % len(SHAPES)] for place in range(len(legend))]
    key = {"orient": "bottom", "columns": 2, "labelLimit": 120} if len(legend) > 1 else None
    hidden: Spec = {"axis": None, "scale": {"zero": False, "nice": False, "padding": 40}}
    dot = {"type": "point", "filled": True, "opacity": 0.85, "cursor": "pointer"}
    layers: list[Spec] = [
        {
            "mark": {**dot, "size": 90 if count < 300 else 40},
            "params": [{"name": SELECTION, "select": {"type": "point", "fields": ["id"]}}],
            "encoding": {
                "color": channel("group:N", scale={"domain": legend}, legend=key),
                "shape": channel("group:N", scale={"domain": legend, "range": shapes}, legend=key),
                "tooltip": [channel("question:N", "Question"), channel("group:N", "Category")],
            },
        }
    ]
    if dropped:
        text = {"text": "Your question", "dy": -18, "fontWeight": "bold", "fontSize": 13}
        layers += [
            {
                "data": {"values": [dropped]},
                "mark": {**mark, "color": DROPPED},
                "encoding": {"tooltip": [channel("question:N", "Your question")]},
            }
            for mark in (
                {"type": "point", "shape": "diamond", "filled": True, "size": 260, "opacity": 1},
                {"type": "text", **text},
            )
        ]
    return {
        "height": HEIGHT + LEGEND_LINE * -(-len(legend) // 2),
        "encoding": {"x": channel("x:Q") | hidden, "y": channel("y:Q") | hidden},
        "layer": layers,
    }
