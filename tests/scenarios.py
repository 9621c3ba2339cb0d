"""Work that may be killed at any moment and started again.

A new fault point needs a scenario that passes it: write its `work`, say what must be so, and list
the point in `points`, with the pass at which the work is killed there.
"""

import csv
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from faq.collection import Collection
from faq.reembedding import complete, reembed, switch
from faq.repair import repair
from faq.transfer.columns import chosen
from faq.transfer.exporting import export, write_entries
from faq.transfer.files import CSV, opened_table
from faq.transfer.import_job import mark_of
from faq.transfer.import_report import ImportReport
from faq.transfer.importing import AlreadyImported, import_entries
from store import Content, EntryFilter, Store, copy_collection, open_store, restore_store
from store.fault_points import FaultPoint
from store.sqlite.database import connect
from store.sqlite.migration import newest_schema
from tests.fakes import WORDS, Contrary, WordCountEmbedder
from tests.store.old_files import OUTGROWN, everything, lost, put_old

Confirm = Callable[[str], None]
"""Confirms that something is done, as a message to a user would."""

ENTRIES = 60  # entries, before any work
ADDED, EDITED, REMOVED = 12, 15, 12
ROWS, TEXTS_A_ROW = 500, 3
COPIES = 3


@dataclass(frozen=True)
class Scenario:
    """`work` is done in a folder with a collection in `faq.db`, and continues with what it finds;
    `begin` prepares the folder. `nothing_lost` asserts, after any kill, that what was confirmed is
    there; `finished`, that the work is done. `sound` says that a check finds nothing even after a
    kill."""

    work: Callable[[Path, Confirm], None]
    nothing_lost: Callable[[Store, Sequence[str]], None]
    finished: Callable[[Store], None]
    points: Mapping[FaultPoint, int]
    begin: Callable[[Path], None] = field(default=lambda place: None)
    sound: bool = True


def collection(place: Path) -> Collection:
    return Collection(open_store(place / "faq.db"), WordCountEmbedder(), "ada")


def a_collection(place: Path) -> None:
    """Make the collection that every scenario begins with."""
    place.mkdir(parents=True, exist_ok=True)
    made = collection(place)
    contents = [
        Content(
            f"{WORDS[number % 9]} {number}",
            answer="0",
            key=f"key-{number}",
            phrasings=(f"{WORDS[number % 7]} card {number}",),
        )
        for number in range(1, ENTRIES + 1)
    ]
    texts = [text for content in contents for text in content.texts]
    made.add_many(contents, made.embed(texts))
    made.store.close()


def folder_of(store: Store) -> Path:
    return Path(store.info().location).parent


# Adding


