"""What a reader may do, and that nothing gets round it."""

import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, cast

import apsw
import numpy as np
import pytest

from faq import query_log
from faq.access import ADMINS_JOBS, WRITES, NotAllowed, Role, require, restricted
from faq.collection import Collection, ReadableCollection, recorded
from faq.inbox.suggestions import suggest
from faq.jobs import Progress, start_job
from faq.query_log import LogPolicy
from faq.transfer.dataset import export_parquet
from faq.transfer.exporting import write_embeddings
from store import (
    Content,
    Embeddings,
    Entry,
    EntryFilter,
    LoggedQuery,
    ReadableStore,
    Status,
    Store,
    SuggestedPhrasing,
    open_store,
)
from tests.fakes import WordCountEmbedder

ROOT = Path(__file__).parents[2]
SENTENCE = "You may read this collection and ask it, but not change it. Nothing was changed."
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VECTOR = WordCountEmbedder().encode_query("lost card")
NAME = "word-count"  # of a fingerprint
NONE = Embeddings(recorded(WordCountEmbedder().model), {})


@pytest.fixture
def filled(collection: Collection) -> Entry:
    """One entry, a second one, and one in the bin."""
    entry = collection.add(Content("lost card", "Call us.", phrasings=("card gone",)))
    collection.add(Content("price plan"))
    collection.remove([collection.add(Content("refund")).id])
    return entry


@pytest.fixture
def readers(store: Store, filled: Entry, embedder: WordCountEmbedder) -> ReadableCollection:
    """The same collection as a reader may use it."""
    return ReadableCollection(restricted(store, Role.READER), embedder, "rea")


@pytest.fixture
def unchanged(tmp_path: Path) -> Callable[[], bool]:
    """Return whether the file is as it was when this was last asked, whatever is done to it."""
    watching = apsw.Connection(str(tmp_path / "faq.db"))
    seen: list[object] = []

    def asked() -> bool:
        seen.append(watching.pragma("data_version"))
        return len(seen) < 2 or seen[-1] == seen[-2]

    return asked


# The store

PARTS = ("entries", "vectors", "words", "log", "settings")
READ: dict[str, Callable[[ReadableStore], Any]] = {
    "entries.changes_since": lambda s: s.entries.changes_since(0),
    "entries.counts": lambda s: s.entries.counts("category"),
    "entries.get": lambda s: s.entries.get([1]),
    "entries.ids": lambda s: s.entries.ids("key", ["a"]),
    "entries.page": lambda s: s.entries.page(EntryFilter()),
    "entries.revisions": lambda s: s.entries.revisions(1),
    "vectors.nearest": lambda s: s.vectors.nearest(VECTOR, 3, fingerprint=NAME),
    "vectors.resident": lambda s: s.vectors.resident(fingerprint=NAME),
    "words.counts": lambda s: s.words.counts(Content("lost card")),
    "words.kept": lambda s: s.words.kept(["card"]),  # type: ignore[attr-defined]
    "words.occurrences": lambda s: s.words.occurrences(["card"]),
    "words.known": lambda s: s.words.known(),
    "words.search": lambda s: s.words.search("card", 3),
    "settings.read": lambda s: s.settings.read("import"),
    "state": lambda s: s.state(),
    "info": lambda s: s.info(),
    "close": lambda s: s.close(),
}
READERS_WRITES = {"log.add", "log.rate", "log.suggest"}


def methods(part: object) -> set[str]:
    """The public methods of a part."""
    return {n for n in dir(part) if not n.startswith("_") and callable(getattr(part, n))}


def test_a_readers_store_has_what_reads_and_what_asking_writes(readers: ReadableCollection) -> None:
    store = readers.store
    had = {f"{part}.{name}" for part in PARTS for name in methods(getattr(store, part))}
    assert had | (methods(store) - set(PARTS)) == READ.keys() | READERS_WRITES
    assert not hasattr(store, "jobs") and not hasattr(store, "upkeep")


