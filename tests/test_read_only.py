"""A collection that can only be read: it answers, and every write is refused with the reason.

Modes of files do not bind root, so a process of another user does what is tried.
"""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from faq.collection import Collection
from store import Content, Store, StoreUnavailable, open_store
from tests.fakes import WordCountEmbedder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes for folders")

ROOT = Path(__file__).parents[1]
NOBODY = 65534

AS_ANOTHER = f"""
import json, os, sys
import numpy, apsw, sqlite_vec, store.sqlite.store, store.sqlite.migration, faq.cli, faq.cli.upkeep
import faq.models, faq.repair
import faq.cli, contextlib, encodings.utf_8_sig, io, locale, uuid
from pathlib import Path
from faq.collection import Collection
from store import *
from tests.fakes import WordCountEmbedder
faq.models.open_embedder = lambda name, **options: WordCountEmbedder()
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    faq.cli.main(["--help"])  # everything is imported before the user changes
if os.getuid() == 0: os.setuid({NOBODY})
path = Path(sys.argv[1])
def result(**values): print(json.dumps(values))
"""

AsAnother = Callable[..., dict[str, object]]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users reach; pytest's own are closed to them, and closed again."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def path(place: Path) -> Path:
    path = place / "collection" / "faq.db"
    own = Collection(open_store(path), WordCountEmbedder(), "ada")
    own.add(Content("lost card", "new card", phrasings=("card gone",)))
    own.add(Content("login"))
    own.store.close()
    return path


@pytest.fixture
def as_another(path: Path) -> Iterator[AsAnother]:
    """Run code as another user, who may only read the file and its folder; it prints one result."""

    def run(code: str, **environment: str) -> dict[str, object]:
        for file in path.parent.iterdir():
            file.chmod(0o444)
        path.parent.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER + textwrap.dedent(code), str(path)],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        results: dict[str, object] = json.loads(done.stdout)
        return results

    yield run
    path.parent.chmod(0o755)


ASKED = """
    own = Collection(open_store(path), WordCountEmbedder(), "bo")
    best = own.search("card lost").matches[0]
    result(
        why=own.store.read_only, found=best.entry.content.question,
        check=list(own.store.upkeep.check().problems),
        words=len(own.search_words("login", why="").matches), info=own.store.info().entries,
        many=[one.matches[0].entry.id for one in own.search_many(["login", "lost"])],
        logged=own.log(own.search("card")), questions=len(list(own.embedded_entries())),
        feed=own.store.entries.changes_since(0).token, beside=sorted(os.listdir(path.parent)),
    )
"""
ANSWERS = {
    "why": "the folder of faq.db may only be read",
    "found": "lost card",
    "check": [],
    "words": 1,
    "info": 2,
    "many": [2, 1],
    "logged": None,
    "questions": 2,
    "feed": 2,
    "beside": ["faq.db"],
}


def test_it_answers_and_leaves_nothing_behind(as_another: AsAnother) -> None:
    assert as_another(ASKED) == ANSWERS


def test_only_the_file_may_be_read(path: Path) -> None:
    """The folder could be written, but nothing is left there that would stop the owner."""
    path.chmod(0o444)
    path.parent.chmod(0o777)
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER + textwrap.dedent(ASKED), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == ANSWERS | {"why": "the file faq.db may only be read"}


WRITES = {
    "add": "own.add(Content('price'))",
    "edit": "own.edit(own.store.entries.get([1])[0], Content('price'))",
    "remove": "own.remove([1])",
    "restore": "own.restore([1])",
    "setting": "own.store.settings.write({'a': 'b'})",
    "log": "own.store.log.rate(1, 1)",
    "fill": "own.store.vectors.fill('word-count', 'phrasing', [], numpy.zeros((0, 10), 'f4'))",
    "repair": "faq.jobs.start_job(own.store, 'repair', 'bo', None, lambda progress: '')",
}


def test_every_write_is_a_sentence(as_another: AsAnother) -> None:
    results = as_another(
        f"""
        import faq.jobs
        own = Collection(open_store(path), WordCountEmbedder(), "bo")
        results = {{}}
        for name, write in {WRITES!r}.items():
            try: results[name] = repr(eval(write))
            except StoreUnavailable as error: results[name] = str(error)
        result(**results)
        """
    )
    sentence = (
        "Nothing can be saved, because the folder of faq.db may only be read. Nothing was changed; "
        "put that right and start Askwell again."
    )
    assert results == dict.fromkeys(WRITES, sentence)


