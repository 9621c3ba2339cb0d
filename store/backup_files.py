"""Copies of a collection as files: their names, and what they contain."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

_AT = "%Y%m%dT%H%M%SZ"

_TIME = re.compile(r".*\d{8}T\d{6}Z", re.DOTALL)

BackupReason = Literal["asked", "scheduled", "replaced", "migration"]
"""Why a copy was made: somebody or a schedule asked for it; a restore replaced it; a newer Askwell
was about to change the schema."""

_REASONS: dict[str, BackupReason] = {
    "": "asked",
    "scheduled": "scheduled",
    "replaced": "replaced",
    "schema": "migration",
}


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A copy of a collection in a file."""

    path: Path
    reason: BackupReason
    at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a collection's file contains, without the bin; `changed_at` is the time of the last
    change of an entry, None where there never was one."""

    entries: int
    changed_at: datetime | None
    schema_version: int


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore: how many entries there are now, and where the collection that was
    there before is kept; None where there was none."""

    entries: int
    kept: Path | None


@dataclass(frozen=True, slots=True)
class Copied:
    """The result of a copy: how many entries it has, without the bin, and where the collection that
    was there before is kept; None where there was none."""

    entries: int
    kept: Path | None


def backup_name(database: Path, reason: BackupReason, at: datetime, schema: int = 0) -> str:
    """Return a copy's file name, such as `faq-scheduled-20260131T020000Z.db`.

    A copy made before a migration has the old `schema` in its name.
    """
    why = {"asked": "", "migration": f"schema-{schema}-"}.get(reason, f"{reason}-")
    return f"{database.stem}-{why}{at.astimezone(UTC):{_AT}}{database.suffix}"


def free_name(path: Path) -> Path:
    """Return a copy's path, with a number after its time where that file exists already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(_TIME.sub(rf"\g<0>-{number}", path.name, count=1))
    return free


def backups_in(folder: Path, database: Path) -> list[BackupFile]:
    """Return the copies of a collection in a folder, recognised by their names, newest first; none
    where there is no such folder."""
    pattern = re.compile(
        rf"{re.escape(database.stem)}-(?:(?P<why>scheduled|replaced|schema-\d+)-)?"
        rf"(?P<at>\d{{8}}T\d{{6}}Z)(?:-\d+)?{re.escape(database.suffix)}"
    )
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        name = pattern.fullmatch(file.name)
        if name is None or not file.is_file():
            continue
        try:
            at = datetime.strptime(name["at"], _AT).replace(tzinfo=UTC)
            size = file.stat().st_size
        except (ValueError, FileNotFoundError):  # no such day, or gone since
            continue
        why: BackupReason = _REASONS[(name["why"] or "").partition("-")[0]]
        found.append(BackupFile(file, why, at, size))
    return sorted(found, key=lambda one: (one.at, one.path.name), reverse=True)
