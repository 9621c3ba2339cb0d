"""Whether the collection is sound, and its repair, in Settings."""

import streamlit as st

from faq.jobs import REPAIR, Progress, start_job
from faq.repair import Health, Repaired, examined, repair
from store import Job, StoreError
from ui import jobs, notice, resources
from ui.text import plain

SOUND = "Nothing is wrong with the collection."


def show() -> None:
    """Offer a check, and a repair of what it finds; show one that is under way, whoever began it,
    and how this session's ended."""
    running = jobs.show(
        REPAIR,
        _progress,
        cancelled="The repair was stopped. What it had done is kept; it can be started again.",
        failed="The repair stopped: {reason}",
        done=_show_repaired,
    )
    if not running and st.button(
        "Check now",
        key="check_now",
        icon=":material/health_and_safety:",
        on_click=jobs.forget,
        args=(REPAIR,),
    ):
        _check()


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


@notice.errors(notice.refuse)
def _repair() -> None:
    store, own = resources.store(), resources.embedder()

    def work(progress: Progress) -> str:
        return repair(store, own, progress)

    jobs.follow(start_job(store, REPAIR, resources.collection().actor, None, work))


def _progress(job: Job) -> str:
    return f"Repairing: {job.done:,} of {job.total:,} vectors" if job.total else "Repairing"


def _show_repaired(result: str) -> None:
    repaired = Repaired.from_json(result)
    for sentence in repaired.repaired:
        st.caption(plain(sentence))
    _show(repaired.problems)


def _show(problems: tuple[str, ...]) -> None:
    if problems:
        st.error("\n".join(f"- {plain(problem)}" for problem in problems))
    else:
        st.success(SOUND)
