"""Map: the collection in two dimensions, questions that are alike near each other."""

from concurrent.futures import Future

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from embedding import Vector
from embedding.projection import Neighbourhoods, PrincipalComponents
from faq.explore.collection_map import FEWEST_POINTS, CollectionMap, groups, read_sample
from store import Store
from ui import model, resources, similarity
from ui.download import table_button
from ui.entry import drawer
from ui.explore import charts
from ui.explore.charts import Point
from ui.text import plain, shortened

PCA, TSNE = "PCA", "t-SNE"
QUERY, METHOD = "map_query", "map_method"
WANTED = "map_wanted"  # the id of the entry that shall be opened
CLICKS = "map_clicks"
NEAREST = 3

Plane = PrincipalComponents | Neighbourhoods


def show() -> None:
    store = resources.store()
    with st.skeleton(height=charts.MAP_HEIGHT):
        drawn = _map(store, *_state(store))
    if len(drawn.sample.entries) < FEWEST_POINTS:
        st.markdown(f"A map needs at least {FEWEST_POINTS} entries.")
        st.page_link("pages/entries.py", label="Go to the entries", icon=":material/table_rows:")
        return
    st.caption("Questions that the language model finds alike lie near each other. Click one.")
    query, method = _draw_fields()
    planned = drawn.neighbourhoods if method == TSNE else None
    plane = _plane(drawn, planned)
    picture = st.container(border=True)
    vector = None
    if query and model.ready():
        vector = resources.embedder().encode_query(query)
        _show_nearest(drawn, vector)
    with picture:
        _show_picture(drawn, plane, query, vector)
        if planned:
            _show_progress(planned)
    _show_download(drawn, plane)
    if WANTED in st.session_state:
        _open(st.session_state.pop(WANTED))


def _state(store: Store) -> tuple[int, str]:
    """Return what changes when the map does: the store's token and the model's fingerprint."""
    token: int = store.changes_since(st.session_state.get("token", 0)).token
    st.session_state["token"] = token
    active = store.model()
    return token, active.fingerprint if active else ""


@st.cache_resource(show_spinner=False, max_entries=2)
def _map(_store: Store, token: int, fingerprint: str) -> CollectionMap:
    return CollectionMap(read_sample(_store))


def _draw_fields() -> tuple[str, str]:
    """Draw the fields; return the question to drop, empty for none, and the method."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = st.text_input(
            "Drop a question onto the map",
            key=QUERY,
            type="search",
            live=True,
            placeholder="Type a question to see where it lies",
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


def _plane(drawn: CollectionMap, planned: Future[Neighbourhoods] | None) -> Plane:
    """Return t-SNE's plane where it is wanted and there, else PCA's."""
    if planned and planned.done() and not planned.exception():
        return planned.result()
    return drawn.principal


def _show_picture(drawn: CollectionMap, plane: Plane, query: str, vector: Vector | None) -> None:
    entries = drawn.sample.entries
    named, legend = groups(entries)
    points = [
        _point(entry.id, entry.content.question, group, position)
        for entry, group, position in zip(entries, named, plane.positions, strict=True)
    ]
    dropped = _point(0, query, "", plane.place(vector)) if vector is not None else None
    # Another key after each click: the new chart has nothing selected, so that the same point can
    # be clicked again.
    key = f"map_{st.session_state.get(CLICKS, 0)}"
    st.altair_chart(
        charts.scatter(points, legend, dropped),
        key=key,
        on_select=lambda: _take_click(key),
        selection_mode=charts.SELECTION,
        alt=f"Map of {len(entries):,} questions; those that are alike lie near each other",
    )
    if isinstance(plane, PrincipalComponents):
        told = (
            "PCA shows the questions from the side where they differ most. "
            f"{plane.share:.0%} of how they differ is to be seen here."
        )
    else:
        told = "t-SNE keeps together what is alike. How far apart groups lie means little."
        if vector is not None:
            told += (
                " Your question lies only about there: between its nearest entries, for t-SNE "
                "places nothing that it did not begin with."
            )
    if len(entries) < drawn.sample.total:
        told += f" {len(entries):,} of {drawn.sample.total:,} entries, chosen by lot."
    st.caption(told)


def _point(entry_id: int, question: str, group: str, position: NDArray[np.float32]) -> Point:
    x, y = position.tolist()
    return Point(entry_id, shortened(question), group, x, y)


def _take_click(key: str) -> None:
    chosen = st.session_state[key]["selection"][charts.SELECTION]
    if chosen:
        st.session_state[CLICKS] = st.session_state.get(CLICKS, 0) + 1
        _want(int(chosen[0]["id"]))


def _want(entry_id: int) -> None:
    st.session_state[WANTED] = entry_id


def _open(entry_id: int) -> None:
    entry = resources.collection().get(entry_id)
    if entry:
        drawer.open_entry(entry)
    else:
        st.caption("That entry is not there any more.")


def _show_nearest(drawn: CollectionMap, vector: Vector) -> None:
    """Show the entries nearest to what was dropped, to be opened."""
    with st.container(gap="xsmall"):
        for entry, cosine in drawn.nearest(vector, NEAREST):
            question = plain(shortened(entry.content.question, 90))
            st.button(
                f"{question}  :gray[{similarity.told(cosine)}]",
                key=f"map_nearest_{entry.id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=_want,
                args=(entry.id,),
            )


def _show_progress(planned: Future[Neighbourhoods]) -> None:
    if not planned.done():
        if WANTED in st.session_state:  # a page that runs again would close the drawer
            return
        _wait(planned)
    elif error := planned.exception():
        st.error(plain(f"t-SNE could not be worked out: {error}"))


@st.fragment(run_every=1)
def _wait(planned: Future[Neighbourhoods]) -> None:
    st.caption("Working out t-SNE, which takes some seconds. Until then this is PCA.")
    if planned.done():
        st.rerun()


def _show_download(drawn: CollectionMap, plane: Plane) -> None:
    table_button(
        "Download the map",
        "map",
        ("id", "question", "category", "x", "y"),
        [
            (entry.id, entry.content.question, entry.content.category, *position)
            for entry, position in zip(drawn.sample.entries, plane.positions, strict=True)
        ],
    )
