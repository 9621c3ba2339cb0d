"""A collection copied between files and databases: all of it, or nothing."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store import (
    Content,
    EntryFilter,
    Health,
    Location,
    QueryFilter,
    Status,
    Store,
    StoreUnavailable,
    SuggestedPhrasing,
    UnreadableDatabase,
    Unsound,
    copy_collection,
    location_of,
    open_store,
)
from store.relational import copying
from tests.postgres import database, run
from tests.store.processes import run as run_process
from tests.store.test_log import AT, QUERY
from tests.store.vectors import MODEL, OTHER, add, edit, fill_other, found, shown

LONG = Content("lost card", "new plan. " * 300, "key", "Cards", ("a", "b"), ("card lost", "lost"))


@pytest.fixture(params=["file to database", "database to file", "database to database"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Location, Location]]:
    """A source and a target of two kinds."""
    source, _, target = request.param.partition(" to ")
    with ExitStack() as lent:

        def place(kind: str, name: str) -> Location:
            if kind == "file":
                return tmp_path / f"{name}.db"
            return location_of(lent.enter_context(database()))

        yield place(source, "source"), place(target, "target")


def fill(store: Store) -> None:
    """Write something of every kind."""
    one, binned, purged = add(store, LONG, Content("price", status=Status.DRAFT), Content("plan"))
    edit(store, one.id, 1, replace(LONG, must_find=("where",), must_not_find=("login",)))
    fill_other(store)
    store.entries.set_deleted([binned.id, purged.id], True, "bo")
    store.entries.purge([purged.id])
    store.log.add(QUERY)
    store.log.rate(1, -1)
    store.log.suggest(SuggestedPhrasing("my card", one.id, AT, "bo"))
    store.settings.write({"actor": "ada", "speed reports/1": "quick\0"})
    minute = timedelta(minutes=1)
    store.jobs.start("import", owner="a", actor="ada", total=3, silent_after=minute)


def contents(store: Store) -> list[object]:
    """Return all that a collection says of itself."""
    every = [
        *store.entries.page(EntryFilter(), limit=99).entries,
        *store.entries.page(EntryFilter(deleted=True), limit=99).entries,
    ]
    return [
        every,
        [store.entries.revisions(entry.id) for entry in every],
        store.entries.changes_since(0),
        store.log.page(99, QueryFilter()),
        store.log.suggestions(99),
        store.settings.read("speed reports"),
        store.state(),
        store.vectors.sets(),
        [shown(store.vectors.resident(fingerprint=m.fingerprint)) for m in (MODEL, OTHER)],
        store.words.known(),
        [store.vectors.texts(kind, 99) for kind in ("phrasing", "answer")],
    ]


def test_everything_is_copied(places: tuple[Location, Location], tmp_path: Path) -> None:
    source, target = places
    with closing(open_store(source)) as store:
        fill(store)
        before = contents(store)
    seen: list[tuple[int, int]] = []
    copied = copy_collection(
        source, target, backups=tmp_path, progress=lambda *done: seen.append(done)
    )
    assert (copied.entries, copied.kept) == (1, None)
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]
    with closing(open_store(target, create=False)) as store:
        assert contents(store) == before
        assert store.upkeep.check() == Health()
        job = store.jobs.latest("import")
        assert job is not None and job.state == "cancelled"
        assert [entry.id for entry in add(store, Content("new"))] == [4]  # 3 was purged
        assert found(store, "new") == [4, 1]


def test_what_is_there_is_replaced_only_if_asked(
    places: tuple[Location, Location], tmp_path: Path
) -> None:
    source, target = places
    with closing(open_store(source)) as store:
        fill(store)
    with closing(open_store(target)) as there:
        add(there, Content("refund"), Content("login"))
        assert found(there, "refund", 1) == [1]
        resident = there.vectors.resident(fingerprint=MODEL.fingerprint)
        with pytest.raises(StoreUnavailable, match="contains a collection already"):
            copy_collection(source, target, backups=tmp_path)
        assert there.entries.get([1])[0].content == Content("refund")
        copied = copy_collection(source, target, backups=tmp_path, replace=True)
        assert found(there, "refund", 9) == [1]  # the other entry is in the bin
        now = there.vectors.resident(fingerprint=MODEL.fingerprint)
        assert list(shown(now)) == [1] and shown(now) != shown(resident)
        assert there.words.known()[:2] == ("new", "plan")
        assert there.upkeep.check() == Health()
    assert copied.kept is not None
    with closing(open_store(copied.kept, create=False)) as kept:
        assert [e.content.question for e in kept.entries.get([1, 2])] == ["refund", "login"]


def test_what_is_not_like_its_source_is_not_kept(
    places: tuple[Location, Location], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = places
    with closing(open_store(source)) as store:
        fill(store)
    monkeypatch.setattr(copying, "TABLES", tuple(t for t in copying.TABLES if t != "setting"))
    real = copying._sums
    sums = iter([1, 2])

    def other(connection: object) -> copying.Sums:
        found = real(connection)  # type: ignore[arg-type]
        return {**found, "entry": (next(sums), 0)}

    monkeypatch.setattr(copying, "_sums", other)
    with pytest.raises(Unsound, match="Table entry has 2 rows where 1 were copied"):
        copy_collection(source, target, backups=tmp_path)
    if not isinstance(target, Path):
        with closing(open_store(target)) as there:
            assert there.info().entries == 0
    else:
        assert not target.exists() and not list(tmp_path.glob(".*"))


def test_a_source_with_problems_is_not_copied(tmp_path: Path) -> None:
    with database() as address:
        with closing(open_store(address)) as store:
            fill(store)
        run(address, "DELETE FROM word")
        with pytest.raises(Unsound, match="keyword index is stale"):
            copy_collection(location_of(address), tmp_path / "faq.db", backups=tmp_path)
    with pytest.raises(UnreadableDatabase):
        copy_collection(tmp_path / "missing.db", tmp_path / "faq.db", backups=tmp_path)
    with pytest.raises(StoreUnavailable, match="are the same"):
        copy_collection(tmp_path / "faq.db", tmp_path / "faq.db", backups=tmp_path)


def test_a_copy_that_is_stopped_leaves_nothing(
    places: tuple[Location, Location], tmp_path: Path
) -> None:
    source, target = places
    with closing(open_store(source)) as store:
        fill(store)

    def stop(done: int, total: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        copy_collection(source, target, backups=tmp_path, progress=stop)
    with closing(open_store(target)) as there:
        assert (there.info().entries, there.state().settings) == (0, {})


COPY = """
from store import copy_collection, location_of
copy_collection(location_of(sys.argv[1]), location_of(sys.argv[2]), backups=Path("/nowhere"))
"""


@pytest.mark.parametrize("to_file", [True, False])
def test_killed_halfway_the_target_is_empty(tmp_path: Path, to_file: bool) -> None:
    with database() as address:
        file = tmp_path / "faq.db"
        source, target = (address, str(file)) if to_file else (str(file), address)
        with closing(open_store(source)) as store:
            fill(store)
        status, _ = run_process(COPY, source, target, kill_at="copy: written")
        assert status == -signal.SIGKILL
        if to_file:
            assert not file.exists()
        else:
            with closing(open_store(target)) as there:
                assert (there.info().entries, there.state().settings) == (0, {})
        assert run_process(COPY, source, target) == (0, "")
        with closing(open_store(target)) as there:
            assert there.info().entries == 1
