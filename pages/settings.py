"""Settings: who you are, the model, backups, the query log, the database, the sample."""

import streamlit as st

from faq.samples import load_sample, sample_ids
from ui import actor, app, bin, model, notice, resources
from ui.settings import backups, health, models, publishing, query_log
from ui.text import plain, size_of

app.ensure()

store = resources.store()


@notice.errors(notice.refuse)
def save_name() -> None:
    name = st.session_state["settings_name"]
    local = not resources.settings().accept_open_network
    actor.set_name(store, name, keep=local)


def show_name() -> None:
    st.subheader("You", anchor=False)
    st.session_state.setdefault("settings_name", resources.collection().actor)
    st.text_input(
        "Your name",
        key="settings_name",
        max_chars=80,
        on_change=save_name,
        width=320,
        help="It stands beside every change that you make.",
    )


def show_database() -> None:
    st.subheader("Database", anchor=False)
    with notice.errors():
        info = store.info()
        st.table(
            {
                "Where": plain(info.location),
                "Size": size_of(info.size_bytes),
                "Entries": f"{info.entries:,}",
                "Ways of asking": f"{info.phrasings:,}",
            },
            border="horizontal",
            width="content",
            alt="The database",
        )
        health.show()


def remove_sample() -> None:
    bin.remove(sample_ids(store))


def show_sample() -> None:
    st.subheader("Sample", anchor=False)
    st.caption("Thirteen questions about Medicare with their answers, to try things out.")
    ids = sample_ids(store)
    if ids:
        st.button("Remove the sample", key="sample_remove", on_click=remove_sample)
    elif st.button("Load the Medicare sample", key="sample_load") and model.ready():
        with st.spinner("Loading the sample"), notice.errors(notice.refuse):
            report = load_sample(resources.collection())
            notice.give(f"Loaded {report.added} entries.")
        st.rerun()


def show_more() -> None:
    show_sample()
    publishing.show(resources.collection())


st.title("Settings", anchor=False)
notice.show()
# In rows, so that a narrow screen, too, shows first what most people look for.
for row in (
    (show_name, models.show_model),
    (backups.show, query_log.show),
    (show_database, show_more),
):
    for column, show in zip(st.columns(2, gap="large"), row, strict=True):
        with column:
            show()
