"""Backups in Settings, without a browser."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from faq.jobs import BACKUP, IMPORT, RESTORE, SILENT_AFTER
from store import Content, EntryFilter, Store, open_store, restore_store
from store.sqlite.database import connect
from tests.pages.conftest import ENTRY, PATIENCE, OpenPage, error_of, texts, wait_for_jobs
from tests.pages.test_entries import questions as listed


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where backups are."""
    monkeypatch.setenv("FAQ_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "backups"


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    wait_for_jobs()
    return app.run()


def questions(store: Store) -> list[str]:
    return [entry.content.question for entry in store.entries.page(EntryFilter()).entries]


def restorable(app: AppTest) -> list[str]:
    return [
        b.key for b in app.button if b.key and b.key.startswith("restore_") and b.key[-1:] < "a"
    ]


def test_one_click_makes_a_backup_and_tells_when(
    open_page: OpenPage, collection: Collection, folder: Path
) -> None:
    collection.add(Content("lost card"))
    app = open_page("settings")
    assert any(text.startswith("There is no backup yet.") for text in texts(app))
    assert not restorable(app)
    app = press(app, "backup_now")
    [backup] = folder.iterdir()
    assert open_store(backup).info().entries == 1
    shown = " ".join(texts(app))
    assert f"The last backup was made on {datetime.now(UTC).day} " in shown
    assert re.search(r"[0-9] [KM]B\b", shown)
    assert restorable(app) == ["restore_0"]


def test_a_restore_says_what_is_replaced_by_what_and_can_be_gone_back_from(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card"))
    app = press(open_page("settings"), "backup_now")
    collection.add(Content("plan"))
    app.button(key="restore_0").click().run()
    shown = app.table[-1].value.to_string() if len(app.table) else ""
    assert "2 entries, last changed" in shown
    assert "1 entry, last changed" in shown
    app = press(app, "restore_start")
    assert questions(store) == ["lost card"]
    shown = texts(app)
    assert "Restored 1 entry. The collection from before is in the list below." in shown
    assert "before a restore" in " ".join(shown)
    assert restorable(app) == ["restore_0", "restore_1"]  # the newest first
    app.button(key="restore_close").click().run()
    assert "Restored 1 entry" not in " ".join(texts(app))
    app.button(key="restore_0").click().run()
    press(app, "restore_start")
    assert questions(store) == ["lost card", "plan"]


def test_every_screen_answers_from_what_was_restored(
    open_page: OpenPage, collection: Collection, folder: Path, database: Path
) -> None:
    collection.add(Content("lost card", "Call us."))
    press(open_page("settings"), "backup_now")
    collection.add(Content("plan", "Ask us."))
    ask = open_page("ask")
    ask.text_input(key="q").set_value("plan").run()
    assert any("Ask us." in text for text in texts(ask))
    [backup] = folder.iterdir()
    restore_store(backup, database)  # as another process does
    ask.text_input(key="q").set_value("plan?").run()
    assert not any("Ask us." in text for text in texts(ask))
    entries = open_page("entries")
    assert listed(entries) == ["lost card"]


def test_a_backup_that_cannot_be_used_is_told(
    open_page: OpenPage, collection: Collection, folder: Path, store: Store
) -> None:
    collection.add(Content("lost card"))
    app = press(open_page("settings"), "backup_now")
    [backup] = folder.iterdir()
    backup.write_bytes(backup.read_bytes()[:50_000])
    app.button(key="restore_0").click().run()
    assert "is cut short" in error_of(app)
    assert "restore_start" not in [button.key for button in app.button]
    assert questions(store) == ["lost card"]


def test_a_backup_that_fails_is_told(
    open_page: OpenPage, collection: Collection, folder: Path
) -> None:
    collection.add(Content("lost card"))
    folder.parent.mkdir()
    folder.write_text("in the way")
    app = press(open_page("settings"), "backup_now")
    assert "The last backup failed. The copy" in error_of(app)


def test_nothing_is_restored_while_somebody_imports(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card"))
    app = press(open_page("settings"), "backup_now")
    collection.add(Content("plan"))
    store.jobs.start(IMPORT, owner="o", actor="bo", total=9, silent_after=SILENT_AFTER)
    app.button(key="restore_0").click().run()
    app = press(app, "restore_start")
    assert any("An import is under way. Wait for it" in text for text in texts(app))
    assert questions(store) == ["lost card", "plan"]


@pytest.mark.parametrize("kind", [BACKUP, RESTORE])
def test_what_is_under_way_is_seen_by_everybody(
    open_page: OpenPage, store: Store, kind: str
) -> None:
    job = store.jobs.start(kind, owner="o", actor="bo", total=None, silent_after=SILENT_AFTER)
    store.jobs.beat(job.id, owner="o", done=3, total=12)
    app = open_page("settings")
    assert "backup_now" not in [button.key for button in app.button]
    app.button(key=f"{kind}_cancel").click().run()
    assert not store.jobs.beat(job.id, owner="o", done=4, total=12)


def test_a_collection_that_cannot_be_opened_is_brought_back_with_a_click(
    open_page: OpenPage, collection: Collection, database: Path, store: Store
) -> None:
    collection.add(Content("lost card"))
    press(open_page("settings"), "backup_now")
    store.close()
    st.cache_resource.clear()
    damaged = database.read_bytes()[:5000]
    database.unlink()
    for left in ("-wal", "-shm"):
        database.with_name(database.name + left).unlink(missing_ok=True)
    database.write_bytes(damaged)
    app = open_page("ask")
    assert "cut short" in error_of(app)
    app.button(key="offer_0").click().run()
    assert not app.exception and not app.error
    assert questions(open_store(database)) == ["lost card"]


def test_a_file_that_goes_away_while_askwell_runs_is_told_and_brought_back(
    open_page: OpenPage, collection: Collection, database: Path
) -> None:
    collection.add(Content("lost card"))
    press(open_page("settings"), "backup_now")
    database.unlink()
    app = AppTest.from_file(ENTRY, default_timeout=PATIENCE).run()
    assert "was moved or deleted while Askwell had it open" in error_of(app)
    app.button(key="offer_0").click().run()
    assert not app.exception and not app.error
    assert questions(open_store(database)) == ["lost card"]


def test_a_newer_collection_offers_no_way_back(
    open_page: OpenPage, collection: Collection, database: Path, store: Store, folder: Path
) -> None:
    collection.add(Content("lost card"))
    store.upkeep.backup(folder / "faq-20260101T000000Z.db")
    connection = connect(database)
    connection.pragma("user_version", 4711)
    connection.pragma("wal_checkpoint", "TRUNCATE")
    connection.close()
    app = open_page("ask")
    assert "newer Askwell" in error_of(app)
    assert not app.button
