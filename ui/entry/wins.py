"""Which questions each way of asking an entry won, in the drawer."""

import streamlit as st

from faq.evaluation.wins import Wins, Won, wins
from store import Entry
from ui import notice
from ui.context import Context
from ui.entry.replay import vectors
from ui.text import counted, plain, shortened

QUESTIONS_SHOWN = 8


def show(run: Context, entry: Entry) -> None:
    """Show which of the questions that were asked last each way of asking won, once that is opened;
    nothing where nothing was asked."""
    if not run.editable.store.log.page(1).queries:
        return
    with st.expander(
        "Questions that found this entry", on_change="rerun", key="drawer_wins"
    ) as shown:
        if shown.open:
            with notice.errors():
                _show(wins(run.editable, entry.id, vectors()))


def _show(found: Wins) -> None:
    asked = counted(found.looked_at, "question")
    for one in sorted(found.phrasings, key=lambda one: -one.count):
        if one.count:
            st.markdown(
                f"**{plain(shortened(one.phrasing))}** matched best in {one.count:,} of the last "
                f"{asked}"
            )
            st.caption(_questions(one))
    idle = [plain(shortened(one.phrasing)) for one in found.phrasings if not one.count]
    if idle:
        st.caption(f"Best in none of the last {asked}: {'; '.join(idle)}")


def _questions(one: Won) -> str:
    shown = [
        plain(shortened(query)) + (f" ({times:,} times)" if times > 1 else "")
        for query, times in one.queries[:QUESTIONS_SHOWN]
    ]
    more = len(one.queries) - len(shown)
    return "; ".join(shown) + (f"; and {more:,} more" if more else "")
