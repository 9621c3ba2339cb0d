"""Backups in Settings: made with a click, listed, taken away; and the way to a restore."""

from collections.abc import Sequence

import streamlit as st

from faq.backups import back_up, backup_folder, known_backups
from faq.jobs import BACKUP, Progress, start_job
from store import BackupFile, BackupReason, Job
from ui import jobs, notice, resources
from ui.dates import when
from ui.settings import restoring
from ui.text import counted, plain, size_of

SHOWN = 5
WHY: dict[BackupReason, str] = {
    "asked": "",
    "scheduled": "on schedule",
    "replaced": "before a restore",
    "outgrown": "before an update",
}


def show() -> None:
    """Show when the last backup was made, and everything that can be done about backups."""
    store = resources.store()
    settings = resources.settings()
    known = known_backups(settings, settings.database)
    st.subheader("Backups", anchor=False)
    st.caption(_last(known))
    with st.container():  # what comes and goes here moves nothing of what stands below
        job = store.job(BACKUP)
        if jobs.show_running(job, _progress):
            return
        if job is not None and job.state not in ("done", "cancelled"):
            st.error(f"The last backup failed. {jobs.reason(job)}")
        if restoring.show_job():
            return
    with st.container(horizontal=True):
        st.button("Back up now", key="backup_now", icon=":material/save:", on_click=_back_up)
        if st.button("Restore from a file", key="restore_file", icon=":material/upload:"):
            restoring.ask(None)
    for number, backup in enumerate(known[:SHOWN]):
        _show_one(number, backup)
    if len(known) > SHOWN:
        st.caption(
            f"{counted(len(known) - SHOWN, 'older one')} in {plain(str(known[-1].path.parent))}"
        )


def offer() -> None:
    """Offer to put a backup in the place of a collection that cannot be opened."""
    notice.show()
    settings = resources.settings()
    known = known_backups(settings, settings.database)[:SHOWN]
    if known:
        st.caption("Or let a backup take its place.")
    for number, backup in enumerate(known):
        why = WHY[backup.reason]
        st.button(
            f"Restore the backup of {when(backup.at)}{why and f' ({why})'}",
            key=f"offer_{number}",
            on_click=restoring.restore_at_once,
            args=(backup.path,),
        )


def _last(known: Sequence[BackupFile]) -> str:
    made = [one for one in known if one.reason in ("asked", "scheduled")]
    if made:
        return f"The last backup was made on {when(made[0].at)}."
    return (
        "There is no backup yet. A backup is a copy of everything in one file: entries, their "
        "history, settings and the query log."
    )


def _progress(job: Job) -> str:
    if not job.total:
        return "Backing up"
    if job.done < job.total:
        return f"Backing up: {job.done / job.total:.0%}"
    return "Checking the copy"


def _show_one(number: int, backup: BackupFile) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"backup_{number}"):
        why = WHY[backup.reason]
        st.markdown(
            f"{when(backup.at)}  \n:gray[:small[{size_of(backup.size_bytes)}{why and f', {why}'}]]",
            width="stretch",
        )
        st.download_button(
            "Download",
            data=backup.path.read_bytes,
            file_name=backup.path.name,
            mime="application/vnd.sqlite3",
            key=f"backup_download_{number}",
            icon=":material/download:",
            on_click="ignore",
        )
        if st.button("Restore", key=f"restore_{number}"):
            restoring.ask(backup)


@notice.errors(notice.refuse)
def _back_up() -> None:
    store, folder = resources.store(), backup_folder(resources.settings())

    def work(progress: Progress) -> str:
        return back_up(store, folder, "asked", progress.report).name

    start_job(store, BACKUP, resources.collection().actor, None, work)
