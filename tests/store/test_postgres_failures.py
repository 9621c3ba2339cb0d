"""What a network, a disk and clocks do to a collection on PostgreSQL, and what is said then."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from faq.jobs import under_way
from store import Content, EntryFilter, Health, StoreUnavailable, open_store
from store.postgres.connection import PostgresConnection
from store.relational.connection import stored
from tests.hub.certificates import make_certificates
from tests.postgres import as_ada, database, pair, run
from tests.proxy import proxied
from tests.store.test_postgres import refused
from tests.store.vectors import add, edit, found


@pytest.fixture
def address() -> Iterator[str]:
    """The address of an empty collection."""
    with database() as lent:
        yield lent


def over_network(address: str, port: int, host: str = "localhost") -> str:
    """Return the address of a database at a port of this machine."""
    return f"postgresql://postgres@{host}:{port}/{address.split('/')[3].split('?')[0]}"


def test_a_certificate_is_checked(address: str, tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    with proxied(address, certificate=made.server) as port:
        wanted = f"?sslmode=verify-full&sslrootcert={made.authority}"
        with closing(open_store(over_network(address, port) + wanted)) as store:
            [entry] = add(store, Content("lost card"))
            assert found(store, "lost card") == [entry.id]
        stranger = f"?sslmode=verify-full&sslrootcert={made.stranger}"
        assert "certificate does not fit" in refused(over_network(address, port) + stranger)
        other_name = over_network(address, port, "127.0.0.2") + wanted
        assert "certificate does not fit" in refused(other_name)


def test_passwords_and_services_are_read_from_their_files(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords, services = tmp_path / "passwords", tmp_path / "services"
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    place = address.split("host=")[1]
    services.write_text(f"[faq]\nhost={place}\ndbname={address.split('/')[3].split('?')[0]}\n")
    run(address, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO ada")
    for name in (as_ada(address).replace(":secret%2F%40", ""), "postgresql://ada@/?service=faq"):
        passwords.write_text("*:*:*:ada:wrong\n")
        passwords.chmod(0o600)
        assert "password is wrong" in refused(name)
        passwords.write_text("*:*:*:ada:secret/@\n")
        open_store(name).close()


def test_over_a_slow_network_everything_is_done(address: str) -> None:
    with (
        proxied(address, seconds=0.02) as port,
        closing(open_store(over_network(address, port))) as far,
        closing(open_store(address)) as near,
    ):
        [entry] = add(far, Content("lost card", "new card"))
        assert found(near, "lost card") == [entry.id]
        edit(near, entry.id, 1, Content("price"))
        assert found(far, "price") == [entry.id]
        assert far.upkeep.check() == Health()


@pytest.mark.parametrize("hours", [-1, 1])
def test_work_goes_on_where_the_clocks_differ(
    address: str, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    real = PostgresConnection.now

    def now(self: PostgresConnection) -> str:
        return stored(datetime.fromisoformat(real(self)) + timedelta(hours=hours))

    monkeypatch.setattr(PostgresConnection, "now", now)
    with closing(open_store(address)) as store:
        minute = timedelta(minutes=1)
        store.jobs.start("import", owner="a", actor="ada", total=None, silent_after=minute)
        job = store.jobs.latest("import")
        assert job is not None and under_way(job)
        assert abs(datetime.now(job.heartbeat_at.tzinfo) - job.heartbeat_at) < minute


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", folder]
        if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("no disk can be mounted here")
        yield Path(folder)
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_said_and_nothing_is_half_written(small_disk: Path) -> None:
    with (
        pair(small_disk, standby=False) as servers,
        closing(open_store(servers.first)) as store,
    ):
        filler = small_disk / "filler"
        with filler.open("wb") as file:
            free = shutil.disk_usage(small_disk).free - (1 << 20)
            os.posix_fallocate(file.fileno(), 0, free)
        written = 0
        with pytest.raises(StoreUnavailable, match=r"disk is full.*Nothing was changed"):
            while True:
                add(store, *(Content(f"card {written} {n}", "new " * 90) for n in range(50)))
                written += 50
        assert store.entries.page(EntryFilter(), limit=1).total == written
        filler.unlink()
        add(store, Content("lost card"))
        assert found(store, "lost card", 1) == [written + 1]
        assert store.upkeep.check() == Health()
