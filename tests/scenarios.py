"""Work that may be cut off at any moment and begun again.

A new fault point needs a scenario that passes it: write its `work`, say what must hold, and list
the point in `points`, with the pass at which the work is killed there.
"""

import csv
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from faq.collection import Collection
from faq.csv_table import opened, read_rows
from faq.importing import ImportReport, import_entries
from faq.reembedding import embed_anew, switch
from faq.repair import repair
from store import Content, EntryFilter, Store, open_store
from store.fault_points import FaultPoint
from store.sqlite.database import connect
from tests.fakes import WORDS, Contrary, WordCountEmbedder

Tell = Callable[[str], None]
"""Acknowledges that something is done, as a user would be told."""

STANDING = 60  # entries, before any work
ADDED, EDITED, REMOVED = 12, 15, 12
ROWS, TEXTS_A_ROW = 500, 3


@dataclass(frozen=True)
class Scenario:
    """`work` is done in a folder with a collection in `faq.db`, and goes on with what it finds;
    `begin` has made that what it should be. `holds` asserts that nothing is lost of what was told,
    after any kill; `finished`, that the work is done. `sound` says that a check finds nothing even
    after a kill."""

    work: Callable[[Path, Tell], None]
    holds: Callable[[Store, Sequence[str]], None]
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
        for number in range(1, STANDING + 1)
    ]
    texts = [text for content in contents for text in content.texts]
    made.add_many(contents, made.embed(texts))
    made.store.close()


# Adding


def add(place: Path, tell: Tell) -> None:
    own = collection(place)
    keys = [f"new-{number}" for number in range(ADDED)]
    there = own.store.ids_by_key(keys)
    for key in keys:
        if key not in there:
            own.add(Content(f"plan {key}", "new", key, phrasings=(f"price {key}",)))
            tell(key)


def added(store: Store, told: Sequence[str]) -> None:
    assert store.ids_by_key(told).keys() == set(told)


# Importing


def bring_table(place: Path) -> None:
    with (place / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("key", "question", "answer", "phrasings"))
        for number in range(ROWS):
            ways = "\n".join(f"{WORDS[way]} {number}" for way in range(1, TEXTS_A_ROW))
            writer.writerow((f"new-{number}", f"login {number}", "new", ways))


def bring(place: Path, tell: Tell) -> None:
    def progress(report: ImportReport) -> None:
        tell(str(report.added + report.skipped))

    with opened(place / "table.csv") as file:
        import_entries(collection(place), read_rows(file, "question"), progress=progress)


def brought(store: Store, told: Sequence[str]) -> None:
    assert store.info().entries >= STANDING + max(map(int, told), default=0)


# Editing: each edit makes one entry's answer a number that is larger by one


def count_up(place: Path, tell: Tell) -> None:
    own = collection(place)
    while (entry := own.store.get([1])[0]).version <= EDITED:
        number = int(entry.content.answer) + 1
        ways = (f"card {number}", f"{WORDS[number % 9]} {number}")
        own.edit(entry, replace(entry.content, answer=str(number), phrasings=ways))
        tell(str(number))


def counted(store: Store, told: Sequence[str]) -> None:
    [entry] = store.get([1])
    assert int(entry.content.answer) == entry.version - 1 >= max(map(int, told), default=0)
    assert len(store.revisions(1)) == entry.version


# Into the bin, and out of it


def remove(place: Path, tell: Tell) -> None:
    own = collection(place)
    for entry_id in range(1, REMOVED + 1):
        own.remove([entry_id])
        tell(str(entry_id))


def removed(store: Store, told: Sequence[str]) -> None:
    assert all(entry.deleted for entry in store.get([int(line) for line in told]))


def some_in_the_bin(place: Path) -> None:
    own = collection(place)
    own.remove(range(1, REMOVED + 1))
    own.store.close()


def restore(place: Path, tell: Tell) -> None:
    own = collection(place)
    for entry_id in range(1, REMOVED + 1):
        own.restore([entry_id])
        tell(str(entry_id))


def restored(store: Store, told: Sequence[str]) -> None:
    assert not any(entry.deleted for entry in store.get([int(line) for line in told]))


# Another model, and repair


class Telling:
    """Tells how far a job is, in the place of `faq.jobs.Progress`."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def report(self, done: int, total: int | None) -> None:
        self.tell(str(done))


def in_small_parts() -> Any:
    from faq import reembedding

    reembedding.TEXTS_AT_ONCE = 25
    return reembedding


def change_model(place: Path, tell: Tell) -> None:
    in_small_parts()
    own = collection(place)
    embed_anew(own.store, own.embedder, Contrary(), Telling(tell))
    switch(own.store, Contrary())
    tell("switched")


def changed(store: Store, told: Sequence[str]) -> None:
    sets = {one.model.fingerprint: one for one in store.vector_sets()}
    [active] = [one for one in sets.values() if one.active]
    assert active.lacking == 0
    if "switched" in told:
        assert active.model.fingerprint == "contrary"
    counts = [int(line) for line in told if line != "switched"]
    if counts:
        assert sets["contrary"].vectors >= max(counts)


def damage(place: Path) -> None:
    connection = connect(place / "faq.db")
    connection.execute(
        "DELETE FROM vector_1_phrasing WHERE rowid > 10;"
        "UPDATE vector_1_phrasing SET category = 'x' WHERE rowid = 3;"
        "DELETE FROM keyword WHERE rowid > 7; DELETE FROM answer_vector WHERE entry_id > 9;"
        "UPDATE answer_vector SET embedding = zeroblob(40)"
    )
    connection.close()


def mend(place: Path, tell: Tell) -> None:
    in_small_parts()
    own = collection(place)
    repair(own.store, own.embedder, Telling(tell))


def mended(store: Store, told: Sequence[str]) -> None:
    [own] = store.vector_sets()
    assert own.vectors >= max(map(int, told), default=0)
    pages = store.page(EntryFilter(), limit=STANDING)
    assert [entry.content.key for entry in pages.entries] == [
        f"key-{number}" for number in range(1, STANDING + 1)
    ]


def entries_are(count: int) -> Callable[[Store], None]:
    def finished(store: Store) -> None:
        assert store.info().entries == count

    return finished


def whole(holds: Callable[[Store, Sequence[str]], None], *told: str) -> Callable[[Store], None]:
    """Return what asserts that everything was done that would be told."""
    return lambda store: holds(store, told)


SCENARIOS: Mapping[str, Scenario] = {
    "add": Scenario(
        add, added, entries_are(STANDING + ADDED), {"add: written": 3, "add: committed": 3}
    ),
    "import": Scenario(
        bring,
        brought,
        entries_are(STANDING + ROWS),
        {"add: written": 2, "add: committed": 2},
        begin=bring_table,
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
        entries_are(STANDING - REMOVED),
        {"remove: written": 3, "remove: committed": 3},
    ),
    "restore": Scenario(
        restore,
        restored,
        entries_are(STANDING),
        {"remove: written": 3, "remove: committed": 3},
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
        mend,
        mended,
        entries_are(STANDING),
        {
            "repair: written": 1,
            "repair: committed": 1,
            "fill: written": 2,
            "fill: committed": 2,
        },
        begin=damage,
        sound=False,
    ),
}


def begun(scenario: Scenario, template: Path, place: Path) -> None:
    """Make the folder in which a scenario begins, from one with the collection."""
    shutil.copytree(template, place)
    scenario.begin(place)


def told_in(place: Path) -> Iterator[str]:
    """Yield what was acknowledged, but for a line that was cut off."""
    file = place / "told"
    if file.exists():
        yield from file.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
