"""The primary is killed and its standby promoted while a dashboard asks and writes."""

import threading

import pytest

from store import Content, PostgresAddress, StoreUnavailable, location_of, open_store
from store.postgres import pool
from tests.postgres import pair
from tests.store.vectors import add, found

PATIENCE = 120  # seconds


def test_nothing_that_was_acknowledged_is_lost_and_questions_are_answered_throughout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "NEXT_TRY_SECONDS", 0.05)
    with pair() as servers:
        replica = location_of(servers.standby)
        assert isinstance(replica, PostgresAddress)
        store = open_store(servers.address, replica=replica)
        add(store, Content("lost card"))
        acknowledged, refusals, failures = list[int](), list[str](), list[BaseException]()
        written, stop = threading.Event(), threading.Event()

        def write() -> None:
            while not stop.is_set():
                try:
                    acknowledged.extend(e.id for e in add(store, Content("new card", "text")))
                    written.set()
                except StoreUnavailable as error:
                    refusals.append(str(error))
                    stop.wait(0.02)

        def ask() -> None:
            try:
                while not stop.is_set():
                    assert found(store, "lost card", 1) == [1]
                    assert store.entries.get([1])[0].content.question == "lost card"
                    store.words.occurrences(["lost"])
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for work in (write, ask, ask)]
        for thread in threads:
            thread.start()
        try:
            assert written.wait(PATIENCE)
            servers.kill_first()
            assert found(store, "lost card", 1) == [1]
            assert "has not answered since" in store.read_only
            with pytest.raises(StoreUnavailable):
                add(store, Content("price"))
            servers.promote_standby()
            written.clear()
            assert written.wait(PATIENCE)
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert failures == []
        assert refusals and len(acknowledged) > 1
        assert found(store, "lost card", 1) == [1]
        assert store.read_only == ""
        assert [entry.id for entry in store.entries.get(acknowledged)] == acknowledged
        assert store.upkeep.check().problems == ()
        store.close()


def test_a_dashboard_can_start_while_the_primary_is_away() -> None:
    with pair() as servers:
        replica = location_of(servers.standby)
        assert isinstance(replica, PostgresAddress)
        store = open_store(servers.first)
        add(store, Content("lost card"))
        store.close()
        servers.kill_first()
        store = open_store(servers.first, create=False, replica=replica)
        assert found(store, "lost card") == [1]
        assert "has not answered since" in store.read_only
        with pytest.raises(StoreUnavailable, match="does not answer"):
            add(store, Content("price"))
        store.close()
