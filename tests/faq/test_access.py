"""What a reader may do, and that nothing gets round it."""

import inspect
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest

from faq import access, backups, jobs, query_log, reembedding, samples
from faq import threshold as thresholds
from faq.access import READERS_WRITES, READING, NotAllowed, Role, refuse_reader, restricted
from faq.collection import Collection
from faq.editing import bulk, merging
from faq.evaluation.calibration import calibrate, start_calibration
from faq.evaluation.comparison import start_comparison
from faq.evaluation.queries import keep_labelled
from faq.inbox import stale
from faq.inbox.suggestions import Learned, learn, suggest, unlearn
from faq.query_log import LogPolicy
from faq.repair import repair
from faq.transfer.dataset import export_parquet
from faq.transfer.exporting import write_embeddings
from faq.transfer.importing import import_entries
from faq.transfer.table import Table
from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    LoggedQuery,
    Status,
    Store,
    SuggestedPhrasing,
    open_store,
)
from tests.fakes import WordCountEmbedder

ROOT = Path(__file__).parents[2]
SENTENCE = "This Askwell is for readers"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VECTOR = WordCountEmbedder().encode_query("lost card")
NAME = "word-count"  # of a fingerprint
NONE = Embeddings(NAME, {})

METHODS = {
    name
    for one in inspect.getmro(Store)
    for name, value in vars(one).items()
    if inspect.isfunction(value) and not name.startswith("_")
}
SEEN = {"read_only"}  # not called


@pytest.fixture
def filled(collection: Collection) -> Entry:
    """One entry, a second one, and one in the bin."""
    entry = collection.add(Content("lost card", "Call us.", phrasings=("card gone",)))
    collection.add(Content("price plan"))
    collection.remove([collection.add(Content("refund")).id])
    return entry


@pytest.fixture
def readers(store: Store, filled: Entry, embedder: WordCountEmbedder) -> Collection:
    """The same collection in the hands of a reader."""
    return Collection(restricted(store, Role.READER), embedder, "rea")


@pytest.fixture
def unchanged(tmp_path: Path) -> Callable[[], bool]:
    """Tell whether the file is as it was when this was last asked, whatever is done to it."""
    watching = apsw.Connection(str(tmp_path / "faq.db"))
    seen: list[object] = []

    def asked() -> bool:
        seen.append(watching.pragma("data_version"))
        return len(seen) < 2 or seen[-1] == seen[-2]

    return asked


# The store

READ: dict[str, Callable[[Store], Any]] = {
    "categories": lambda s: s.categories(),
    "changes_since": lambda s: s.changes_since(0),
    "check": lambda s: s.check(),
    "count_queries": lambda s: s.count_queries(),
    "damage": lambda s: s.damage(),
    "dismissed": lambda s: s.dismissed(),
    "embedded_entries": lambda s: list(s.embedded_entries(fingerprint=NAME)),
    "entry_tests": lambda s: s.entry_tests(),
    "get": lambda s: s.get([1]),
    "ids_by_key": lambda s: s.ids_by_key(["a"]),
    "ids_by_question": lambda s: s.ids_by_question(["lost card"]),
    "imported_rows": lambda s: s.imported_rows("a file"),
    "info": lambda s: s.info(),
    "job": lambda s: s.job("import"),
    "keyword": lambda s: s.keyword("card", 3),
    "model": lambda s: s.model(),
    "nearest": lambda s: s.nearest(VECTOR, 3, fingerprint=NAME),
    "nearest_many": lambda s: s.nearest_many(VECTOR[np.newaxis], 3, fingerprint=NAME),
    "occurrences": lambda s: s.occurrences(["card"]),
    "older_alike": lambda s: s.older_alike([1], 0.85, fingerprint=NAME),
    "page": lambda s: s.page(EntryFilter()),
    "query_log_token": lambda s: s.query_log_token(),
    "read_only": lambda s: s.read_only,
    "recent_queries": lambda s: s.recent_queries(3),
    "reports": lambda s: s.reports("speed", 3),
    "revisions": lambda s: s.revisions(1),
    "setting": lambda s: s.setting("ranking"),
    "snapshot": lambda s: s.snapshot(fingerprint=NAME),
    "suggestions": lambda s: s.suggestions(3),
    "tags": lambda s: s.tags(),
    "texts": lambda s: s.texts("phrasing", 3),
    "vector_sets": lambda s: s.vector_sets(),
    "word_counts": lambda s: s.word_counts(Content("lost card")),
    "close": lambda s: s.close(),
}