def add(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    keys = [f"new-{number}" for number in range(ADDED)]
    there = own.store.entries.ids("key", keys)
    for key in keys:
        if key not in there:
            own.add(Content(f"plan {key}", "new", key, phrasings=(f"price {key}",)))
            confirm(key)


def added(store: Store, confirmed: Sequence[str]) -> None:
    assert store.entries.ids("key", confirmed).keys() == set(confirmed)


# Importing


def write_table(place: Path) -> None:
    with (place / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("key", "question", "answer", "phrasings"))
        for number in range(ROWS):
            ways = "\n".join(f"{WORDS[way]} {number}" for way in range(1, TEXTS_A_ROW))
            writer.writerow((f"new-{number}", f"login {number}", "new", ways))


def import_table(place: Path, confirm: Confirm) -> None:
    def progress(report: ImportReport) -> None:
        confirm(str(report.added + report.skipped))

    with opened_table(place / "table.csv") as table:
        import_entries(collection(place), table, progress=progress)


def import_duplicates(place: Path, confirm: Confirm) -> None:
    """Import a file whose every row is added, whatever is there: only a mark says which rows were
    imported before a kill."""

    def progress(report: ImportReport) -> None:
        confirm(str(report.added + report.skipped))

    path = place / "table.csv"
    with opened_table(path) as table:
        columns = {field: name for field, name in chosen(table).items() if field != "key"}
        mark = mark_of(path, columns, "add")
        own = collection(place)
        with suppress(AlreadyImported):  # killed after its end, it asks
            import_entries(own, table, "add", columns, file=mark, progress=progress)


def imported(store: Store, confirmed: Sequence[str]) -> None:
    assert store.info().entries >= ENTRIES + max(map(int, confirmed), default=0)


def export_files(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    for number in range(COPIES):
        path = place / f"{number}.csv"
        export(path, lambda file: write_entries(file, CSV, own.all_entries()))
        confirm(path.name)


def exported(store: Store, confirmed: Sequence[str]) -> None:
    there = sorted(folder_of(store).glob("[0-9].csv"))
    assert {path.name for path in there} >= set(confirmed)
    for path in there:
        with opened_table(path) as table:
            assert sum(1 for _ in table.rows) == ENTRIES


# Editing: each edit makes one entry's answer a number that is larger by one


def count_up(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    while (entry := own.store.entries.get([1])[0]).version <= EDITED:
        number = int(entry.content.answer) + 1
        ways = (f"card {number}", f"{WORDS[number % 9]} {number}")
        own.edit(entry, replace(entry.content, answer=str(number), phrasings=ways))
        confirm(str(number))


def counted(store: Store, confirmed: Sequence[str]) -> None:
    [entry] = store.entries.get([1])
    assert int(entry.content.answer) == entry.version - 1 >= max(map(int, confirmed), default=0)
    assert len(store.entries.revisions(1)) == entry.version


# Into the bin, and out of it


def remove(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    for entry_id in range(1, REMOVED + 1):
        own.remove([entry_id])
        confirm(str(entry_id))


def removed(store: Store, confirmed: Sequence[str]) -> None:
    assert all(entry.deleted for entry in store.entries.get([int(line) for line in confirmed]))


def some_in_the_bin(place: Path) -> None:
    own = collection(place)
    own.remove(range(1, REMOVED + 1))
    own.store.close()


def restore(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    for entry_id in range(1, REMOVED + 1):
        own.restore([entry_id])
        confirm(str(entry_id))


def restored(store: Store, confirmed: Sequence[str]) -> None:
    assert not any(entry.deleted for entry in store.entries.get([int(line) for line in confirmed]))


def purge(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    for entry_id in range(1, REMOVED + 1):
        own.purge([entry_id])
        confirm(str(entry_id))


def purged(store: Store, confirmed: Sequence[str]) -> None:
    there = {entry.id for entry in store.entries.get(range(1, REMOVED + 1))}
    assert there.isdisjoint(map(int, confirmed))
    assert len(there) >= REMOVED - len(confirmed) - 1  # the last one was not confirmed


# Another model, and repair


def in_small_parts(texts: int = 25) -> Any:
    from faq import reembedding

    reembedding.TEXTS_AT_ONCE = texts
    return reembedding


def change_model(place: Path, confirm: Confirm) -> None:
    in_small_parts()
    own = collection(place)
    reembed(own.store, own.embedder, Contrary(), lambda done, total: confirm(str(done)))
    switch(own.store, Contrary())
    confirm("switched")


def changed(store: Store, confirmed: Sequence[str]) -> None:
    sets = {one.model.fingerprint: one for one in store.vectors.sets()}
    [active] = [one for one in sets.values() if one.active]
    assert active.missing == 0
    if "switched" in confirmed:
        assert active.model.fingerprint == "contrary"
    counts = [int(line) for line in confirmed if line != "switched"]
    if counts:
        assert sets["contrary"].vectors >= max(counts)


# Answers of an older collection


def an_older_one(place: Path) -> None:
    for file in place.glob("faq.db*"):
        file.unlink()
    put_old(8, place / "faq.db")


def read_to_the_end(place: Path, confirm: Confirm) -> None:
    in_small_parts(3)
    own = collection(place)
    complete(own.store, own.embedder, lambda done, total: confirm(f"{done} of {total}"))
    confirm("complete")


def is_read(store: Store, confirmed: Sequence[str]) -> None:
    resident = store.vectors.resident(fingerprint="word-count")
    for entry in store.entries.get([10, 12]):
        vectors, passages = len(resident.answer_of(entry.id)), len(entry.content.passages)
        assert 1 <= vectors <= passages
        assert vectors == passages or "complete" not in confirmed


def damage(place: Path) -> None:
    connection = connect(place / "faq.db")
    connection.execute(
        "DELETE FROM vector_1_phrasing WHERE rowid > 10;"
        "UPDATE vector_1_phrasing SET category = 'x' WHERE rowid = 3;"
        "DELETE FROM keyword WHERE rowid > 7; DELETE FROM vector_1_answer WHERE rowid > 9;"
        "UPDATE vector_1_answer SET embedding = zeroblob(40)"
    )
    connection.close()


def repair_all(place: Path, confirm: Confirm) -> None:
    in_small_parts()
    own = collection(place)
    repair(own.store, own.embedder, lambda done, total: confirm(str(done)))


def repaired(store: Store, confirmed: Sequence[str]) -> None:
    [own] = store.vectors.sets()
    assert own.vectors >= max(map(int, confirmed), default=0)
    pages = store.entries.page(EntryFilter(), limit=ENTRIES)
    assert [entry.content.key for entry in pages.entries] == [
        f"key-{number}" for number in range(1, ENTRIES + 1)
    ]


# Backup and restore, and an older schema


def back_up(place: Path, confirm: Confirm) -> None:
    own = collection(place)
    for number in range(COPIES):
        path = place / "copies" / f"{number}.db"
        if not path.exists():
            own.store.upkeep.backup(path)
        confirm(path.name)


def copy_it(place: Path, confirm: Confirm) -> None:
    (place / "copies").mkdir(exist_ok=True)
    for number in range(COPIES):
        path = place / "copies" / f"{number}.db"
        if not path.exists():
            copy_collection(
                place / "faq.db",
                path,
                backups=place,
                replace=False,
                progress=lambda done, total: None,
            )
        confirm(path.name)


def backed_up(store: Store, confirmed: Sequence[str]) -> None:
    there = list((folder_of(store) / "copies").glob("[0-9]*.db"))
    assert {path.name for path in there} >= set(confirmed)
    for path in there:  # also one of which nobody was confirmed
        copy = open_store(path, create=False)
        assert (copy.info().entries, copy.upkeep.check().problems) == (ENTRIES, ())
        copy.close()


def back_up_and_add(place: Path) -> None:
    own = collection(place)
    own.store.upkeep.backup(place / "copy.db")
    add(place, lambda key: None)
    own.store.close()


def restore_backup(place: Path, confirm: Confirm) -> None:
    restore_store(place / "copy.db", place / "faq.db")
    confirm("put back")


def is_restored(store: Store, confirmed: Sequence[str]) -> None:
    entries = store.info().entries
    assert entries in ((ENTRIES,) if confirmed else (ENTRIES, ENTRIES + ADDED))
    if entries == ENTRIES:
        kept = [open_store(path) for path in folder_of(store).glob("faq-replaced-*.db")]
        assert ENTRIES + ADDED in [one.info().entries for one in kept]
        for one in kept:
            one.close()


def an_old_one(place: Path) -> None:
    for file in place.glob("faq.db*"):
        file.unlink()
    for name in ("faq.db", "was.db"):
        put_old(OUTGROWN[0], place / name)


def open_it(place: Path, confirm: Confirm) -> None:
    open_store(place / "faq.db").close()
    confirm("opened")


def is_up_to_date(store: Store, confirmed: Sequence[str]) -> None:
    assert store.info().schema_version == newest_schema()
    place = folder_of(store)
    assert lost(everything(place / "was.db"), everything(place / "faq.db")) == []


def entries_are(count: int) -> Callable[[Store], None]:
    def finished(store: Store) -> None:
        assert store.info().entries == count

    return finished


def whole(
    nothing_lost: Callable[[Store, Sequence[str]], None], *confirmed: str
) -> Callable[[Store], None]:
    """Return what asserts that everything was done that would be confirmed."""
    return lambda store: nothing_lost(store, confirmed)


SCENARIOS: Mapping[str, Scenario] = {
    "add": Scenario(
        add, added, entries_are(ENTRIES + ADDED), {"add: written": 3, "add: committed": 3}
    ),
    "import": Scenario(
        import_table,
        imported,
        entries_are(ENTRIES + ROWS),
        {
            "import: part embedded": 2,
            "add: written": 2,
            "add: committed": 2,
            "import: part committed": 2,
            "import: done": 1,
        },
        begin=write_table,
    ),
    "import of every row": Scenario(
        import_duplicates,
        imported,
        entries_are(ENTRIES + ROWS),
        {
            "import: part embedded": 2,
            "add: written": 2,
            "add: committed": 2,
            "import: part committed": 2,
            "import: done": 1,
        },
        begin=write_table,
    ),
    "export": Scenario(
        export_files,
        exported,
        whole(exported, *(f"{number}.csv" for number in range(COPIES))),
        {"export: written": 2},
    ),
    "edit": Scenario(
        count_up,
        counted,
        whole(counted, str(EDITED)),
        {"edit: written": 3, "edit: committed": 3},
    ),
    "remove": Scenario(
        remove,
        removed,
        entries_are(ENTRIES - REMOVED),
        {"remove: written": 3, "remove: committed": 3},
    ),
    "restore": Scenario(
        restore,
        restored,
        entries_are(ENTRIES),
        {"remove: written": 3, "remove: committed": 3},
        begin=some_in_the_bin,
    ),
    "purge": Scenario(
        purge,
        purged,
        whole(purged, *map(str, range(1, REMOVED + 1))),
        {"purge: written": 3, "purge: committed": 3},
        begin=some_in_the_bin,
    ),
    "another model": Scenario(
        change_model,
        changed,
        whole(changed, "switched"),
        {
            "fill: written": 3,
            "fill: committed": 3,
            "switch: written": 1,
            "switch: committed": 1,
        },
    ),
    "repair": Scenario(
        repair_all,
        repaired,
        entries_are(ENTRIES),
        {
            "repair: written": 1,
            "repair: committed": 1,
            "fill: written": 2,
            "fill: committed": 2,
        },
        begin=damage,
        sound=False,
    ),
    "copy": Scenario(
        copy_it,
        backed_up,
        whole(backed_up, *(f"{number}.db" for number in range(COPIES))),
        {"copy: written": 2, "copy: committed": 2},
    ),
    "long answers": Scenario(
        read_to_the_end,
        is_read,
        whole(is_read, "complete"),
        {"fill: written": 2, "fill: committed": 2},
        begin=an_older_one,
    ),
    "backup": Scenario(
        back_up,
        backed_up,
        whole(backed_up, *(f"{number}.db" for number in range(COPIES))),
        {"backup: copied": 2, "backup: verified": 2, "backup: named": 2},
    ),
    "restore a backup": Scenario(
        restore_backup,
        is_restored,
        whole(is_restored, "put back"),
        {"restore: checked": 1, "restore: kept the old one": 1, "restore: replaced": 1},
        begin=back_up_and_add,
    ),
    "an older schema": Scenario(
        open_it,
        is_up_to_date,
        whole(is_up_to_date),
        {"migration: backed up": 1, "migration: step written": 2, "migration: committed": 1},
        begin=an_old_one,
    ),
}


def begun(scenario: Scenario, template: Path, place: Path) -> None:
    """Make the folder in which a scenario begins, from one with the collection."""
    shutil.copytree(template, place)
    scenario.begin(place)


def confirmed_in(place: Path) -> Iterator[str]:
    """Yield what was confirmed, but for a line that was cut off."""
    file = place / "confirmed"
    if file.exists():
        yield from file.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
