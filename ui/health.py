"""Whether the collection is sound, and its repair, in Settings."""

import streamlit as st

from faq.jobs import REPAIR, Progress, start_job, under_way
from faq.repair import Health, Repaired, examined, repair
from store import Job, StoreError
from ui import job_progress, notice, resources
from ui.text import plain

SOUND = "Nothing is wrong with the collection."
WATCHED = "repair_watched"  # the repair whose end this session shows


def show() -> None:
    """Offer a check, and a repair of what it finds; show one that is under way, whoever began it,
    and how this session's ended."""
    job = resources.store().job(REPAIR)
    if job is not None and under_way(job):
        st.session_state[WATCHED] = job.id
        job_progress.watch(REPAIR, _told)
        return
    if st.button("Check now", key="check_now", icon=":material/health_and_safety:"):
        st.session_state.pop(WATCHED, None)
        _check()
    elif job is not None and st.session_state.get(WATCHED) == job.id:
        _show_ended(job)


def _check() -> None:
    store, own = resources.store(), resources.embedder()
    with st.spinner("Checking every entry and vector"):
        try:
            if own.ready:
                health = examined(store, own)
            else:
                health = Health(
                    tuple(store.check()),
                    "The vectors were not held against their texts: the language model is not "
                    "loaded.",
                )
            mendable = health.problems and not store.damage()
        except StoreError as error:
            health, mendable = Health((str(error),)), False
    _show(health.problems)
    if health.note:
        st.caption(plain(health.note))
    if mendable and not store.read_only:
        st.caption("A repair changes no text. It puts in order what is derived from it.")
        st.button("Repair", key="repair", icon=":material/build:", on_click=_repair)


@notice.of_refusal()
def _repair() -> None:
    store, own = resources.store(), resources.embedder()

    def work(progress: Progress) -> str:
        return repair(store, own, progress)

    job = start_job(store, REPAIR, resources.collection().actor, None, work)
    st.session_state[WATCHED] = job.id


def _told(job: Job) -> str:
    return f"Repairing: {job.done:,} of {job.total:,} vectors" if job.total else "Repairing"


def _show_ended(job: Job) -> None:
    if job.state == "cancelled":
        st.caption("The repair was stopped. What it had done is kept; it can be begun again.")
    elif job.state != "done":
        st.error(f"The repair stopped: {job_progress.reason(job)}")
    else:
        told = Repaired.from_json(job.result)
        for sentence in told.repaired:
            st.caption(plain(sentence))
        _show(told.problems)


def _show(problems: tuple[str, ...]) -> None:
    if problems:
        st.error("\n".join(f"- {plain(problem)}" for problem in problems))
    else:
        st.success(SOUND)
