"""Collections of earlier versions: they open, keep every row, and survive every failure."""

import json
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from store import (
    Content,
    Embeddings,
    EntryFilter,
    Health,
    Status,
    StoreUnavailable,
    UnreadableDatabase,
    open_store,
)
from store.sqlite import migration
from store.sqlite.database import APPLICATION_ID, connect
from store.sqlite.migration import migrations, newest_schema
from tests.store.damage import damaged_page
from tests.store.old_files import OUTGROWN, SCHEMAS, everything, lost, put_old
from tests.store.processes import on_posix, run, started
from tests.store.vectors import MODEL, NOTHING, add, edit, embeddings, vector

OLD_MODEL = replace(MODEL, fingerprint="word-count", max_tokens=8)

OPEN = "open_store(sys.argv[1]).close()"


def backups(path: Path) -> list[Path]:
    folder = path.parent / "backups"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_older_collection_opens_and_keeps_every_row(tmp_path: Path, schema: int) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    before = everything(path)
    assert len(before["entry"]) == 27 and len(before["vector_1_phrasing"]) == 30
    store = open_store(path, create=False)
    assert store.info().schema_version == newest_schema()
    assert store.info().entries == 26
    assert store.upkeep.check() == Health()
    [lost_card] = store.entries.get([1])
    assert (lost_card.version, lost_card.created_by, lost_card.updated_by) == (2, "ada", "bo")
    assert lost_card.content.answer == "Call us: 555 1234."
    assert lost_card.content.phrasings == ("card gone", "new way")
    actions = [revision.action for revision in store.entries.revisions(7)]
    assert actions == ["restore", "remove", "add"]
    assert store.entries.page(EntryFilter(status=Status.DRAFT)).total == 1
    assert store.entries.page(EntryFilter(deleted=True)).total == 1
    assert [query.text for query in store.log.page(9).queries] == ["plan", "beacon?", "lost card"]
    assert store.state().settings["display_name"] == "Team desk"
    [nearest] = store.vectors.nearest(vector("password new"), 1, fingerprint="word-count")
    assert (nearest.entry_id, nearest.phrasing) == (2, "New password?")
    store.close()
    assert lost(before, everything(path)) == []


@pytest.mark.parametrize("schema", [1, 2])
def test_an_old_collection_gets_what_its_version_lacked(tmp_path: Path, schema: int) -> None:
    store = open_store(put_old(schema, tmp_path / "faq.db"))
    assert [o.counts.tolist() for o in store.words.occurrences(["lost"])[0]] == [[1]]
    missing = store.vectors.texts("answer", 99, missing_in="word-count")
    assert len(missing) == 26 == store.vectors.sets()[0].missing
    assert len(store.vectors.resident(fingerprint="word-count").answer_of(2)) == 0
    vectors = np.stack([vector(text) for _, text in missing])
    store.vectors.fill(OLD_MODEL, "answer", missing, vectors)
    assert len(store.vectors.resident(fingerprint="word-count").answer_of(2)) == 1
    assert store.entries.page(EntryFilter(tested=True)).total == 0
    [before] = store.entries.get([3])
    tested = replace(before.content, must_find=("cost",))
    edit(store, 3, 1, tested, replace(NOTHING, model=OLD_MODEL))
    assert store.entries.page(EntryFilter(tested=True)).total == 1
    assert [one.content for one in store.entries.revisions(3)] == [tested, before.content]
    assert store.upkeep.check() == Health()


def test_what_had_tables_of_its_own_becomes_settings_and_vectors(tmp_path: Path) -> None:
    store = open_store(put_old(7, tmp_path / "faq.db"))
    dismissed = store.settings.read("dismissed")
    assert list(dismissed) == ["duplicate 3", "stale 1 2", "suggestion 2"]
    assert {value.split()[1] for value in dismissed.values()} == {"ada"}
    assert [one.text for one in store.log.suggestions(9)] == ["card went away"]
    assert store.settings.read("import") == {"file-1": "22 27"}
    reports = [json.loads(report) for report in store.settings.read("speed reports").values()]
    assert reports == [
        {"actor": "ada", "content": '{"p50": 1}'},
        {"actor": "bo", "content": '{"p50": 2}'},
    ]
    [report] = store.settings.read("quality reports").values()
    assert json.loads(json.loads(report)["content"]) == {"ü": "'\""}
    labelled = '[["where did my card go", 1], ["weather", -1]]'
    assert store.settings.read("queries") == {"labelled": labelled}
    assert {"labelled_queries", "queries/labelled"}.isdisjoint(store.state().settings)
    sets = [(one.model.name, one.vectors, one.missing) for one in store.vectors.sets()]
    assert sets == [("tests/word-count", 30 + 26, 0), ("tests/other", 9 + 4, 21 + 22)]
    for fingerprint in ("word-count", "other"):
        resident = store.vectors.resident(fingerprint=fingerprint)
        np.testing.assert_array_equal(
            resident.answer_of(2), [vector("new password reset it then log in")]
        )
    assert len(store.vectors.resident(fingerprint="other").answer_of(8)) == 0