def test_what_another_program_writes_is_seen(path: Path, as_another: AsAnother) -> None:
    """A writer's log is beside the file: the last changes are in it."""
    writer = open_store(path)
    own = Collection(writer, WordCountEmbedder(), "ada")
    own.add(Content("price"))
    assert (path.parent / "faq.db-wal").stat().st_size > 0
    there = ["faq.db", "faq.db-shm", "faq.db-wal"]
    expected = ANSWERS | {"info": 3, "questions": 3, "feed": 3, "beside": there}
    assert as_another(ASKED) == expected
    writer.close()


def test_a_log_that_no_process_uses_is_read_too(path: Path, as_another: AsAnother) -> None:
    """As it is after a crash, and on a medium with a copy of that."""
    script = (
        "import os, sys, store\nfrom tests.fakes import WordCountEmbedder\n"
        "from faq.collection import Collection\n"
        "own = Collection(store.open_store(sys.argv[1]), WordCountEmbedder(), 'ada')\n"
        "own.add(store.Content('price')); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT, check=True)
    there = ["faq.db", "faq.db-shm", "faq.db-wal"]
    assert as_another(ASKED) == ANSWERS | {
        "info": 3,
        "questions": 3,
        "feed": 3,
        "beside": there,
    }
    path.parent.chmod(0o755)
    (path.parent / "faq.db-shm").unlink()
    results = as_another(
        """
        try: open_store(path)
        except UnreadableDatabase as error: result(error=str(error))
        """
    )
    assert "are in faq.db-wal, and cannot be read because the folder" in str(results["error"])
    assert "Copy both files" in str(results["error"])


def test_an_older_schema_is_a_sentence(path: Path, as_another: AsAnother) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 1)
    connection.close()
    results = as_another(
        """
        try: open_store(path)
        except UnreadableDatabase as error: result(error=str(error))
        """
    )
    assert "was written by an older Askwell (schema 1" in str(results["error"])
    assert "cannot be brought up to date because the folder of faq.db may only be read" in str(
        results["error"]
    )


def test_what_changed_while_it_was_read_is_not_returned(path: Path) -> None:
    from store.sqlite.read_only import ReadOnlyDatabase
    from store.sqlite.store import SQLiteStore

    database = ReadOnlyDatabase(path, "it is tried")
    reader = SQLiteStore(database)
    with (
        pytest.raises(StoreUnavailable, match="Another program changed"),
        database.reading() as connection,
    ):
        connection.select("SELECT 1 FROM entry")
        own = Collection(open_store(path), WordCountEmbedder(), "ada")
        own.add(Content("price"))
        own.store.close()
    assert reader.info().entries == 3


def test_commands_answer_or_say_why_not(as_another: AsAnother, place: Path) -> None:
    results = as_another(
        f"""
        results = {{}}
        for arguments in (
            ["search", "card lost"], ["--json", "info"], ["check"],
            ["export", {str(place / "out.csv")!r}],
            ["add", "x"], ["import", "faq/samples/medicare.csv"],
            ["reembed"], ["check", "--repair"],
        ):
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = faq.cli.main(["--database", str(path), *arguments])
            results[" ".join(arguments[:2])] = code, out.getvalue(), err.getvalue()
        result(**results)
        """
    )
    commands = {name: result for name, result in results.items() if isinstance(result, list)}
    status, printed, said = commands["search card lost"]
    questions = [line.split(maxsplit=1)[-1] for line in printed.splitlines()]
    assert (status, questions, said) == (0, ["lost", "lost card", "login"], "")
    assert json.loads(commands["--json info"][1])["entries"] == 2
    assert commands["check"] == [0, "Nothing is wrong with the collection.\n", ""]
    assert commands[f"export {place / 'out.csv'}"][0] == 0
    for name in ("add x", "import faq/samples/medicare.csv", "reembed", "check --repair"):
        code, out, err = commands[name]
        assert (code, out) == (1, ""), name
        assert "Nothing can be saved, because the folder of faq.db" in err


def test_a_writable_one_says_nothing_of_it(path: Path) -> None:
    store: Store = open_store(path)
    assert store.read_only == ""
    store.close()
