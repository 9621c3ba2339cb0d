"""Move to PostgreSQL, in Settings: a copy of the collection there, and what to change then."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from faq.backups import backup_folder
from faq.collection import Collection
from faq.jobs import MOVE, Report
from faq.json_records import from_json
from store import Job, PostgresAddress, StoreUnavailable, copy_collection, location_of
from ui import context, jobs
from ui.buttons import button
from ui.context import Context
from ui.text import counted, plain

ADDRESS = "move_address"


@dataclass(frozen=True, slots=True)
class Moved:
    """How many entries were copied, to which address; and whether somebody saved meanwhile."""

    entries: int
    address: str
    changed: bool


def show(run: Context) -> None:
    """Offer to copy a collection from its file to PostgreSQL; nothing where it is there."""
    if not isinstance(context.settings().database, Path):
        return
    with st.expander("Move to PostgreSQL"):
        st.caption(
            "For a team with dashboards on several machines. All is copied, and compared: "
            "entries with their history, vectors, settings and the log of questions. The "
            "collection stays in its file as well."
        )
        if jobs.show(
            run,
            MOVE,
            _progress,
            cancelled="The copy was stopped. Nothing is there, and the collection is as it was.",
            failed="The collection was not copied. {reason}",
            done=_show_moved,
        ):
            return
        st.text_input(
            "Address of an empty database",
            key=ADDRESS,
            type="password",
            placeholder="postgresql://user:password@host/name",
        )
        button("Copy there", "move", _begin)


def _begin() -> None:
    address = st.session_state[ADDRESS].strip()  # as it is now, not as it was drawn
    jobs.begin(MOVE, partial(_move, address))


def _move(address: str, collection: Collection, report: Report) -> Moved:
    target = location_of(address)
    if not isinstance(target, PostgresAddress):
        raise StoreUnavailable(
            "This is no address of PostgreSQL. It looks like postgresql://user@host/name."
        )
    settings, store = context.settings(), collection.store
    before = store.state().changes
    folder = backup_folder(settings)
    copied = copy_collection(settings.database, target, backups=folder, progress=report)
    return Moved(copied.entries, str(target), store.state().changes != before)


def _progress(job: Job) -> str:
    return (
        f"Copying: {job.done:,} of {job.total:,} rows" if job.total else "Checking the collection"
    )


def _show_moved(result: str) -> None:
    moved = from_json(Moved, result)
    if moved.changed:
        st.warning(
            "Somebody saved an entry while it was copied, which may not be in the copy. Empty the "
            "database, and copy again while nobody writes."
        )
    st.markdown(
        f"Copied {counted(moved.entries, 'entry', 'entries')}, and compared. Now stop Askwell, and "
        "start it with this setting, the password added or in the file that `PGPASSFILE` names:"
    )
    st.code(f"FAQ_DATABASE={moved.address}", language="sh", wrap_lines=True)
    st.caption(plain("What is saved here from now on is not in the copy."))