def test_what_is_called_reading_is_there_and_tried_here() -> None:
    assert METHODS | SEEN >= READING | READERS_WRITES
    assert READ.keys() == READING


def test_a_reader_reads_and_so_changes_nothing(
    readers: Collection, unchanged: Callable[[], bool]
) -> None:
    unchanged()
    for name, read in READ.items():
        read(readers.store)
        assert unchanged(), name


def test_every_other_method_is_refused(readers: Collection, unchanged: Callable[[], bool]) -> None:
    unchanged()
    for name in METHODS - READING - READERS_WRITES:
        parameters = inspect.signature(getattr(Store, name)).parameters
        with pytest.raises(NotAllowed, match=SENTENCE):
            getattr(readers.store, name)(**dict.fromkeys(parameters.keys() - {"self"}))
        assert unchanged(), name


def test_what_no_store_has_no_reader_has() -> None:
    with pytest.raises(AttributeError):
        _ = restricted(object(), Role.READER).purge  # type: ignore[arg-type]


def test_an_editor_has_the_store_itself(store: Store) -> None:
    assert restricted(store, Role.EDITOR) is store
    refuse_reader(Role.EDITOR)


# The collection

EDIT = Edit(1, 1, Content("lost card", "New."))
WRITTEN: dict[str, Callable[[Collection, Entry], object]] = {
    "add": lambda c, e: c.add(Content("login")),
    "add_many": lambda c, e: c.add_many([Content("login")], c.embed(["login"])),
    "edit": lambda c, e: c.edit(e, replace(e.content, answer="New.")),
    "edit_many": lambda c, e: c.edit_many([EDIT], NONE),
    "purge": lambda c, e: c.purge([3]),
    "remove": lambda c, e: c.remove([e.id]),
    "restore": lambda c, e: c.restore([3]),
}
ASKED: dict[str, Callable[[Collection, Entry], object]] = {
    "alike": lambda c, e: c.alike("lost card"),
    "all_entries": lambda c, e: list(c.all_entries()),
    "embed": lambda c, e: c.embed(["lost card"]),
    "get": lambda c, e: c.get(e.id),
    "log": lambda c, e: c.log(c.search("lost card")),
    "ranking": lambda c, e: c.ranking(),
    "search": lambda c, e: c.search("lost card"),
    "search_many": lambda c, e: list(c.search_many(["lost card"])),
    "search_words": lambda c, e: c.search_words("lost card", why=""),
    "tokens": lambda c, e: c.tokens(["lost card"]),
}


def test_every_method_of_a_collection_is_tried_here() -> None:
    public = {name for name in vars(Collection) if not name.startswith("_")}
    assert public == WRITTEN.keys() | ASKED.keys()


def test_a_reader_asks(readers: Collection, filled: Entry) -> None:
    for name, ask in ASKED.items():
        assert ask(readers, filled), name


# The rest of the domain: whatever it does, it does to the store that it was given.


def table(cells: dict[str, str]) -> Table:
    return Table(tuple(cells), iter([(1, cells)]), "one row")


