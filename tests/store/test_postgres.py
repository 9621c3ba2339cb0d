"""What is PostgreSQL's own: opening, refusing, losing the connection, taking turns, repairing."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest

from store import (
    Content,
    Embeddings,
    Health,
    JobRunning,
    ModelRecord,
    Near,
    SearchFilter,
    StaleEdit,
    Status,
    Store,
    StoreError,
    StoreUnavailable,
    TooLarge,
    UnreadableDatabase,
    open_store,
)
from store.address import PostgresAddress, location_of
from store.postgres import migration
from store.postgres.database import TURN
from store.postgres.pool import POOL_SIZE
from store.postgres.store import PostgresStore
from store.postgres.vectors import PgvectorTable
from store.sqlite.database import connect as connect_sqlite
from tests.postgres import as_ada, database, run
from tests.store.test_repair import fill, texts
from tests.store.vectors import OTHER, add, edit, found

LOGIN = Content("login", "new password", "login", "A category", phrasings=("lost",))


@pytest.fixture
def address() -> Iterator[str]:
    """The address of an empty collection."""
    with database() as lent:
        yield lent


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    opened = open_store(address)
    yield opened
    opened.close()


def refused(address: str, *, create: bool = True) -> str:
    """Return the sentence with which an address is refused."""
    with pytest.raises(StoreError) as refusal:
        open_store(address, create=create)
    assert "secret" not in str(refusal.value)
    return str(refusal.value)


# Addresses


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:secret@host:5433/faq", "postgresql://ada@host:5433/faq"),
        ("postgres://ada@host/faq", "postgres://ada@host/faq"),
        ("postgresql:///faq?host=/run&password=secret", "postgresql:///faq?host=/run"),
        (
            "postgresql://h/faq?password=secret&sslmode=require",
            "postgresql://h/faq?sslmode=require",
        ),
        ("postgresql://ada:sec:ret@one,two:5433/faq", "postgresql://ada@one,two:5433/faq"),
    ],
)
def test_an_address_shows_no_password(url: str, shown: str) -> None:
    address = location_of(url)
    assert isinstance(address, PostgresAddress)
    assert str(address) == shown
    assert "secret" not in repr(address) and "sec:ret" not in repr(address)


def test_what_is_no_address_is_a_path() -> None:
    assert location_of("data/faq.db") == Path("data/faq.db")


# Refused


def test_each_obstacle_has_its_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "does not answer" in refused("postgresql://ada:secret@127.0.0.1:1/faq")
    assert "host is unknown" in refused("postgresql://ada:secret@no-such-host.invalid/faq")
    assert "cannot be read" in refused("postgresql://ada:secret%zz@127.0.0.1/faq")
    assert "password is wrong" in refused(as_ada(address, "secret"))
    assert "no password was given" in refused(as_ada(address, ""))
    assert "user is unknown" in refused(address.replace("//postgres:", "//nobody:"))
    name = address.split("/")[3].split("?")[0]
    assert "no database of that name" in refused(address.replace(name, "missing"))
    assert "service file" in refused("postgresql:///?service=missing")
    monkeypatch.setattr(migration, "OLDEST_SERVER", 99)
    assert "Askwell needs 99 or newer" in refused(address)


def test_a_server_without_encryption_is_refused_where_it_is_wanted(tmp_path: Path) -> None:
    with answering(b"N") as port:
        said = refused(f"postgresql://ada:secret@127.0.0.1:{port}/faq?sslmode=require")
    assert "no encrypted connection" in said
    with answering(b"S") as port:
        missing = f"sslmode=verify-full&sslrootcert={tmp_path}/missing"
        said = refused(f"postgresql://ada:secret@127.0.0.1:{port}/faq?{missing}")
    assert "certificate does not fit" in said


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Lend the port of something that answers every connection so, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:  # the block has ended
                    return
                with connection:
                    connection.recv(100)
                    connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_database_without_a_collection_gets_one_only_where_it_may(address: str) -> None:
    with database(begun=False) as empty:
        assert "no collection" in refused(empty, create=False)
        assert "may not create the extension" in refused(as_ada(empty))
        run(empty, "CREATE EXTENSION vector")
        assert "may not create tables" in refused(as_ada(empty))
        run(empty, "GRANT CREATE ON SCHEMA public TO ada")
        opened = open_store(as_ada(empty))
        add(opened, LOGIN)
        assert opened.upkeep.check() == Health()
        assert "secret" not in opened.info().location
        opened.close()


def test_another_applications_tables_and_a_newer_schema_are_left_alone(address: str) -> None:
    run(address, "UPDATE askwell SET schema = 999")
    assert "newer Askwell (schema 999" in refused(address)
    with database(begun=False) as other:
        run(other, "CREATE TABLE entry (mine text)")
        assert "tables of another application" in refused(other)
        run(other, "DROP TABLE entry")
        open_store(other).close()


def test_an_old_pgvector_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "OLDEST_PGVECTOR", (99, 0, 0))
    assert "needs 99.0.0 or newer" in refused(address)


def test_a_user_who_may_only_read_opens_it_for_reading(address: str, store: Store) -> None:
    [entry] = add(store, LOGIN)
    run(address, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO ada")
    reader = open_store(as_ada(address))
    assert reader.read_only == "the user ada may only read the database"
    assert reader.entries.get([entry.id]) == [entry]
    assert found(reader, "login") == [entry.id]
    with pytest.raises(StoreUnavailable, match="may only read"):
        edit(reader, entry.id, 1, Content("lost"))
    reader.close()


def test_processes_that_start_at_once_make_one_collection() -> None:
    with database(begun=False) as empty, ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(open_store, [empty] * 6))
        add(stores[0], LOGIN)
        assert [one.info().entries for one in stores] == [1] * 6
        for one in stores:
            one.close()


def test_who_waited_sees_the_collection_that_was_made_meanwhile() -> None:
    with database(begun=False) as empty, ThreadPoolExecutor(1) as threads:
        run(empty, "CREATE EXTENSION vector")
        with psycopg.connect(empty) as first:
            first.execute(f"SELECT {TURN}")
            opening = threads.submit(open_store, empty)
            while not first.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
                assert not opening.done()
            for number, sql in migration.migrations():
                first.execute(sql.encode())
                first.execute("UPDATE askwell SET schema = %s", (number,))
        opening.result().close()


def test_an_older_collection_is_brought_up_to_date(
    address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    [entry] = add(store, LOGIN)
    known, last = migration.migrations(), migration.newest_schema()
    later = (last + 1, "ALTER TABLE entry ADD COLUMN later text")
    monkeypatch.setattr(migration, "migrations", lambda: [*known, later])
    for _ in range(2):
        newer = open_store(address, create=False)
        assert newer.info().schema_version == last + 1
        assert newer.entries.get([entry.id]) == [entry]
        newer.close()


def test_its_tables_have_the_columns_of_sqlites(address: str, tmp_path: Path) -> None:
    file = tmp_path / "faq.db"
    open_store(file).close()
    sqlite = connect_sqlite(file)
    own = {"entry", "phrasing", "passage", "tag", "entry_test", "revision", "change", "model"}
    own |= {"query_log", "suggestion", "setting", "job"}
    expected = {
        table: {column[1] for column in sqlite.execute(f"PRAGMA table_info({table})")}
        for table in own
    }
    sqlite.close()
    store = open_store(address)
    assert isinstance(store, PostgresStore)
    with store._database.reading() as connection:
        rows = connection.select(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
    store.close()
    columns = {table: {column for of, column in rows if of == table} for table in own}
    assert columns == expected


# Connections


def end_connections(address: str) -> None:
    run(
        address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def test_connections_that_the_server_has_closed_are_replaced(address: str, store: Store) -> None:
    [entry] = add(store, LOGIN)
    end_connections(address)
    assert store.entries.get([entry.id]) == [entry]
    end_connections(address)
    edit(store, entry.id, 1, Content("lost card"))
    assert found(store, "lost card") == [entry.id]


def test_a_connection_lost_in_a_write_leaves_nothing_half_done(
    address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, LOGIN)

    def lose(step: str) -> None:
        if step == "add: written":
            end_connections(address)

    with monkeypatch.context() as patched:
        patched.setattr("store.fault_points.reached", lose)
        with pytest.raises(StoreUnavailable, match="as a whole or not at all"):
            add(store, Content("lost card"), Content("price"))
    assert store.info().entries == 1
    assert [entry.id for entry in add(store, Content("price"))] == [2]
    assert store.upkeep.check() == Health()


def test_few_connections_serve_many_threads(address: str, store: Store) -> None:
    [entry] = add(store, LOGIN)
    with ThreadPoolExecutor(20) as threads:
        every = list(threads.map(store.entries.get, [[entry.id]] * 200))
    assert every == [[entry]] * 200
    assert isinstance(store, PostgresStore)
    assert 1 <= store._database._primary._idle.qsize() <= POOL_SIZE
    store.close()
    with pytest.raises(StoreUnavailable, match="was closed"):
        store.entries.get([entry.id])


# Taking turns


def test_a_late_transaction_is_never_passed_over(address: str, store: Store) -> None:
    """A write that began first and ends last keeps the others waiting, so that no token is seen
    before a lower one."""
    other = open_store(address)
    add(store, LOGIN)
    begun, end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        assert isinstance(store, PostgresStore)
        with store._database.writing() as connection:
            connection.insert("change", {"entry_id": 1})
            begun.set()
            end.wait(30)

    token = other.state().changes
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(write_slowly)
        begun.wait(30)
        quick = threads.submit(add, other, Content("price"))
        assert other.state().changes == token
        end.set()
        slow.result()
        quick.result()
    changes = other.entries.changes_since(token)
    assert (changes.token, changes.entry_ids) == (token + 2, (1, 2))
    other.close()


def test_no_edit_is_lost_where_many_edit_one_entry(address: str, store: Store) -> None:
    [entry] = add(store, Content("0"))
    other = open_store(address)

    def count(one: Store) -> None:
        for _ in range(10):
            while True:
                [now] = one.entries.get([entry.id])
                try:
                    edit(one, entry.id, now.version, Content(f"{int(now.content.question) + 1}"))
                    break
                except StaleEdit:
                    continue

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, [store, store, other, other]))
    [after] = store.entries.get([entry.id])
    assert (after.content.question, after.version) == ("40", 41)
    assert store.upkeep.check() == Health()
    other.close()


def test_a_job_whose_machine_is_silent_is_taken_over(address: str, store: Store) -> None:
    def start(one: Store, owner: str) -> None:
        minute = timedelta(minutes=1)
        one.jobs.start("import", owner=owner, actor="ada", total=None, silent_after=minute)

    other = open_store(address)
    start(store, "a")
    with pytest.raises(JobRunning):
        start(other, "b")
    run(address, "UPDATE job SET heartbeat_at = replace(heartbeat_at, '2', '1')")  # long ago
    start(other, "b")
    latest = store.jobs.latest("import")
    assert latest is not None and latest.owner == "b"
    other.close()


# Too large to be held

WIDE = ModelRecord("wide", "bench/wide", None, 32, 256)


def test_a_collection_too_large_for_memory_is_searched_by_an_index(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(1)
    vectors = random.standard_normal((3_000, 32), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"text {number}" for number in range(len(vectors))]
    published = [Status.DRAFT if number % 3 else Status.PUBLISHED for number in range(len(texts))]
    store = open_store(address)
    store.entries.add(
        [Content(t, category=t[-1], status=s) for t, s in zip(texts, published, strict=True)],
        Embeddings(WIDE, dict(zip(texts, vectors, strict=True))),
        "ada",
    )
    assert store.state().held
    store.close()
    # Else a table as small as this one would be read as a whole.
    name = address.split("/")[3].split("?")[0]
    run(address, *(f"ALTER DATABASE {name} SET enable_{how} = off" for how in ("seqscan", "sort")))
    monkeypatch.setattr(PgvectorTable, "MOST_HELD", 2_000)
    with closing(open_store(address)) as large:
        assert not large.state().held
        with pytest.raises(TooLarge, match="3,000 vectors, too many"):
            large.vectors.resident(fingerprint="wide")
        large.vectors.resident(fingerprint="wide", near=Near(vectors[:1]))
        for thread in threading.enumerate():
            if thread.name == "index":
                thread.join()
        for where in (SearchFilter(), SearchFilter("7"), SearchFilter(unpublished=True)):
            recalled = 0
            for query in random.permutation(vectors)[:20]:
                exact = large.vectors.nearest(query, 10, where, fingerprint="wide")
                near = large.vectors.resident(fingerprint="wide", near=Near(query[None], where))
                assert near.whole == 3_000 and len(near.entry_ids) < 300
                recalled += sum(near.place_of(one.entry_id) is not None for one in exact)
            assert recalled >= 0.99 * 200
    with psycopg.connect(address) as connection:
        used = "SELECT idx_scan > 0 FROM pg_stat_user_indexes WHERE indexrelname LIKE %s"
        connection.execute("SELECT pg_stat_force_next_flush()")
        assert connection.execute(used, ("%phrasing_near",)).fetchall() == [(True,)]


# Repaired

TABLE, ANSWERS = "vector_1_phrasing", "vector_1_answer"
DAMAGE = [
    # What is done to the database; what `check` says; how many vectors a model has to make again.
    (f"DELETE FROM {TABLE} WHERE rowid = 1", "Phrasings without a vector: 1", 1),
    (
        f"INSERT INTO {TABLE} SELECT 99, embedding, 1, 2, '' FROM {TABLE} WHERE rowid = 1",
        "Vectors without a phrasing: 99",
        0,
    ),
    (f"UPDATE {TABLE} SET entry_id = 5 WHERE rowid = 1", "filed under another", 0),
    ("UPDATE entry SET status = 'draft' WHERE id = 3", "filed under another", 0),
    (f"UPDATE {TABLE} SET embedding = embedding + embedding", "not of unit length: 1, 2, 3", 5),
    (f"DROP TABLE {TABLE}", "vectors of phrasings cannot be read: vector_1_phrasing", 5),
    (f"DROP TABLE {ANSWERS}", "vectors of answers cannot be read", 1),
    ("DELETE FROM word WHERE entry_id = 1", "keyword index is stale: 1", 0),
    ("UPDATE word SET count = count + 1", "keyword index is stale: 1, 2, 3, 4", 0),
    ("INSERT INTO word VALUES ('lost', 99, 1)", "index rows without an entry: 99", 0),
    ("DELETE FROM passage", "passages are not their whole answer: 1", 1),
]


@pytest.mark.parametrize(("damage", "says", "again"), DAMAGE)
def test_damage_is_found_and_repaired(
    address: str, store: Store, damage: str, says: str, again: int
) -> None:
    add(store, LOGIN, *(Content(f"card {number}", category="Cards") for number in range(3)))
    store.vectors.fill(OTHER, "phrasing", [], np.empty((0, 3), np.float32))
    before = texts(store)
    run(address, damage)
    found_wrong = store.upkeep.check()
    assert not found_wrong.damaged
    assert any(says in problem for problem in found_wrong.problems), found_wrong.problems
    store.upkeep.repair()
    assert fill(store) == again
    assert store.upkeep.check() == Health()
    if "draft" not in damage:
        assert texts(store) == before


def test_damage_to_the_text_is_said_and_not_touched(address: str, store: Store) -> None:
    add(store, LOGIN)
    run(address, "DELETE FROM phrasing WHERE position = 0")
    health = store.upkeep.check()
    assert health.damaged and "Entries without a question: 1" in health.problems[0]
    assert store.upkeep.repair() == []
    run(address, "DROP TABLE tag")
    with pytest.raises(UnreadableDatabase, match="not as Askwell made it"):
        store.entries.get([1])


def test_backups_are_the_servers(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="pg_dump --format=custom"):
        store.upkeep.backup(tmp_path / "copy.db")
