"""A backup put back from Settings: what is replaced by what, the work, and how it ended."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from faq.backups import restore
from faq.jobs import RESTORE, Progress, start_job
from store import BackupFile, Job, StoreError, Summary, summary_of
from ui import job_progress, notice, resources
from ui.dates import when
from ui.text import counted, plain

OUTCOME = "restore_outcome"  # how the start of a restore went: a sentence, empty where it went well
ENTRIES = ("entry", "entries")
WATCHED = "restore_watched"  # the restore whose end this session wants to hear of

Source = Path | bytes
"""Where a backup comes from: a file of this machine's, or one that was uploaded."""


def follow(job: Job) -> None:
    """Let this session hear how a restore ends, whoever began it."""
    st.session_state[WATCHED] = job.id


def show_ended(job: Job | None) -> None:
    """Show how the restore that this session followed has ended."""
    if job is None or st.session_state.get(WATCHED) != job.id:
        return
    with st.container(border=True, key="restore_ended"):
        if job.state == "done":
            st.markdown(
                f"Restored {counted(json.loads(job.result)['entries'], *ENTRIES)}. What was there "
                "before stands in the list below."
            )
        elif job.state == "cancelled":
            st.markdown("The restore was stopped. The collection is as it was.")
        else:
            st.error(f"The collection was not replaced. {job_progress.reason(job)}")
        st.button("Close", key="restore_close", type="tertiary", on_click=_close)


def _close() -> None:
    st.session_state.pop(WATCHED, None)


def ask(backup: BackupFile | None) -> None:
    """Ask whether a backup shall take the collection's place; without one, from which file."""
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
    return counted(summary.entries, *ENTRIES) + changed


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


def restore_at_once(path: Path) -> None:
    """Restore where there is no collection that could keep a job's progress."""
    try:
        restore(None, path, resources.settings().database, lambda done, total: None)
    except StoreError as error:
        notice.refuse(str(error))


@contextmanager
def _as_file(source: Source) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "uploaded.db")
        path.write_bytes(source)
        yield path