@pytest.mark.parametrize(
    ("schema", "ranking"),
    [(1, "cosine"), (2, "cosine"), (3, "blend"), (4, "blend"), (7, "cosine"), (8, "blend")],
)
def test_a_collection_keeps_its_ranking(tmp_path: Path, schema: int, ranking: str) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    chosen = [row["value"] for row in everything(path)["setting"] if row["name"] == "ranking"]
    store = open_store(path)
    assert store.state().settings["ranking"] == ranking
    assert chosen in ([ranking], [])  # where none was chosen it was what was usual then
    store.close()


def test_an_old_collection_without_a_model_begins_like_a_new_one(tmp_path: Path) -> None:
    connection = connect(tmp_path / "old.db")
    for _, sql in migrations()[:7]:
        connection.execute(sql)
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", 7)
    connection.close()
    for name in ("old.db", "new.db"):
        store = open_store(tmp_path / name)
        assert store.state().settings == {}
        assert store.settings.read("import") == {}
        add(store, Content("lost card", "new card"))
        assert store.upkeep.check() == Health()
        assert "ranking" not in store.state().settings


def test_an_answer_counts_as_before_until_it_is_divided(tmp_path: Path) -> None:
    path = put_old(8, tmp_path / "faq.db")
    connection = connect(path)
    question = ("new plan " * 90).strip()
    connection.execute("UPDATE phrasing SET text = ? WHERE entry_id = 11", (question,))
    connection.execute("UPDATE keyword SET question = ? WHERE rowid = 11", (question,))
    connection.close()
    before = {row["rowid"]: row["embedding"] for row in everything(path)["vector_1_answer"]}
    store = open_store(path)
    long, asked_long, also_long = store.entries.get([10, 11, 12])

    def answers(entry_id: int) -> list[bytes]:
        resident = store.vectors.resident(fingerprint="word-count")
        return [one.tobytes() for one in resident.answer_of(entry_id)]

    def missing() -> list[tuple[int, str]]:
        return store.vectors.texts("answer", 99, missing_in="word-count")

    assert answers(10) == answers(12) == [before[10]]
    assert answers(11) == []  # only the beginning of its question is read from now on
    texts = [one.content.answer_texts for one in (asked_long, long, also_long)]
    assert [text for _, text in missing()] == [text for some in texts for text in some]
    assert store.upkeep.check() == Health()
    nothing = replace(NOTHING, model=OLD_MODEL)
    edit(store, 10, long.version, replace(long.content, category="Money"), nothing)
    assert answers(10) == [before[10]]
    token = store.state().changes
    for some in (missing()[:3], missing()[3:]):
        assert before[12] in answers(12)
        vectors = np.stack([vector(text) for _, text in some])
        store.vectors.fill(OLD_MODEL, "answer", some, vectors)
    assert store.state().changes == token
    assert answers(10) == [vector(text).tobytes() for text in long.content.answer_texts]
    assert len(answers(10)) > 2
    assert answers(12) == answers(10)
    assert store.vectors.sets()[1].missing == 21 + 22 + 2 * (len(answers(10)) - 1)
    assert store.upkeep.check() == Health()


def test_an_edit_of_a_long_answer_replaces_what_stood_for_the_whole(tmp_path: Path) -> None:
    store = open_store(put_old(8, tmp_path / "faq.db"))
    [before] = store.entries.get([10])
    after = replace(before.content, answer=before.content.answer + " And a new card.")
    new = {text: vector(text) for text in after.texts if text not in before.content.texts}
    edit(store, 10, before.version, after, Embeddings(OLD_MODEL, new))
    resident = store.vectors.resident(fingerprint="word-count")
    np.testing.assert_array_equal(resident.answer_of(10), list(new.values()))
    [other] = store.entries.get([12])
    missing = [text for _, text in store.vectors.texts("answer", 99, missing_in="word-count")]
    assert set(missing) == {*after.answer_texts, *other.content.answer_texts} - new.keys()
    assert store.upkeep.check() == Health()


