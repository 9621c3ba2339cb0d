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
from store import BackupFile, Job, Summary, summary_of
from ui import jobs, notice, resources
from ui.dates import when
from ui.text import counted

ENTRIES = ("entry", "entries")

Source = Path | bytes
"""Where a backup comes from: a file of this machine's, or one that was uploaded."""


def show_job() -> bool:
    """Show a restore while it runs, and how it ended; return whether it runs."""
    return jobs.show(
        RESTORE,
        _progress,
        cancelled="The restore was stopped. The collection is as it was.",
        failed="The collection was not replaced. {reason}",
        done=_show_restored,
    )


def _progress(job: Job) -> str:
    if not job.total:
        return "Reading the backup"
    if job.done < job.total:
        return f"Reading the backup: {job.done / job.total:.0%}"
    return "Checking it and putting it in place"


def _show_restored(result: str) -> None:
    entries = counted(json.loads(result)["entries"], *ENTRIES)
    st.markdown(f"Restored {entries}. The collection from before is in the list below.")


def ask(backup: BackupFile | None) -> None:
    """Ask whether a backup shall take the collection's place; without one, from which file."""
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
    with notice.errors():
        with _as_file(source) as path:
            there = summary_of(path)
        now = summary_of(resources.settings().database)
        st.table(
            {"There now": _row(now), "In the backup": _row(there)},
            border="horizontal",
            alt="What would be replaced by what",
        )
        st.caption("What is there now is kept as a file, and listed under Backups.")
        if st.button(
            "Restore it", type="primary", key="restore_start", on_click=_restore, args=(source,)
        ):
            st.rerun()


def _row(summary: Summary) -> str:
    changed = f", last changed {when(summary.changed_at)}" if summary.changed_at else ""
    return counted(summary.entries, *ENTRIES) + changed


@notice.errors(notice.refuse)
def _restore(source: Source) -> None:
    store, location = resources.store(), resources.settings().database

    def work(progress: Progress) -> str:
        with _as_file(source) as path:
            restored = restore(store, path, location, progress.report)
        return json.dumps(asdict(restored), default=str)

    jobs.follow(start_job(store, RESTORE, resources.collection().actor, None, work))


@notice.errors(notice.refuse)
def restore_at_once(path: Path) -> None:
    """Restore where there is no collection that could keep a job's progress."""
    restore(None, path, resources.settings().database, lambda done, total: None)


@contextmanager
def _as_file(source: Source) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "uploaded.db")
        path.write_bytes(source)
        yield path
