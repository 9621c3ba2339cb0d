"""Backups in Settings: made with a click, listed, taken away, and put back."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from faq.backups import back_up, backup_folder, known_backups, restore
from faq.jobs import BACKUP, RESTORE, Progress, start_job, under_way
from store import BackupFile, BackupReason, Job, StoreError, Summary, summary_of
from ui import job_progress, notice, resources
from ui.dates import when
from ui.text import counted, plain, size_of

SHOWN = 5
OUTCOME = "restore_outcome"  # how the start of a restore went: a sentence, empty where it went well
WATCHED = "restore_watched"  # the restore whose end this session wants to hear of
WHY: dict[BackupReason, str] = {
    "asked": "",
    "scheduled": "made on schedule",
    "replaced": "what a restore replaced",
    "outgrown": "made before an update of Askwell",
}

Source = Path | bytes
"""Where a backup comes from: a file of this machine's, or one that was uploaded."""


def show() -> None:
    """Show when the last backup was made, and everything that can be done about backups."""
    store = resources.store()
    settings = resources.settings()
    known = known_backups(settings, settings.database)
    st.subheader("Backups", anchor=False)
    st.caption(_last(known))
    with st.container():  # what comes and goes here moves nothing of what stands below
        jobs = {kind: store.job(kind) for kind in (BACKUP, RESTORE)}
        for kind, job in jobs.items():
            if job is not None and under_way(job):
                if kind == RESTORE:
                    st.session_state[WATCHED] = job.id
                job_progress.watch(kind, _told)
                return
        _show_failed_backup(jobs[BACKUP])
        _show_ended_restore(jobs[RESTORE])
    with st.container(horizontal=True):
        st.button("Back up now", key="backup_now", icon=":material/save:", on_click=_back_up)
        if st.button("Restore from a file", key="restore_file", icon=":material/upload:"):
            _ask(None)
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
    for number, backup in enumerate(known_backups(settings, settings.database)[:SHOWN]):
        st.button(
            f"Restore the backup of {when(backup.at)}",
            key=f"offer_{number}",
            on_click=_restore_at_once,
            args=(backup.path,),
        )


def _last(known: Sequence[BackupFile]) -> str:
    made = [one for one in known if one.reason in ("asked", "scheduled")]
    if made:
        return f"The last backup was made on {when(made[0].at)}."
    return (
        "There is no backup yet. It is a copy of everything in one file: entries, their history, "
        "settings and the query log."
    )


def _told(job: Job) -> str:
    doing = "Backing up" if job.kind == BACKUP else "Reading the backup"
    if job.total and job.done < job.total:
        return f"{doing}: {job.done / job.total:.0%}"
    if not job.total:
        return doing
    return "Checking the copy" if job.kind == BACKUP else "Checking it and putting it in place"


def _show_failed_backup(job: Job | None) -> None:
    if job is not None and job.state not in ("done", "cancelled"):
        st.error(f"The last backup failed. {job_progress.reason(job)}")


def _show_ended_restore(job: Job | None) -> None:
    if job is None or st.session_state.get(WATCHED) != job.id:
        return
    with st.container(border=True, key="restore_ended"):
        if job.state == "done":
            st.markdown(
                f"Restored {_entries(json.loads(job.result)['entries'])}. What was there before "
                "stands in the list below."
            )
        elif job.state == "cancelled":
            st.markdown("The restore was stopped. The collection is as it was.")
        else:
            st.error(f"The collection was not replaced. {job_progress.reason(job)}")
        st.button("Close", key="restore_close", type="tertiary", on_click=_close)


def _close() -> None:
    st.session_state.pop(WATCHED, None)


def _show_one(number: int, backup: BackupFile) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"backup_{number}"):
        why = WHY[backup.reason]
        st.markdown(
            f"{when(backup.at)}  \n:small[{size_of(backup.size_bytes)}{why and f', {why}'}]",
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
            _ask(backup)


def _back_up() -> None:
    store, folder = resources.store(), backup_folder(resources.settings())

    def work(progress: Progress) -> str:
        return back_up(store, folder, "asked", progress.report).name

    try:
        start_job(store, BACKUP, resources.collection().actor, None, work)
    except StoreError as error:
        notice.give(str(error))


def _ask(backup: BackupFile | None) -> None:
    st.session_state.pop(OUTCOME, None)
    title = f"Restore the backup of {when(backup.at)}?" if backup else "Restore from a file"
    st.dialog(title, width="medium")(_restore_dialog)(backup)


def _restore_dialog(backup: BackupFile | None) -> None:
    source: Source
    if backup is not None:
        source = backup.path
    else:
        file = st.file_uploader("A backup of this or another collection", key="restore_upload")
        if file is None:
            return
        source = file.getvalue()
    try:
        with _as_file(source) as path:
            there = summary_of(path)
        now = summary_of(resources.settings().database)
    except StoreError as error:
        st.error(plain(str(error)))
        return
    st.table(
        {"There now": _row(now), "In the backup": _row(there)},
        border="horizontal",
        alt="What would be replaced by what",
    )
    st.caption("What is there now is kept as a file, and listed under Backups.")
    outcome = st.session_state.pop(OUTCOME, None)
    if outcome == "":
        st.rerun()
    if outcome:
        st.error(plain(outcome))
    st.button("Restore it", type="primary", key="restore_start", on_click=_restore, args=(source,))


def _row(summary: Summary) -> str:
    changed = f", last changed {when(summary.changed_at)}" if summary.changed_at else ""
    return _entries(summary.entries) + changed


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"


def _restore(source: Source) -> None:
    store, location = resources.store(), resources.settings().database

    def work(progress: Progress) -> str:
        with _as_file(source) as path:
            restored = restore(store, path, location, progress.report)
        return json.dumps(asdict(restored), default=str)

    try:
        job = start_job(store, RESTORE, resources.collection().actor, None, work)
    except StoreError as error:
        st.session_state[OUTCOME] = str(error)
    else:
        st.session_state[OUTCOME] = ""
        st.session_state[WATCHED] = job.id


def _restore_at_once(path: Path) -> None:
    """Restore where there is no collection that could keep a job's progress."""
    try:
        restore(None, path, resources.settings().database, lambda done, total: None)
    except StoreError as error:
        notice.give(str(error))


@contextmanager
def _as_file(source: Source) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "uploaded.db")
        path.write_bytes(source)
        yield path
