"""An import in the background: the upload is in a file of its own while it lasts."""

import hashlib
import json
import logging
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, replace
from io import BufferedReader, BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, NamedTuple

from embedding import EmbeddingError
from faq.collection import Collection
from faq.evaluation.calibration import choose_due
from faq.jobs import IMPORT, Progress, start_job
from faq.json_records import from_json
from faq.language import hindrance_after_import
from faq.transfer.columns import Columns
from faq.transfer.csv_files import BOM, write_rows
from faq.transfer.files import BY_ENDING, opened_table
from faq.transfer.import_report import FailedRow, ImportReport, LeftOut
from faq.transfer.importing import OnDuplicate, import_entries, refuse_second
from faq.transfer.table import Refused, Table, UnreadableFile
from store import Job, Store, StoreError

FOLDER = "imports"  # in the data folder
LISTED = 1_000  # rows that were not imported, in a job's result
LEFT_BEHIND_SECONDS = 24 * 3600  # a file of an import that was killed
COUNTED_AT_ONCE = 1_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class KeptReport(ImportReport):
    """A report as a job keeps it: it lists fewer of the rows that were not imported, and
    `failed_file` names the file with all of them."""

    failed_file: str = ""


def kept_report(report: ImportReport, failed_file: str = "") -> str:
    """Return a report as a `KeptReport` in JSON."""
    failed, left_out = report.failed[:LISTED], report.left_out[:LISTED]
    short = replace(
        report,
        failed=failed,
        more_failed=report.failures - len(failed),
        left_out=left_out,
        more_left_out=len(report.left_out) + report.more_left_out - len(left_out),
    )
    return json.dumps(asdict(short) | {"failed_file": failed_file})


def mark_of(path: Path, columns: Columns, on_duplicate: OnDuplicate, language: str = "") -> str:
    """Return what identifies a file that is imported so: another text for other bytes, columns,
    duplicates or another language of several. Only an import that adds duplicates needs it; for
    anything else it is empty."""
    if on_duplicate != "add" or not path.is_file():
        return ""
    with path.open("rb") as file:
        return mark_of_open(file, columns, language)


def mark_of_open(file: BufferedReader | BytesIO, columns: Columns, language: str = "") -> str:
    """Return what identifies an open file whose rows are added, as `mark_of` does."""
    digest = hashlib.file_digest(file, "sha256")
    digest.update(
        json.dumps([sorted(columns.items()), "add", *[language] * bool(language)]).encode()
    )
    return digest.hexdigest()


def start_import(
    collection: Collection,
    upload: BinaryIO,
    name: str,
    columns: Columns,
    on_duplicate: OnDuplicate,
    data_dir: Path,
    *,
    encoding: str = "",
    language: str = "",
    again: bool = False,
) -> Job:
    """Start the import of an uploaded file. Its result is a `KeptReport` in JSON.

    Raises `JobRunning` where one is running, `UnreadableFile` where the upload cannot be kept, and
    `AlreadyImported` where it was added before, unless it is to come in `again`.
    """
    folder = data_dir / FOLDER
    ending = PurePath(name).suffix.lower()
    path = folder / f"{uuid.uuid4().hex}{ending if ending in BY_ENDING else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder, collection.store)
        with path.open("xb") as file:
            shutil.copyfileobj(upload, file)
        mark = mark_of(path, columns, on_duplicate, language)
        if not again:
            refuse_second(collection.store, mark)
        return start_job(
            collection.store,
            IMPORT,
            collection.actor,
            None,
            lambda progress: _work(
                collection, _Upload(path, mark, encoding, language), columns, on_duplicate, progress
            ),
        )
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UnreadableFile(
                f"The file cannot be kept in {folder}: {error.strerror}."
            ) from None
        raise


class _Upload(NamedTuple):
    """A file to import: where it is kept, what identifies it, and how its text is read."""

    path: Path
    mark: str
    encoding: str
    language: str

    def opened(self) -> AbstractContextManager[Table]:
        return opened_table(self.path, self.encoding, self.language)


def _work(
    collection: Collection,
    upload: _Upload,
    columns: Columns,
    on_duplicate: OnDuplicate,
    progress: Progress,
) -> str:
    missing_path, any_missing = upload.path.with_suffix(".failed"), False
    try:
        total = 0
        with upload.opened() as table:
            for total, _ in enumerate(table.rows, start=1):
                if total % COUNTED_AT_ONCE == 0:
                    progress.report(0, None)
        progress.report(0, total)
        with (
            upload.opened() as table,
            missing_path.open("x", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            names = table.columns
            file.write(BOM)
            write_rows(file, [["row", "error", *names]])
            report = import_entries(
                collection,
                table,
                on_duplicate,
                columns,
                file=upload.mark,
                progress=lambda so_far: progress.report(so_far.rows, total),
                on_missing=lambda row, cells: write_rows(file, [_mendable(row, cells, names)]),
                again=True,
            )
        report.note = hindrance_after_import(collection)
        any_missing = bool(report.failures or report.left_out)
        try:
            choose_due(collection)
        except (EmbeddingError, StoreError):  # the next page of an editor tries again
            log.warning("No threshold was chosen after an import", exc_info=True)
        return kept_report(report, missing_path.name if any_missing else "")
    finally:
        upload.path.unlink(missing_ok=True)
        if not any_missing:
            missing_path.unlink(missing_ok=True)


def _mendable(
    missing: FailedRow | LeftOut, cells: Mapping[str, str] | str, columns: Sequence[str]
) -> list[str]:
    """Return a row that was not imported, for a file to mend and import: its number, why, and its
    own cells."""
    own = cells.cells if isinstance(cells, Refused) else ()
    if isinstance(cells, Mapping):
        own = tuple(cells.get(column, "") for column in columns)
    why = missing.error if isinstance(missing, FailedRow) else missing.why
    return [str(missing.row), why, *own]


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
