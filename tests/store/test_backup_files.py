"""What copies of a collection are called."""

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from store import BackupReason, backup_name, backups_in, free_name

NAMES = some.text(
    some.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]),
    min_size=1,
    max_size=40,
).filter(lambda name: name not in (".", ".."))
MOMENTS = some.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=some.just(UTC))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(NAMES, some.sampled_from(get_args(BackupReason)), MOMENTS, some.integers(1, 99))
def test_a_copy_is_known_by_its_name(
    tmp_path: Path, name: str, reason: BackupReason, at: datetime, schema: int
) -> None:
    database, folder = tmp_path / name, tmp_path / f"copies {abs(hash((name, at)))}"
    folder.mkdir(exist_ok=True)
    copy = folder / backup_name(database, reason, at, schema)
    copy.write_text("12345")
    twin = free_name(copy)
    twin.write_text("1")
    found = backups_in(folder, database)
    copy.unlink()
    twin.unlink()
    assert {(one.path, one.reason, one.at, one.size_bytes) for one in found} == {
        (copy, reason, at.replace(microsecond=0), 5),
        (twin, reason, at.replace(microsecond=0), 1),
    }


@pytest.mark.parametrize(
    "name",
    [
        "faq.db",
        "faq-20260131T020000.db",
        "faq-20261301T020000Z.db",
        "faq-20260131T020000Z.db.part",
        "other-20260131T020000Z.db",
        "faq-weekly-20260131T020000Z.db",
        "faq-scheduled-4-20260131T020000Z.db",
        "faq-schema-20260131T020000Z.db",
    ],
)
def test_what_has_another_name_is_no_copy(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    assert backups_in(tmp_path, Path("faq.db")) == []


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert backups_in(tmp_path / "none", Path("faq.db")) == []