DOMAIN: dict[str, Callable[[Collection, Entry], object]] = {
    "learn": lambda c, e: learn(c, e.id, ["where is it"]),
    "unlearn": lambda c, e: unlearn(c, Learned(e, ("card gone",))),
    "merge": lambda c, e: merging.merge(c, e, c.store.get([2])[0]),
    "unmerge": lambda c, e: merging.unmerge(c, e, replace(e, content=Content("x")), e),
    "import": lambda c, e: import_entries(c, table({"question": "login"})),
    "import over": lambda c, e: import_entries(
        c, table({"question": "lost card", "answer": "New."}), "update"
    ),
    "sample": lambda c, e: samples.load_sample(c),
    "review": lambda c, e: stale.review(c, e, date(2027, 1, 1)),
    "calibrate": lambda c, e: calibrate(c),
    "start calibration": lambda c, e: start_calibration(c, None, None),
    "start comparison": lambda c, e: start_comparison(c, None),
    "choose ranking": lambda c, e: thresholds.choose(c.store, "cosine"),
    "start job": lambda c, e: jobs.start_job(c.store, "import", "rea", None, lambda p: ""),
    "switch": lambda c, e: reembedding.switch(c.store, c.embedder),
    "log policy": lambda c, e: query_log.set_policy(c.store, LogPolicy(kept=False)),
    "prune": lambda c, e: query_log.prune(c.store, NOW, 1),
    "delete the log": lambda c, e: c.store.delete_queries(),
    "dismiss": lambda c, e: c.store.dismiss(["a"], "rea"),
    "change many": lambda c, e: bulk.change_many(c, [(e.id, e.version)], bulk.Change(owner="rea")),
    "rename": lambda c, e: bulk.rename_category(c, "", "Cards"),
    "back up": lambda c, e: backups.back_up(c.store, Path("no"), "asked", lambda done, total: None),
    "repair": lambda c, e: repair(c.store, c.embedder, lambda done, total: None),
    "keep labelled queries": lambda c, e: keep_labelled(c.store, []),
    "answer suggestions": lambda c, e: c.store.delete_suggestions([1]),
}


def test_a_reader_changes_nothing(
    readers: Collection, filled: Entry, unchanged: Callable[[], bool]
) -> None:
    unchanged()
    for name, write in (WRITTEN | DOMAIN).items():
        with pytest.raises(NotAllowed, match=SENTENCE):
            write(readers, filled)
        assert unchanged(), name


def naming(function: str) -> set[str]:
    """The modules outside store/ that name a function other than to define it."""
    return {
        file.relative_to(ROOT).as_posix()
        for part in ("faq", "ui", "pages")
        for file in (ROOT / part).rglob("*.py")
        if re.search(rf"(?<!def )\b{function}\b", file.read_text(encoding="utf-8"))
    }


def test_stores_are_opened_where_the_role_is_known_and_nowhere_else() -> None:
    assert naming("open_store") == naming("restricted") == {"faq/cli/command.py", "ui/resources.py"}
    assert naming("unrestricted") == {"faq/query_log.py"}


# What is not published


@pytest.fixture
def unpublished(collection: Collection) -> list[Entry]:
    """A draft and an archived entry."""
    contents = [Content("new plan", status=status) for status in (Status.DRAFT, Status.ARCHIVED)]
    return [collection.add(content) for content in contents]


def test_a_reader_sees_what_is_published_alone(
    readers: Collection, filled: Entry, unpublished: list[Entry]
) -> None:
    published = [filled, *readers.store.get([2])]
    assert list(readers.all_entries()) == published
    assert [entry for entry, _ in readers.store.embedded_entries(fingerprint=NAME)] == published
    assert readers.store.get([entry.id for entry in unpublished]) == []
    assert readers.store.page(EntryFilter(category=""), limit=1).total == 2
    for where in (EntryFilter(status=Status.DRAFT), EntryFilter(deleted=True)):
        assert readers.store.page(where).entries == ()


def test_a_readers_files_hold_what_is_published_alone(
    readers: Collection, unpublished: list[Entry], filled: Entry, tmp_path: Path
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
    readers: Collection, store: Store
) -> None:
    store.log_query(asked("old", 400))
    kept = query_log.keep(readers.store, asked("lost card"), "rea")
    assert kept is not None
    readers.store.rate_query(kept, -1)
    assert [(query.text, query.thumb) for query in store.recent_queries(9)] == [("lost card", -1)]


@pytest.mark.parametrize("names", [True, False])
def test_a_reader_suggests_with_a_name_where_the_log_keeps_names(
    names: bool, readers: Collection, store: Store, filled: Entry
) -> None:
    query_log.set_policy(store, LogPolicy(names=names))
    suggest(readers, filled.id, "  where is\n it ")
    [one] = store.suggestions(9)
    expected = SuggestedPhrasing("where is it", filled.id, one.at, "rea" if names else "", one.id)
    assert one == expected


def test_whoever_opens_the_file_as_an_editor_may_do_everything(
    tmp_path: Path, readers: Collection, embedder: WordCountEmbedder
) -> None:
    opened = restricted(open_store(tmp_path / "faq.db"), Role.EDITOR)
    added = Collection(opened, embedder, "ada").add(Content("login"))
    assert readers.get(added.id) == added
    assert access.unrestricted(readers.store) is not readers.store
