"""The database in Settings: where the collection is, whether it is sound, and its repair."""

from dataclasses import replace

import streamlit as st

from faq.collection import Collection
from faq.jobs import REPAIR, Report
from faq.json_records import from_json
from faq.repair import Repaired, examine, repair
from store import Health, Job, StoreError
from ui import jobs, notice
from ui.buttons import button
from ui.context import Context
from ui.text import plain, size_of

HELD = "all vectors, in memory"
INDEXED = "what an index finds, as it is too large for memory"


def show(run: Context) -> None:
    """Show where the collection is, and offer to check it."""
    st.header("Database", anchor=False)
    with notice.errors():
        info = run.editable.store.info()
        st.table(
            {
                "Where": plain(info.location),
                "Size": size_of(info.size_bytes),
                "Entries": f"{info.entries:,}",
                "Ways of asking": f"{info.phrasings:,}",
                "Searched": HELD if run.collection.state.held else INDEXED,
            },
            border="horizontal",
            width="content",
            alt="The database",
        )
        _show_check(run)


def _show_check(run: Context) -> None:
    """Offer a check; show a repair while it runs, whoever started it, and how it ended."""
    running = jobs.show(
        run,
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