def test_a_broken_vector_of_an_answer_stops_no_migration(tmp_path: Path) -> None:
    path = put_old(7, tmp_path / "faq.db")
    connection = connect(path)
    connection.execute("UPDATE answer_vector SET embedding = x'00' WHERE entry_id = 1")
    connection.execute("UPDATE answer_vector SET entry_id = 3 WHERE entry_id = 2 AND model_id = 1")
    connection.close()
    store = open_store(path)
    missing = store.vectors.texts("answer", 9, missing_in="word-count")
    assert [entry_id for entry_id, _ in missing] == [1, 2]
    assert store.upkeep.check() == Health()


@pytest.mark.parametrize("schema", OUTGROWN)
def test_a_backup_is_taken_before_the_schema_changes(tmp_path: Path, schema: int) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    before = everything(path)
    open_store(path).close()
    [backup] = backups(path)
    assert backup.name.startswith(f"faq-schema-{schema}-2")
    there = everything(backup)
    assert [job["state"] for job in there.pop("job")] == ["done", "cancelled"]
    del before["job"]
    assert there == before
    open_store(path).close()  # nothing is left to do
    assert backups(path) == [backup]


def test_a_new_collection_and_a_present_one_need_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    for _ in range(2):
        open_store(path).close()
    assert backups(path) == []


@pytest.mark.parametrize("schema", OUTGROWN)
def test_a_step_that_fails_leaves_the_old_version_as_it_was(
    tmp_path: Path, schema: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    before, number = path.read_bytes(), newest_schema() + 1
    bad = "CREATE TABLE fine (id INTEGER); DELETE FROM entry; INSERT INTO nowhere VALUES (1);"
    steps = [*migrations(), (number, bad)]
    monkeypatch.setattr(migration, "migrations", lambda: steps)
    for _ in range(2):
        with pytest.raises(
            UnreadableDatabase,
            match=rf"could not be brought from schema {number - 1} to {number} \(.*nowhere.*left",
        ):
            open_store(path)
        assert path.read_bytes() == before
        assert backups(path) == []  # nothing was changed, so there is nothing to go back to
    monkeypatch.undo()
    assert open_store(path).info().entries == 26


@on_posix
@pytest.mark.parametrize(
    ("step", "passes"),
    [
        ("migration: backed up", 1),
        ("migration: step written", 1),
        ("migration: step written", 2),
        ("migration: committed", 1),
    ],
)
def test_a_killed_migration_leaves_the_old_version_or_the_new_one(
    tmp_path: Path, step: str, passes: int
) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = everything(path)
    assert run(OPEN, path, kill_at=step, passes=passes) == (-signal.SIGKILL, "")
    assert lost(before, everything(path)) == []
    [backup] = backups(path)
    assert lost({"entry": before["entry"]}, everything(backup)) == []
    store = open_store(path)
    assert store.upkeep.check() == Health()
    assert store.info().entries == 26
    assert len(backups(path)) == (1 if step == "migration: committed" else 2)


def test_without_a_backup_nothing_is_changed(tmp_path: Path) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = path.read_bytes()
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"older Askwell \(schema 1\).*File exists.*try aga"):
        open_store(path)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"faq.db", "backups"}


@on_posix
def test_a_full_disk_stops_the_backup_and_so_the_migration(tmp_path: Path) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = path.read_bytes()
    _, message = run(OPEN, path, most_bytes=100_000)
    assert "(schema 1). Before it is brought up to date a backup is made" in message
    assert "full" in message
    assert message.endswith("try again. Nothing else was changed.\n")
    assert path.read_bytes() == before
    assert backups(path) == []


@pytest.mark.parametrize("page", ["entry_category", "phrasing"])
def test_a_damaged_old_collection_is_left_alone(tmp_path: Path, page: str) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    damaged_page(path, page)
    before = path.read_bytes()
    with pytest.raises(UnreadableDatabase, match=r"damaged .* [Rr]estore|left as it is; restore"):
        open_store(path)
    assert path.read_bytes() == before
    assert backups(path) == []


def test_two_processes_that_open_it_at_once_migrate_it_once(tmp_path: Path) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = everything(path)
    processes = [started(OPEN, path) for _ in range(3)]
    assert [process.communicate()[0] for process in processes] == ["", "", ""]
    assert lost(before, everything(path)) == []
    assert len(backups(path)) == 1


def test_a_collection_that_was_brought_up_to_date_takes_new_entries(tmp_path: Path) -> None:
    store = open_store(put_old(OUTGROWN[0], tmp_path / "faq.db"))
    content = Content("lost login", "yes")
    [entry] = store.entries.add([content], embeddings(content, model=OLD_MODEL), "ada")
    assert entry.id == 28
    assert store.upkeep.check() == Health()