def test_a_reader_reads_and_so_changes_nothing(
    readers: ReadableCollection, unchanged: Callable[[], bool]
) -> None:
    unchanged()
    for name, read in READ.items():
        read(readers.store)
        assert unchanged(), name


def test_an_admin_without_a_sign_in_has_the_store_itself(store: Store) -> None:
    assert restricted(store, Role.ADMIN) is store


@pytest.mark.parametrize(
    ("role", "least", "says"),
    [
        (Role.READER, Role.EDITOR, SENTENCE),
        (Role.READER, Role.ADMIN, SENTENCE),
        (Role.EDITOR, Role.ADMIN, "This is for admins. Nothing was changed."),
        (None, Role.READER, "You have no access to this collection any more."),
    ],
)
def test_a_weaker_role_is_refused(role: Role | None, least: Role, says: str) -> None:
    with pytest.raises(NotAllowed, match=says):
        require(role, least)


# How each method that writes is called, and by whom it may be.
WRITTEN: dict[str, tuple[Role, Callable[[Store, Entry], Any]]] = {
    "entries.add": (Role.EDITOR, lambda s, e: s.entries.add([], NONE, "ed")),
    "entries.edit": (Role.EDITOR, lambda s, e: s.entries.edit([], NONE, "ed")),
    "entries.set_deleted": (Role.EDITOR, lambda s, e: s.entries.set_deleted([e.id], True, "ed")),
    "entries.purge": (Role.ADMIN, lambda s, e: s.entries.purge([3])),
    "vectors.fill": (Role.EDITOR, lambda s, e: fill(s)),
    "vectors.switch": (Role.ADMIN, lambda s, e: s.vectors.switch(NAME)),
    "vectors.drop": (Role.ADMIN, lambda s, e: s.vectors.drop("other")),
    "log.delete": (Role.ADMIN, lambda s, e: s.log.delete()),
    "jobs.start": (Role.EDITOR, lambda s, e: start(s, "import")),
    "jobs.cancel": (Role.EDITOR, lambda s, e: s.jobs.cancel(1)),
    "settings.write": (Role.EDITOR, lambda s, e: s.settings.write({"unsaved a": "b"})),
    "upkeep.backup": (Role.ADMIN, lambda s, e: s.upkeep.backup(Path(s.info().location + ".copy"))),
    "upkeep.repair": (Role.ADMIN, lambda s, e: s.upkeep.repair()),
    **{
        f"start {kind}": (Role.ADMIN, lambda s, e, kind=kind: start(s, kind))
        for kind in sorted(ADMINS_JOBS)
    },
    **{
        f"set {name}": (Role.ADMIN, lambda s, e, name=name: s.settings.write({name: "{}"}))
        for name in ("collection_name", "query_log", "typing", "access", "access ended")
    },
}
# What a checked store has beside what it checks: it reads, or writes what asking brings along.
FREE = {
    *("entries." + n for n in ("changes_since", "counts", "get", "ids", "page", "revisions")),
    *("vectors." + n for n in ("is_held", "nearest", "resident", "sets", "texts")),
    *("log." + n for n in ("add", "rate", "suggest", "page", "suggestions")),
    *("jobs." + n for n in ("beat", "finish", "latest")),
    *("settings.read", "upkeep.check"),
}


def fill(store: Store) -> None:
    model = store.state().model
    assert model is not None
    vectors = np.empty((0, model.dimension), np.float32)
    store.vectors.fill(model, "phrasing", [], vectors)


def start(store: Store, kind: str) -> None:
    job = store.jobs.start(
        kind, owner="x/1/y", actor="ed", total=None, silent_after=timedelta(seconds=1)
    )
    store.jobs.finish(job.id, owner=job.owner, state="done", result="")


