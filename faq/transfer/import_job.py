"""An import in the background: the upload is in a file of its own while it lasts."""

import hashlib
import json
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import BinaryIO

from faq.collection import Collection
from faq.jobs import IMPORT, Progress, start_job
from faq.json_records import from_json
from faq.transfer.columns import Columns
from faq.transfer.csv_files import write_rows
from faq.transfer.files import BY_ENDING, opened_table
from faq.transfer.importing import FailedRow, ImportReport, OnDuplicate, import_entries
from faq.transfer.table import Refused, UnreadableFile
from store import Job, Store

FOLDER = "imports"  # in the data folder
LISTED = 1_000  # rows that failed, in a job's result
LEFT_BEHIND_SECONDS = 24 * 3600  # a file of an import that was killed
COUNTED_AT_ONCE = 1_000


@dataclass(slots=True)
class KeptReport(ImportReport):
    """A report as a job keeps it: it lists fewer of the rows that failed, and `failed_file` names
    the file with all of them."""

    failed_file: str = ""


def kept_report(report: ImportReport, failed_file: str = "") -> str:
    """Return a report as a `KeptReport` in JSON."""
    failed = report.failed[:LISTED]
    short = replace(report, failed=failed, more_failed=report.failures - len(failed))
    return json.dumps(asdict(short) | {"failed_file": failed_file})


def mark_of(path: Path, columns: Columns, on_duplicate: OnDuplicate) -> str:
    """Return what identifies a file that is imported so: another text for other bytes, columns or
    duplicates. Only an import that adds duplicates needs it; for anything else it is empty."""
    if on_duplicate != "add" or not path.is_file():
        return ""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(json.dumps([sorted(columns.items()), on_duplicate]).encode())
    return digest.hexdigest()


def start_import(
    collection: Collection,
    upload: BinaryIO,
    name: str,
    columns: Columns,
    on_duplicate: OnDuplicate,
    data_dir: Path,
) -> Job:
    """Start the import of an uploaded file. Its result is a `KeptReport` in JSON.

    Raises `JobRunning` where one is running, and `UnreadableFile` where the upload cannot be
    kept.
    """
    folder = data_dir / FOLDER
    ending = PurePath(name).suffix.lower()
    path = folder / f"{uuid.uuid4().hex}{ending if ending in BY_ENDING else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder, collection.store)
        with path.open("xb") as file:
            shutil.copyfileobj(upload, file)
        return start_job(
            collection.store,
            IMPORT,
            collection.actor,
            None,
            lambda progress: _work(collection, path, columns, on_duplicate, progress),
        )
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UnreadableFile(
                f"The file cannot be kept in {folder}: {error.strerror}."
            ) from None
        raise


def _work(
    collection: Collection,
    path: Path,
    columns: Columns,
    on_duplicate: OnDuplicate,
    progress: Progress,
) -> str:
    failed_path, any_failed = path.with_suffix(".failed"), False
    try:
        total = 0
        with opened_table(path) as table:
            for total, _ in table.rows:
                if total % COUNTED_AT_ONCE == 0:
                    progress.report(0, None)
        progress.report(0, total)
        mark = mark_of(path, columns, on_duplicate)
        with (
            opened_table(path) as table,
            failed_path.open("x", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            names = table.columns
            write_rows(file, [["row", "error", *names]])
            report = import_entries(
                collection,
                table,
                on_duplicate,
                columns,
                file=mark,
                progress=lambda so_far: progress.report(so_far.rows, total),
                on_failed=lambda failed, cells: write_rows(file, [_mendable(failed, cells, names)]),
            )
        any_failed = report.failures > 0
        return kept_report(report, failed_path.name if any_failed else "")
    finally:
        path.unlink(missing_ok=True)
        if not any_failed:
            failed_path.unlink(missing_ok=True)


def _mendable(
    failed: FailedRow, cells: Mapping[str, str] | str, columns: Sequence[str]
) -> list[str]:
    """Return a row that was not imported, for a file to mend and import: its number, why it failed,
    and its own cells."""
    own = cells.cells if isinstance(cells, Refused) else ()
    if isinstance(cells, Mapping):
        own = tuple(cells.get(column, "") for column in columns)
    return [str(failed.row), failed.error, *own]


def failed_rows(data_dir: Path, name: str) -> Path | None:
    """Return the file with the rows that were not imported; None where it is gone."""
    path = data_dir / FOLDER / PurePath(name).name
    return path if name and path.is_file() else None


def _tidy(folder: Path, store: Store) -> None:
    """Remove what the last import left, and what others that were killed did."""
    before = store.jobs.latest(IMPORT)
    if before is not None and before.state == "done":
        with suppress(ValueError):
            kept = failed_rows(folder.parent, from_json(KeptReport, before.result).failed_file)
            if kept:
                kept.unlink(missing_ok=True)
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > LEFT_BEHIND_SECONDS:
                file.unlink()
