"""Backups in Settings: made, listed, downloaded and restored."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import streamlit as st

from faq.access import Role, require
from faq.backups import back_up, backup_folder, known_backups, restore
from faq.collection import Collection
from faq.jobs import BACKUP, RESTORE, Report
from store import BackupFile, BackupReason, Job, PostgresAddress, Summary, dump_command, summary_of
from ui import browser, context, jobs, notice
from ui.buttons import button
from ui.context import Context
from ui.text import counted, plain, size_of, when

SHOWN = 5
ENTRIES = ("entry", "entries")
WHY: dict[BackupReason, str] = {
    "asked": "",
    "scheduled": "on schedule",
    "replaced": "before a restore",
    "migration": "before an update",
}

Source = Path | bytes
"""Where a backup comes from: a file on this machine, or one that was uploaded."""


def show(run: Context) -> None:
    """Show when the last backup was made, and everything that can be done about backups."""
    st.header("Backups", anchor=False)
    settings = context.settings()
    if isinstance(settings.database, PostgresAddress):
        st.caption(
            "This collection is on PostgreSQL, and so are its backups: snapshots of the server, or "
            "a dump of the database."
        )
        st.code(dump_command(settings.database), language="sh", wrap_lines=True)
        return
    known = known_backups(settings, settings.database)
    st.caption(_last(known))
    with st.container():  # what comes and goes here moves nothing below
        job = run.editable.store.jobs.latest(BACKUP)
        if jobs.show_running(job, _progress):
            return
        if job is not None and job.state not in ("done", "cancelled"):
            st.error(f"The last backup failed. {jobs.reason(job)}")
        if jobs.show(
            run,
            RESTORE,
            _progress,
            cancelled="The restore was stopped. The collection is as it was.",
            failed="The collection was not replaced. {reason}",
            done=_show_restored,
        ):
            return
    with st.container(horizontal=True):
        button("Back up now", "backup_now", jobs.begin, BACKUP, _back_up, icon="save")
        if st.button("Restore from a file", key="restore_file", icon=":material/upload:"):
            _open_restore(None)
    for number, backup in enumerate(known[:SHOWN]):
        _show_one(number, backup)
    if len(known) > SHOWN:
        st.caption(
            f"{counted(len(known) - SHOWN, 'older one')} in {plain(str(known[-1].path.parent))}"
        )


def offer() -> None:
    """Offer to put a backup in the place of a collection that cannot be opened."""
    notice.show_toasts()
    settings = context.settings()
    known = known_backups(settings, settings.database)[:SHOWN]
    if known:
        st.caption("Or let a backup take its place.")
    for number, backup in enumerate(known):
        why = WHY[backup.reason]
        label = f"Restore the backup of {when(backup.at)}{why and f' ({why})'}"
        button(label, f"offer_{number}", _restore_at_once, backup.path)


def _last(known: Sequence[BackupFile]) -> str:
    made = [one for one in known if one.reason in ("asked", "scheduled")]
    if made:
        return f"The last backup was made on {when(made[0].at)}."
    return (
        "There is no backup yet. A backup is a copy of everything in one file: entries, their "
        "history, settings and the query log."
    )


def _progress(job: Job) -> str:
    doing = "Backing up" if job.kind == BACKUP else "Reading the backup"
    if job.total and job.done < job.total:
        return f"{doing}: {job.done / job.total:.0%}"
    if not job.total:
        return doing
    return "Checking the copy" if job.kind == BACKUP else "Checking it and putting it in place"


def _show_one(number: int, backup: BackupFile) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"backup_{number}"):
        why = WHY[backup.reason]
        st.markdown(
            f"{when(backup.at)}  \n:gray[:small[{size_of(backup.size_bytes)}{why and f', {why}'}]]",
            width="stretch",
        )
        browser.download_button(
            "Download",
            backup.path.read_bytes,
            backup.path.name,
            "application/vnd.sqlite3",
            key=f"backup_download_{number}",
            least=Role.ADMIN,
        )
        if st.button("Restore", key=f"restore_{number}"):
            _open_restore(backup)


def _back_up(collection: Collection, report: Report) -> str:
    return back_up(collection.store, backup_folder(context.settings()), "asked", report).name


def _show_restored(count: str) -> None:
    entries = counted(int(count), *ENTRIES)
    st.markdown(f"Restored {entries}. The collection from before is in the list below.")


def _open_restore(backup: BackupFile | None) -> None:
    """Ask whether a backup should replace the collection; without one, from which file."""
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
        now = summary_of(_database())
        st.table(
            {"There now": _row(now), "In the backup": _row(there)},
            border="horizontal",
            alt="What would be replaced by what",
        )
        st.caption("What is there now is kept as a file, and listed under Backups.")
        if st.button(
            "Restore it",
            type="primary",
            key="restore_start",
            on_click=jobs.begin,
            args=(RESTORE, partial(_restore, source)),
        ):
            st.rerun()


def _row(summary: Summary) -> str:
    changed = f", last changed {when(summary.changed_at)}" if summary.changed_at else ""
    return counted(summary.entries, *ENTRIES) + changed


def _restore(source: Source, collection: Collection, report: Report) -> str:
    with _as_file(source) as path:
        restored = restore(collection.store, path, _database(), report)
    return str(restored.entries)


@notice.errors(notice.refuse)
def _restore_at_once(path: Path) -> None:
    """Restore where there is no collection that could keep a job's progress, or who may."""
    require(context.role_of(context.signed_in(), None), Role.ADMIN)
    restore(None, path, _database(), lambda done, total: None)


def _database() -> Path:
    """Return the collection's file: only for one are backups restored here."""
    database = context.settings().database
    assert isinstance(database, Path)
    return database


@contextmanager
def _as_file(source: Source) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "uploaded.db")
        path.write_bytes(source)
        yield path
