"""The query log in Settings: whether it is kept, for how long, and how to take it away."""

import io
from datetime import UTC, datetime, timedelta

import streamlit as st

from faq.access import Role
from faq.query_log import LogPolicy, policy, set_policy, write_queries
from store import QueryFilter, Store
from ui import browser, context, notice
from ui.context import Context
from ui.text import counted

KEPT, DAYS, NAMES = "log_kept", "log_days", "log_names"
WHICH = "log_which"
LONGEST = 3650  # days
EVERYTHING = "Everything"
AGES = {"Older than 30 days": 30, "Older than 90 days": 90, EVERYTHING: 0}


def show(run: Context) -> None:
    """Show what is logged of questions, and what can be done about it."""
    wanted = policy(run.collection.state)
    st.header("Query log", anchor=False)
    st.caption(
        "Questions that people ask are kept beside the entries, in the same file: the Inbox learns "
        "from them, and Speed shows their times. They leave this machine only if you take them."
    )
    st.session_state.setdefault(KEPT, wanted.kept)
    st.session_state.setdefault(DAYS, wanted.days)
    st.session_state.setdefault(NAMES, wanted.names)
    st.toggle("Keep the questions that are asked", key=KEPT, on_change=_save)
    count = run.editable.store.log.page(0).total
    if not count:
        st.caption("No question is kept.")
    else:
        st.caption("One question is kept." if count == 1 else f"{count:,} questions are kept.")
    with st.expander("Keeping and deleting", key="log_more"):
        _show_more(run.editable.store, wanted, count)


def _show_more(store: Store, wanted: LogPolicy, count: int) -> None:
    st.number_input(
        "Delete them after this many days",
        min_value=1,
        max_value=LONGEST,
        step=1,
        key=DAYS,
        on_change=_save,
        width=220,
        help="What is older goes with the first question of the next day.",
    )
    st.toggle(
        "Keep who asked",
        key=NAMES,
        on_change=_save,
        disabled=not wanted.kept,
        help="The name in Settings is kept beside every question from now on.",
    )
    if not count:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        browser.download_button(
            "Download",
            lambda: _written(store),
            "query-log.csv",
            "text/csv",
            key="log_download",
            least=Role.ADMIN,
        )
        with st.popover("Delete", icon=":material/delete:"):
            st.radio("Which questions?", list(AGES), key=WHICH)
            st.caption("There is no way back.")
            st.button("Delete them", key="log_delete", on_click=_delete)


@notice.errors(notice.refuse)
def _save() -> None:
    state = st.session_state
    set_policy(context.store(), LogPolicy(state[KEPT], state[DAYS] or 1, state[NAMES]))


def _written(store: Store) -> str:
    file = io.StringIO(newline="")
    write_queries(store, file)
    return file.getvalue()


@notice.errors(notice.refuse)
def _delete() -> None:
    days = AGES[st.session_state[WHICH]]
    where = QueryFilter(until=datetime.now(UTC) - timedelta(days=days)) if days else QueryFilter()
    count = context.store().log.delete(where)
    notice.give(f"Deleted {counted(count, 'question')} from the log.")
