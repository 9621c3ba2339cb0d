"""Your name, and the collection's data: where it is, whether it is sound, repair, the sample."""

from dataclasses import replace

import streamlit as st

from faq.collection import Collection
from faq.jobs import REPAIR, Report
from faq.json_records import from_json
from faq.repair import Repaired, examine, repair
from faq.samples import load_sample, sample_ids
from store import Health, Job, StoreError
from ui import context, edits, jobs, model, notice
from ui.buttons import button
from ui.context import Context
from ui.text import plain, size_of

NAME = "settings_name"


def show_name(run: Context) -> None:
    """Show the name, to be changed."""
    st.subheader("You", anchor=False)
    st.session_state.setdefault(NAME, run.actor)
    st.text_input(
        "Your name",
        key=NAME,
        max_chars=80,
        on_change=_save_name,
        width=320,
        help="It is shown beside every change that you make.",
    )


@notice.errors(notice.refuse)
def _save_name() -> None:
    """Keep the name for this session, and, on a machine of one's own, for the next ones."""
    name = st.session_state[context.ACTOR] = st.session_state[NAME].strip()
    if not context.settings().accept_open_network:
        context.store().settings.write({context.ACTOR: name})


def show_database(run: Context) -> None:
    """Show where the collection is, and offer to check it."""
    st.subheader("Database", anchor=False)
    with notice.errors():
        info = run.editable.store.info()
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
        _show_check(run)


def show_sample(run: Context) -> None:
    """Offer to load the sample, or to remove it."""
    st.subheader("Sample", anchor=False)
    st.caption("Thirteen questions about Medicare with their answers, to try things out.")
    ids = sample_ids(run.editable.store)
    if ids:
        button("Remove the sample", "sample_remove", edits.remove, ids)
    elif st.button("Load the Medicare sample", key="sample_load") and model.ready(run.embedder):
        with st.spinner("Loading the sample"), notice.errors(notice.refuse):
            report = load_sample(run.editable)
            notice.give(f"Loaded {report.added} entries of the Medicare sample.")
        st.rerun()


def _show_check(run: Context) -> None:
    """Offer a check; show a repair while it runs, whoever started it, and how it ended."""
    running = jobs.show(
        REPAIR,
        _progress,
        cancelled="The repair was stopped. What it had done is kept; it can be started again.",
        failed="The repair stopped: {reason}",
        done=_show_repaired,
    )
    icon = "health_and_safety"
    if not running and button("Check now", "check_now", jobs.forget, REPAIR, icon=icon):
        _check(run)


def _check(run: Context) -> None:
    store = run.editable.store
    with st.spinner("Checking every entry and vector"):
        try:
            if run.embedder.ready:
                health = examine(store, run.embedder)
            else:
                note = "The vectors were not compared with their texts: the language model is not "
                health = replace(store.upkeep.check(), note=note + "loaded.")
            repairable = health.problems and not health.damaged
        except StoreError as error:
            health, repairable = Health((str(error),)), False
    _show_problems(health.problems)
    if health.note:
        st.caption(plain(health.note))
    if repairable and not store.read_only:
        st.caption("A repair changes no text. It mends what is derived from it.")
        button("Repair", "repair", jobs.begin, REPAIR, _repair, icon="build")


def _repair(collection: Collection, report: Report) -> Repaired:
    return repair(collection.store, collection.embedder, report)


def _progress(job: Job) -> str:
    return f"Repairing: {job.done:,} of {job.total:,} vectors" if job.total else "Repairing"


def _show_repaired(result: str) -> None:
    repaired = from_json(Repaired, result)
    for sentence in repaired.repaired:
        st.caption(plain(sentence))
    _show_problems(repaired.problems)


def _show_problems(problems: tuple[str, ...]) -> None:
    if problems:
        st.error("\n".join(f"- {plain(problem)}" for problem in problems))
    else:
        st.success("Nothing is wrong with the collection.")