def test_every_method_that_writes_is_checked(store: Store) -> None:
    had = {f"{part}.{name}" for part in WRITES for name in methods(getattr(store, part))}
    checked = {f"{part}.{name}" for part, names in WRITES.items() for name in names}
    assert had == checked | FREE
    assert checked <= WRITTEN.keys()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_everybody_writes_what_is_theirs_and_only_while_it_is(
    role: Role, store: Store, filled: Entry, unchanged: Callable[[], bool]
) -> None:
    held: list[Role | None] = [role]
    checked = cast(Store, restricted(store, role, lambda: held[0]))
    for name, (least, write) in WRITTEN.items():
        for now in (None, Role.READER):
            held[0] = now
            unchanged()
            with pytest.raises(NotAllowed):
                write(checked, filled)
            assert unchanged(), name
        held[0] = role
        if role.includes(least):
            write(checked, filled)
        else:
            with pytest.raises(NotAllowed, match="This is for admins"):
                write(checked, filled)


def test_work_that_runs_stops_where_the_role_of_whoever_began_it_is_taken_away(
    store: Store, filled: Entry, embedder: WordCountEmbedder
) -> None:
    held: list[Role | None] = [Role.EDITOR]
    checked = cast(Store, restricted(store, Role.EDITOR, lambda: held[0]))
    theirs, begun, taken = Collection(checked, embedder, "ed"), Event(), Event()

    def work(progress: Progress) -> str:
        theirs.add(Content("first"))
        begun.set()
        assert taken.wait(60)
        theirs.add(Content("second"))
        return "done"

    job = start_job(checked, "import", "ed", None, work)
    assert begun.wait(60)
    held[0] = None
    taken.set()
    [thread] = [one for one in threading.enumerate() if one.name == "job import"]
    thread.join(60)
    ended = store.jobs.latest("import")
    assert ended is not None and (ended.id, ended.state) == (job.id, "failed")
    assert ended.result.startswith("You have no access to this collection any more.")
    assert [one.content.question for one in theirs.all_entries()][-1] == "first"


# The collection

ASKED: dict[str, Callable[[ReadableCollection, Entry], object]] = {
    "asked": lambda c, e: c.asked(["lost card"]),
    "all_entries": lambda c, e: list(c.all_entries()),
    "embedded_entries": lambda c, e: list(c.embedded_entries()),
    "forms": lambda c, e: c.forms(["lost card"]),
    "get": lambda c, e: c.get(e.id),
    "least_similar": lambda c, e: c.least_similar(),
    "log": lambda c, e: c.log(c.search("lost card")),
    "ranking": lambda c, e: c.ranking(),
    "resident": lambda c, e: c.resident(),
    "search": lambda c, e: c.search("lost card"),
    "search_many": lambda c, e: list(c.search_many(["lost card"])),
    "search_words": lambda c, e: c.search_words("lost card", why=""),
    "similar": lambda c, e: c.similar("lost card"),
}


def test_every_method_of_a_readers_collection_is_tried_here(readers: ReadableCollection) -> None:
    assert methods(readers) - {"embedder"} == ASKED.keys()
    assert methods(Collection) - methods(ReadableCollection) == {
        *("add", "add_many", "edit", "edit_many", "embed", "purge", "remove"),
        *("rename", "restore"),
    }


def test_a_reader_asks(readers: ReadableCollection, filled: Entry) -> None:
    for name, ask in ASKED.items():
        assert ask(readers, filled), name


def test_what_changes_a_collection_does_not_take_a_readers(tmp_path: Path) -> None:
    """The types refuse it: `make test` runs mypy over the program, and here over a program that
    tries."""
    tries = tmp_path / "tries.py"
    tries.write_text(
        "from faq import jobs, query_log\n"
        "from faq.collection import ReadableCollection\n"
        "from faq.editing import merging\n"
        "from faq.transfer.importing import import_entries\n"
        "from store import Entry, ReadableStore\n"
        "def f(c: ReadableCollection, s: ReadableStore, e: Entry) -> None:\n"
        "    c.add(e.content)\n"
        "    s.entries.purge([1])\n"
        "    s.log.delete()\n"
        "    s.settings.write({})\n"
        "    s.upkeep.repair()\n"
        "    merging.merge(c, e, e, e.content)\n"
        "    query_log.set_policy(s, query_log.LogPolicy())\n"
        "    jobs.start_job(s, 'import', 'rea', None, lambda p: '')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".mypy_cache", str(tries)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = set(re.findall(r"tries\.py:(\d+): error", done.stdout))
    assert errors == {str(line) for line in range(7, 15)}, done.stdout


def naming(function: str) -> set[str]:
    """The modules outside store/ that name a function other than to define it."""
    return {
        file.relative_to(ROOT).as_posix()
        for part in ("faq", "ui", "pages")
        for file in (ROOT / part).rglob("*.py")
        if re.search(rf"(?<!def )\b{function}\b", file.read_text(encoding="utf-8"))
    }


def test_stores_are_opened_where_the_role_is_known_and_nowhere_else() -> None:
    assert naming("open_store") == naming("restricted") == {"faq/cli/command.py", "ui/context.py"}


# What is not published


@pytest.fixture
def unpublished(collection: Collection) -> list[Entry]:
    """A draft and an archived entry."""
    contents = [Content("new plan", status=status) for status in (Status.DRAFT, Status.ARCHIVED)]
    return [collection.add(content) for content in contents]


def test_a_reader_sees_what_is_published_alone(
    readers: ReadableCollection, filled: Entry, unpublished: list[Entry]
) -> None:
    published = [filled, *readers.store.entries.get([2])]
    assert list(readers.all_entries()) == published
    assert [entry for entry, _ in readers.embedded_entries()] == published
    assert readers.store.entries.get([entry.id for entry in unpublished]) == []
    assert readers.store.entries.page(EntryFilter(category=""), limit=1).total == 2
    for where in (EntryFilter(status=Status.DRAFT), EntryFilter(deleted=True)):
        assert readers.store.entries.page(where).entries == ()


def test_a_readers_files_hold_what_is_published_alone(
    readers: ReadableCollection, unpublished: list[Entry], filled: Entry, tmp_path: Path
) -> None:
    vectors = io.BytesIO()
    assert write_embeddings(readers, vectors) == len(list(readers.all_entries())) == 2
    assert len(vectors.getvalue().splitlines()) == 1 + 2
    assert export_parquet(readers, tmp_path / "t.parquet") == 2


# What a reader's question brings along


def asked(text: str, days_ago: float = 0) -> LoggedQuery:
    at = NOW - timedelta(days=days_ago)
    return LoggedQuery(text, "cosine", True, 1, 0.75, 0.006, 0.004, 0.010, at)


def test_a_readers_question_is_logged_and_takes_along_what_is_too_old(
    readers: ReadableCollection, store: Store
) -> None:
    store.log.add(asked("old", 400))
    kept = query_log.keep(readers.store, readers.store.state(), asked("lost card"), "rea")
    assert kept is not None
    readers.store.log.rate(kept, -1)
    assert [(query.text, query.thumb) for query in store.log.page(9).queries] == [("lost card", -1)]


@pytest.mark.parametrize("names", [True, False])
def test_a_reader_suggests_with_a_name_where_the_log_keeps_names(
    names: bool, readers: ReadableCollection, store: Store, filled: Entry
) -> None:
    query_log.set_policy(store, LogPolicy(names=names))
    suggest(readers, filled.id, "  where is\n it ")
    [one] = store.log.suggestions(9)
    expected = SuggestedPhrasing("where is it", filled.id, one.at, "rea" if names else "", one.id)
    assert one == expected


def test_whoever_opens_the_file_as_an_editor_may_do_everything(
    tmp_path: Path, readers: ReadableCollection, embedder: WordCountEmbedder
) -> None:
    added = Collection(open_store(tmp_path / "faq.db"), embedder, "ada").add(Content("login"))
    assert readers.get(added.id) == added
