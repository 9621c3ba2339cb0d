"""The command line: what scripts rely on, and what no mistake of a user's may break."""

import argparse
import csv
import io
import json
import os
import random
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn, cast

import apsw
import pytest

import faq.cli
import faq.models
from embedding import Embedder, EmbeddingError, Vectors
from faq.access import Role
from faq.cli.command import printer
from faq.jobs import IMPORT, REEMBED
from faq.samples import MEDICARE, PUBLISHED_QUESTION
from faq.search.ranking import RANKINGS
from store import Content, EntryFilter, JobState, open_store
from store.sqlite.database import connect
from tests.fakes import WORDS, Contrary, WordCountEmbedder
from tests.faq.texts import HOSTILE, MEGABYTE
from tests.hub.stand_in_datasets import TOKEN, served
from tests.hub.stand_in_models import name_endpoint

ROOT = Path(__file__).parents[1]

MODEL = {
    "name",
    "revision",
    "fingerprint",
    "dimension",
    "max_tokens",
    "engine",
    "device",
    "precision",
}
IMPORTED = {"added", "updated", "skipped", "failed", "seconds", "embed_seconds"}
IMPORTED |= {
    "note",
    "near",
    "more_near",
    "more_failed",
    "left_out",
    "more_left_out",
    "columns",
    "unused",
}
ANSWER = {"answered", "corrected", "matches", "timing"}
MATCH = {"id", "key", "question", "answer", "category", "score", "cosine", "matched"}
TIMING = {"embed_ms", "search_ms", "total_ms"}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        assert self.code in (0, 1), self.err
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        result = json.loads(self.out)
        assert isinstance(result, dict)
        return result

    def says(self, sentence: str) -> None:
        """No result, no traceback: one sentence."""
        assert self.out == ""
        assert sentence in self.err
        assert "Traceback" not in self.err


Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which commands run, with nothing set."""
    for name in [name for name in os.environ if name.startswith("FAQ_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordCountEmbedder:
    embedder = WordCountEmbedder()
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: embedder)
    return embedder


@pytest.fixture
def run(home: Path, embedder: WordCountEmbedder, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, in `home`, with words counted instead of a model."""

    def run(*arguments: str) -> Done:
        assert isinstance(sys.stderr, io.TextIOWrapper)
        sys.stderr.reconfigure(errors="backslashreplace")  # as a process has it
        try:
            code = faq.cli.main(arguments)
        except SystemExit as exit:
            assert isinstance(exit.code, int)
            code = exit.code
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def filled(run: Run, home: Path) -> Path:
    """The default database with three entries, and files that commands take."""
    for question, category in [("lost card", "Cards"), ("lost login", "Login"), ("plan", "")]:
        assert run("add", question, "--category", category).code == 0
    (home / "table.csv").write_text("question,answer\nrefund,yes\n,bad\ncancel,no\n")
    (home / "queries.csv").write_text("query\nlost card\n\nsomething else\n")
    (home / "labelled.csv").write_text("query,expected\nlost card,\n")
    return home / "data" / "faq.db"


# What may be in the place of a database


def foreign(path: Path) -> None:
    path.unlink()
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('a')")
    connection.close()


def newer(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", 4711)
    connection.close()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4096 * 5 + 7])


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(10_000))


def a_picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))


# What every command promises


def test_info(run: Run, filled: Path) -> None:
    result = run("--json", "info").json
    assert set(result) == {"entries", "phrasings", "schema_version", "model"}
    assert set(result["model"]) == MODEL
    assert (result["entries"], result["phrasings"]) == (3, 3)
    assert result["model"]["fingerprint"] == "word-count"
    connection = apsw.Connection(str(filled))
    assert connection.pragma("user_version") == result["schema_version"]


def test_add(run: Run, home: Path) -> None:
    full = ["--answer", "Call us.", "--key", "a", "--category", "Cards", "--tag", "x", "--tag"]
    full += ["y", "--phrasing", "card gone", "--phrasing", "no card"]
    result = run("--json", "add", "lost card", *full).json
    assert result == {"id": 1, "key": "a", "version": 1}
    assert run("--json", "add", "plan").json == {"id": 2, "key": None, "version": 1}
    [entry, _] = open_store(home / "data/faq.db").entries.get([1, 2])
    assert entry.content.tags == ("x", "y")
    assert entry.content.phrasings == ("card gone", "no card")
    taken = run("--json", "add", "another", "--key", "a")
    taken.says("The key 'a' belongs to entry 1 already. Choose another key.")
    assert taken.code == 1


def test_import(run: Run, filled: Path) -> None:
    done = run("--json", "import", "table.csv")
    result = done.json
    assert done.code == 0  # bad rows are listed, not fatal
    assert set(result) == IMPORTED
    assert (result["added"], result["updated"], result["skipped"]) == (2, 0, 0)
    assert result["failed"] == [{"row": 3, "error": "The entry has no question. Write one."}]
    assert (result["columns"], result["unused"]) == ({n: n for n in ("question", "answer")}, [])
    as_read, *others = done.err.splitlines(keepends=True)
    assert as_read == (
        "Read as CSV, separated by commas, in UTF-8. question: question; answer: answer\n"
    )
    assert re.fullmatch(r"2 rows saved\n\d+\.\d s, \d+\.\d s of them to embed\n", "".join(others))
    again = run("--json", "import", "table.csv").json
    assert (again["skipped"], again["more_left_out"]) == (2, 0)
    assert again["left_out"] == [{"row": row, "why": "It is there already."} for row in (2, 4)]
    table = Path("table.csv")
    table.write_text("question,answer\nrefund,changed\n")
    result = run("--json", "import", "table.csv", "--on-duplicate", "update").json
    assert (result["added"], result["updated"]) == (0, 1)
    assert run("--json", "import", "table.csv", "--on-duplicate", "add").json["added"] == 1
    assert run("--json", "info").json["entries"] == 6


def test_import_begins_a_collection(run: Run, home: Path) -> None:
    (home / "table.csv").write_text("question\nlost card\n")
    assert run("--json", "--database", "deep/down/new.db", "import", "table.csv").json["added"] == 1
    assert run("--database", "deep/down/new.db", "--json", "info").json["entries"] == 1


def test_export(run: Run, filled: Path) -> None:
    result = run("--json", "export", "out.csv").json
    assert result == {"entries": 3, "file": "out.csv"}
    with Path("out.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["question"] for row in csv.DictReader(file)] == [
            "lost card",
            "lost login",
            "plan",
        ]
    assert run("--json", "export", "--embeddings", "v.csv").json == {"entries": 3, "file": "v.csv"}
    assert len(Path("v.csv").read_text().splitlines()) == 1 + 3


def test_vectors_leave_with_their_texts_and_come_back(run: Run, filled: Path) -> None:
    for file in ("out.csv", "t.parquet", "v.csv"):
        vectors = ["--embeddings"] * (file != "out.csv")
        assert run("--json", "export", file, *vectors).json == {"entries": 3, "file": file}
    for number, came in enumerate((["out.csv", "--embeddings", "v.csv"], ["t.parquet"])):
        there = ("--json", "--database", f"there{number}.db")
        done = run(*there, "import", *came)
        assert (set(done.json), done.json["added"], done.json["failed"]) == (IMPORTED, 3, [])
        assert done.err.splitlines()[1] == "3 rows saved"
        assert run(*there, "check").json["ok"]
        assert run(*there, "search", "lost login").json["matches"][0]["cosine"] == 1
    Path("v.csv").write_text("\n".join(Path("v.csv").read_text().splitlines()[:-1]))
    done = run("import", "out.csv", "--embeddings", "v.csv", "--on-duplicate", "add")
    done.says("v.csv contains 2 vectors, but there are 3 rows of text.")
    assert (done.code, run("--json", "info").json["entries"]) == (2, 3)


def test_an_import_says_if_the_model_was_made_for_another_language(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = WordCountEmbedder(name="sentence-transformers/all-MiniLM-L6-v2")
    monkeypatch.setattr(faq.models, "open_embedder", lambda *_, **__: english)
    rows = "question,answer\nWo finde ich meine Rechnung?,Im Konto unter Rechnungen.\n"
    Path("de.csv").write_text(rows, encoding="utf-8")
    said = (
        "The language model, all-MiniLM-L6-v2, was made for English and finds fewer answers in "
        "German. Settings has models for many languages."
    )
    assert said in run("import", "de.csv").out.splitlines()
    assert run("--json", "import", "de.csv").json["note"] == said


@pytest.mark.parametrize(
    ("came", "model"),
    [
        (["t.parquet"], "word-count"),
        (["t.csv", "--embeddings", "v.csv"], "word-count"),
        (["t.parquet"], "another"),
    ],
)
def test_an_import_of_vectors_that_adds_goes_on_where_it_was_ended(
    run: Run, filled: Path, came: list[str], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("t.parquet", "t.csv", "v.csv"):
        run("export", file, *["--embeddings"] * (file != "t.csv"))
    embedder = WordCountEmbedder(model)
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: embedder)
    monkeypatch.setattr("faq.transfer.importing.TEXTS_AT_ONCE", 1)

    def interrupted(step: str) -> None:
        if step == "import: part committed":
            raise KeyboardInterrupt

    again = ("--json", "--database", "there.db", "import", *came, "--on-duplicate", "add")
    with monkeypatch.context() as patch:
        patch.setattr("store.fault_points.reached", interrupted)
        assert run(*again).code == 1
    done = run(*again).json
    assert (done["added"], done["skipped"]) == (2, 1)
    done = run(*again)
    done.says("This file was imported before, whole; its rows would be there twice.")
    assert done.code == 2
    assert run(*again, "--again").json["added"] == 3


def test_what_narrows_an_export_is_not_passed_over(run: Run, filled: Path) -> None:
    for shape in (["--embeddings"], ["--dataset"]):
        for part in (["--category", "Cards"], ["--status", "draft"]):
            done = run("export", "out", *shape, *part)
            assert done.code == 2
            done.says("--category and --status choose among entries that are written as text.")
    assert not Path("out").exists()


def test_vectors_of_another_model_give_way_to_the_text(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("export", "t.parquet", "--embeddings")
    there = ("--json", "--database", "there.db")
    changed = Contrary()
    changed._fingerprint = "word-count"  # as if the file said so
    for other, says in (
        (WordCountEmbedder("another"), "vectors come from tests/word-count, which is not the coll"),
        (changed, "That is done now: the texts are embedded here."),
    ):
        monkeypatch.setattr(faq.models, "open_embedder", lambda name, other=other, **_: other)
        done = run(*there, "import", "t.parquet")
        assert (done.json["added"], says in done.err) == (3, True)
        assert run(*there, "search", "plan").json["matches"][0]["cosine"] in (None, 1)
        assert run(*there, "check").json["ok"]
        Path("there.db").unlink()


def test_a_dataset_is_a_folder(run: Run, filled: Path) -> None:
    assert run("--json", "export", "faq", "--dataset").json == {"entries": 3, "file": "faq"}
    assert 'load_dataset("faq", split="train")' in Path("faq/README.md").read_text("utf-8")
    there = ("--json", "--database", "there.db")
    assert run(*there, "import", "faq/entries.parquet").json["added"] == 3
    done = run("export", ".", "--dataset")
    done.says(". contains something else. Name an empty folder")
    assert done.code == 2


def test_publish(
    run: Run, filled: Path, straight_way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    done = run("publish", "ada/faq")
    done.says("There is no token.")
    assert done.code == 1
    with served() as hub:
        name_endpoint(monkeypatch, hub.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        done = run("--json", "publish", "ada/faq")
        page = f"{hub.url}/datasets/ada/faq"
        sha = hub.repositories["ada/faq"].sha
        assert done.json == {"dataset": page, "entries": 3, "private": True, "commit": sha}
        assert done.err.splitlines()[-1] == "Sent 0.0 of 0.0 MB"
        assert run("publish", "ada/open", "--public").out == (
            f"3 published entries for everybody: {hub.url}/datasets/ada/open\n"
        )
        there = ("--json", "--database", "there.db")
        assert run(*there, "import", "hf://datasets/ada/faq").json["added"] == 3
        assert run(*there, "import", "hf://datasets/ada/faq").json["skipped"] == 3
        for name in ("ada/none", "none", ""):
            done = run("import", f"hf://datasets/{name}")
            done.says("ataset")
            assert done.code == 1
        monkeypatch.setenv("FAQ_OFFLINE", "yes")
        hub.asked.clear()
        run("publish", "ada/faq").says("FAQ_OFFLINE forbids to open a connection.")
        run("import", "hf://datasets/ada/faq").says("FAQ_OFFLINE forbids to open a connection.")
        assert hub.asked == []


def test_search(run: Run, filled: Path) -> None:
    done = run("--json", "search", "card lost", "-k", "2")
    result = done.json
    assert set(result) == ANSWER
    assert set(result["timing"]) == TIMING
    assert result["answered"] is True
    assert [set(match) for match in result["matches"]] == [MATCH, MATCH]
    best = result["matches"][0]
    assert (best["id"], best["question"], best["category"]) == (1, "lost card", "Cards")
    assert (best["key"], best["answer"], best["matched"]) == (None, "", "lost card")
    assert best["cosine"] == 1 > best["score"]  # which is that of `balanced`
    assert done.err == ""
    [best, _, _] = run("--json", "search", "card lost", "--ranking", "cosine").json["matches"]
    assert best["score"] == best["cosine"] == 1
    narrowed = run("--json", "search", "card", "--category", "Login", "--ranking", "cosine").json
    assert [match["id"] for match in narrowed["matches"]] == [2]


def test_a_query_that_nothing_answers_is_done(run: Run, filled: Path) -> None:
    done = run("--json", "search", "refund")
    assert (done.code, done.json["answered"], len(done.json["matches"])) == (0, False, 3)


def test_one_query_is_logged_and_a_file_of_them_is_not(run: Run, filled: Path) -> None:
    run("--json", "search", "--file", "queries.csv")
    assert open_store(filled).log.page(9).queries == ()
    run("--json", "search", "lost card")
    assert [query.text for query in open_store(filled).log.page(9).queries] == ["lost card"]


def test_search_in_a_file_answers_row_by_row(run: Run, filled: Path) -> None:
    Path("queries.csv").write_text('id,query\n1,lost card\n2,\n3,"two\nlines"\n4,something\n')
    done = run("--json", "search", "--file", "queries.csv", "-k", "1")
    assert done.code == 0
    results = [json.loads(line) for line in done.out.splitlines()]
    assert [result["query"] for result in results] == ["lost card", "", "two\nlines", "something"]
    assert [set(result) for result in results] == [ANSWER | {"query"}] * 4
    assert [result["answered"] for result in results] == [True, False, False, False]
    assert [len(result["matches"]) for result in results] == [1, 0, 1, 1]
    assert done.err == ""


def test_evaluate(run: Run, filled: Path) -> None:
    Path("labelled.csv").write_text("query,expected\ncard lost,lost card\nlogin,plan\npizza,\n")
    done = run("--json", "evaluate", "labelled.csv", "--ranking", "cosine")
    result = done.json
    assert done.code == 0
    assert result["ranking"] == "cosine"
    assert {name: result[name] for name in ("queries", "hit@1", "hit@5", "mrr@10")} == {
        "queries": 3,
        "hit@1": 0.5,
        "hit@5": 1.0,
        "mrr@10": pytest.approx((1 + 1 / 3) / 2),
    }
    assert set(result) >= {"ndcg@10", "out_of_scope"}
    assert set(result["out_of_scope"]) == {
        "queries",
        "auroc",
        "threshold",
        "mcc",
        "accuracy",
        "best_threshold",
        "best_mcc",
    }
    assert result["out_of_scope"]["queries"] == 1
    assert result["out_of_scope"]["threshold"] == 0.45
    assert open_store(filled).log.page(9).queries == ()
    assert run("--json", "evaluate", "labelled.csv").json["ranking"] == "balanced"


def test_evaluate_without_a_file_asks_the_entries_tests(run: Run, filled: Path) -> None:
    done = run("evaluate")
    assert (done.code, done.out) == (1, "")
    assert done.err == "No published entry has a query that must find it. Name a file of queries.\n"
    Path("tests.csv").write_text(
        "question,must_find,must_not_find,status\n"
        '"lost card","card lost\nlogin","lost lost card\nprice",\n'
        "new,new,,draft\n"
    )
    assert run("--json", "import", "tests.csv", "--on-duplicate", "update").json["updated"] == 1
    result = run("--json", "evaluate").json
    assert (result["queries"], result["hit@1"]) == (2, 0.5)
    assert result["out_of_scope"]["queries"] == 0
    assert result["must_not_find"] == {"queries": 2, "found": 1}
    done = run("evaluate", "--fail-under", "0.6")
    assert done.code == 1
    assert done.out.endswith("queries that found an entry they must not: 1 of 2\n")
    Path("labelled.csv").write_text("query,expected\ncard lost,lost card\n")
    assert "must_not_find" not in run("--json", "evaluate", "labelled.csv").json


@pytest.mark.parametrize(("least", "code"), [("0.5", 0), ("0", 0), ("0.51", 1), ("1", 1)])
def test_evaluate_fails_where_too_little_is_found(
    run: Run, filled: Path, least: str, code: int
) -> None:
    Path("labelled.csv").write_text("query,expected\ncard lost,lost card\nlogin,plan\n")
    done = run("--json", "evaluate", "labelled.csv", "--fail-under", least)
    assert (done.code, done.json["hit@1"]) == (code, 0.5)
    assert (done.err == f"hit@1 is 0.5000, under {float(least):g}.\n") == bool(code)
    assert done.json["out_of_scope"]["auroc"] is None


def test_evaluate_without_a_query_in_scope_cannot_pass(run: Run, filled: Path) -> None:
    Path("labelled.csv").write_text("query,expected\npizza,\n")
    assert run("--json", "evaluate", "labelled.csv").json["hit@1"] is None
    done = run("evaluate", "labelled.csv", "--fail-under", "0.1")
    assert (done.code, "hit@1 -" in done.out) == (1, True)


def test_calibrate(run: Run, filled: Path) -> None:
    result = run("--json", "calibrate").json
    assert set(result) == {"cosine", "balanced"}
    for chosen in result.values():
        assert set(chosen) >= {"threshold", "how"}
        assert (chosen["low"], chosen["mcc"]) == (None, None)
        assert "With 3 entries, that counts for 13%" in chosen["how"]
    table = [f"{a} {b},{a} {a} {b}" for a, b in combinations(WORDS[:9], 2)]
    Path("more.csv").write_text("question,phrasings\n" + "\n".join(table) + "\n")
    run("import", "more.csv")
    result = run("--json", "calibrate").json
    assert all(chosen["low"] <= chosen["threshold"] <= chosen["high"] for chosen in result.values())
    for ranking, chosen in result.items():
        Path("labelled.csv").write_text("query,expected\ncard lost,lost card\n")
        asked = run("--json", "evaluate", "labelled.csv", "--ranking", ranking).json
        assert asked["out_of_scope"]["threshold"] == chosen["threshold"]
    taught = run("--json", "calibrate", "--queries", "labelled.csv", "--false-answers", "0.1").json
    assert [chosen["labelled"] for chosen in taught.values()] == [1, 1]
    assert taught["cosine"]["threshold"] >= result["cosine"]["threshold"]
    assert run("calibrate").out.startswith("balanced: 0.")


def test_an_import_chooses_the_thresholds(run: Run, filled: Path) -> None:
    Path("more.csv").write_text("question\n" + "\n".join(WORDS[:9]) + "\n")
    assert run("import", "more.csv").code == 0
    asked = run("--json", "evaluate", "labelled.csv").json["out_of_scope"]["threshold"]
    assert asked not in {ranking.threshold for ranking in RANKINGS.values()}
    assert run("--json", "calibrate").json["balanced"]["threshold"] == asked


def test_an_import_stays_where_no_threshold_can_be_chosen(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(collection: object) -> NoReturn:
        raise EmbeddingError("The service does not answer.")

    monkeypatch.setattr(faq.cli.command, "choose_due", refuse)
    done = run("--json", "import", "table.csv")
    assert (done.code, done.json["added"]) == (0, 2)
    assert "The threshold could not be chosen anew. The service does not answer." in done.err


def test_check(run: Run, filled: Path) -> None:
    done = run("--json", "check")
    assert (done.code, done.json) == (0, {"ok": True, "problems": []})
    connection = connect(filled)
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 2")
    connection.close()
    done = run("--json", "check")
    assert (done.code, done.json) == (
        1,
        {"ok": False, "problems": ["Phrasings without a vector: 2."]},
    )


def test_check_repairs_what_can_be_repaired(run: Run, filled: Path) -> None:
    connection = connect(filled)
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 2; DELETE FROM keyword")
    connection.close()
    done = run("--json", "check", "--repair")
    assert (done.code, done.json) == (
        0,
        {
            "ok": True,
            "repaired": [
                "Rows of the keyword index corrected: 3.",
                "Missing vectors embedded: 1.",
            ],
            "problems": [],
        },
    )
    assert run("check", "--repair").out == "Nothing is wrong with the collection.\n"
    connection = connect(filled)
    connection.pragma("foreign_keys", False)
    connection.execute("DELETE FROM phrasing WHERE id = 2")
    connection.close()
    done = run("--json", "check", "--repair")
    problems = ["Entries without a question: 2. Restore a backup."]
    assert (done.code, done.json) == (1, {"ok": False, "repaired": [], "problems": problems})


@pytest.mark.parametrize("page", ["phrasing", "vector_1_phrasing_rowids", "entry_category"])
def test_check_finds_an_overwritten_page(run: Run, filled: Path, page: str) -> None:
    connection = apsw.Connection(str(filled))
    sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
    number, size = connection.execute(sql, (page,)).get, connection.pragma("page_size")
    connection.close()
    data = bytearray(filled.read_bytes())
    data[size * (number - 1) : size * number] = random.Random(1).randbytes(size)
    filled.write_bytes(data)
    done = run("--json", "check")
    assert done.code == 1
    assert done.json["ok"] is False
    assert "damaged" in done.json["problems"][0]


def test_backup_and_restore(run: Run, filled: Path) -> None:
    done = run("--json", "backup", "copy.db")
    assert done.json == {"ok": True, "problems": [], "file": "copy.db", "deleted": []}
    assert run("add", "refund").code == 0
    done = run("--json", "restore", "copy.db")
    kept = done.json["kept"]
    assert done.json == {"ok": True, "problems": [], "entries": 3, "kept": kept}
    assert Path(kept).parent.samefile(filled.parent)
    assert run("--json", "info").json["entries"] == 3
    assert run("--json", "--database", kept, "info").json["entries"] == 4
    refused = run("--json", "backup", "copy.db")
    refused.says("There is something at copy.db already, and a backup overwrites nothing.")
    assert refused.code == 1
    filled.unlink()
    assert run("restore", "copy.db").out == "Restored 3 entries.\n"
    assert run("restore", "copy.db").out.startswith(
        "Restored 3 entries.\nWhat was there before is kept as "
    )


def test_a_collection_is_copied_to_another_file(run: Run, filled: Path) -> None:
    done = run("--json", "copy", str(filled), "copy.db")
    assert done.json == {"ok": True, "problems": [], "entries": 3, "kept": None}
    assert run("--json", "--database", "copy.db", "info").json["entries"] == 3
    refused = run("copy", str(filled), "copy.db")
    refused.says("copy.db contains a collection already, and nothing was copied.")
    assert refused.code == 1
    done = run("copy", "--replace", str(filled), "copy.db")
    assert done.out.startswith("Copied 3 entries to copy.db, and compared.\nWhat was there before")
    assert run("copy", "missing.db", "other.db").code == 2


def test_a_folder_keeps_the_newest_backups_and_all_other_files(run: Run, filled: Path) -> None:
    folder = Path("copies")
    old = [f"faq-scheduled-2020010{day}T000000Z.db" for day in range(1, 6)]
    others = [
        "faq.db",
        "faq-20200101T000000Z.db",
        "faq-replaced-20200101T000000Z.db",
        "faq-schema-4-20200101T000000Z.db",
        "other-scheduled-20200101T000000Z.db",
        "faq-scheduled-20200101T000000Z.txt",
        "faq-scheduled-20201301T000000Z.db",
        "faq-scheduled-20200101T000000Z.db.part",
    ]
    folder.mkdir()
    for name in [*old, *others]:
        (folder / name).write_text("x")
    (folder / "faq-scheduled-20200109T000000Z.db").mkdir()
    done = run("--json", "backup", "--folder", "copies", "--keep", "3").json
    assert re.fullmatch(r"copies/faq-scheduled-20\d{6}T\d{6}Z.db", done["file"])
    assert sorted(done["deleted"]) == [f"copies/{name}" for name in old[:3]]
    there = {file.name for file in folder.iterdir()}
    left = {Path(done["file"]).name, *old[3:], *others, "faq-scheduled-20200109T000000Z.db"}
    assert there == left
    assert run("--json", "backup", "--folder", "copies").json["deleted"] == []


def test_a_collection_with_problems_is_not_backed_up(run: Run, filled: Path) -> None:
    assert run("backup", "sound.db").code == 0
    connection = connect(filled)
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 2")
    connection.close()
    Path("copies").mkdir()
    old = Path("copies/faq-scheduled-20200101T000000Z.db")
    old.write_text("the last good one")
    done = run("--json", "backup", "--folder", "copies", "--keep", "1")
    problems = ["Phrasings without a vector: 2."]
    assert (done.code, done.json) == (1, {"ok": False, "problems": problems})
    assert list(old.parent.iterdir()) == [old]
    assert run("restore", "sound.db").code == 0
    assert run("check").code == 0


def test_a_backup_with_problems_is_not_restored(run: Run, filled: Path) -> None:
    assert run("backup", "copy.db").code == 0
    connection = connect(Path("copy.db"))
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 2")
    connection.close()
    before = filled.read_bytes()
    done = run("--json", "restore", "copy.db")
    problems = ["Phrasings without a vector: 2."]
    assert (done.code, done.json) == (1, {"ok": False, "problems": problems})
    assert filled.read_bytes() == before


def test_nothing_is_restored_while_somebody_imports(run: Run, filled: Path) -> None:
    assert run("backup", "copy.db").code == 0
    store = open_store(filled)
    job = store.jobs.start(
        "import", owner="o", actor="ada", total=9, silent_after=timedelta(minutes=1)
    )
    done = run("restore", "copy.db")
    assert done.code == 1
    done.says("An import is under way. Wait for it, or cancel it first.")
    store.jobs.finish(job.id, owner="o", state="done", result="")
    assert run("restore", "copy.db").code == 0


@pytest.mark.parametrize("damage", [foreign, newer, truncated, random_bytes, a_picture])
def test_a_restore_over_a_file_that_is_no_collection(
    run: Run, filled: Path, damage: Callable[[Path], None]
) -> None:
    assert run("backup", "copy.db").code == 0
    damage(filled)
    before = filled.read_bytes()
    done = run("--json", "restore", "copy.db")
    if damage is foreign:
        assert done.code == 2
        done.says("belongs to another application")
        assert filled.read_bytes() == before
        return
    assert done.json["entries"] == 3
    assert run("--json", "info").json["entries"] == 3
    kept = Path(done.json["kept"]).read_bytes()
    assert kept == before or damage is newer  # which SQLite can copy


def test_speed(run: Run) -> None:
    result = run("--json", "speed").json
    keys = {"single", "batch", "tokens_per_second", "engine", "device", "precision"}
    assert set(result) == keys
    assert set(result["single"]) == {"n", "p50_ms", "p95_ms"}
    assert set(result["batch"]) == {"n", "total_ms", "per_text_ms"}


def test_without_json_people_read_the_same(run: Run, filled: Path) -> None:
    assert "3 entries" in run("info").out
    assert run("add", "password").out == "Added entry 4.\n"
    chosen = run("import", "table.csv").out.splitlines()
    assert chosen == [
        "2 added, 0 updated, 0 skipped, 1 failed",
        "row 3: The entry has no question. Write one.",
    ]
    assert run("import", "table.csv").out.splitlines() == [
        "0 added, 0 updated, 2 skipped, 1 failed",
        "row 3: The entry has no question. Write one.",
        "row 2 left out: It is there already.",
        "row 4 left out: It is there already.",
    ]
    assert run("export", "out.csv").out == "6 entries written to out.csv\n"
    assert run("search", "lost card", "-k", "1").out == "lost card\n  0.864  lost card\n"
    assert run("search", "price").out.splitlines()[1] == "  No close match. Nearest entries:"
    assert run("check").out == "Nothing is wrong with the collection.\n"
    assert "in one batch of 100" in run("speed").out
    assert run("--database", "new.db", "add", "x").code == 0
    open_store(Path("new.db")).entries.set_deleted([1], True, "ada")
    assert run("--database", "new.db", "search", "x").out == "x\n  No entries.\n"


# Mistakes


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["add"],
        ["import"],
        ["import", "table.csv", "--on-duplicate", "ask"],
        ["search"],
        ["search", "a", "--file", "queries.csv"],
        ["search", "a", "-k", "0"],
        ["search", "a", "-k", "-3"],
        ["search", "a", "-k", "1001"],
        ["search", "a", "-k", "many"],
        ["search", "a", "-k", "9" * 5000],
        ["search", "a", "--ranking", "magic"],
        ["search", "--unknown"],
        ["evaluate", "queries.csv", "--ranking", "magic"],
        ["evaluate", "queries.csv", "--fail-under", "2"],
        ["evaluate", "queries.csv", "--fail-under", "nan"],
        ["calibrate", "--false-answers", "5%"],
        ["backup"],
        ["backup", "a.db", "--folder", "b"],
        ["backup", "--folder", "b", "--keep", "0"],
        ["restore"],
        ["check", "more"],
    ],
    ids=lambda arguments: " ".join(arguments)[:30] or "nothing",
)
def test_wrong_usage_is_reported(run: Run, filled: Path, arguments: list[str]) -> None:
    done = run("--json", *arguments)
    assert done.code == 2
    done.says("usage: python -m faq")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "  "], "The entry has no question. Write one."),
        (["add", "x", "--tag", "a,b"], "The tag 'a,b' contains a comma or a line break."),
        (["add", "caf\udce9"], "The question contains bytes that are not text."),
        (["search", " \n"], "The query is empty. Ask something."),
        (["search", ""], "The query is empty. Ask something."),
        (["search", "--file", "none.csv"], "none.csv cannot be read: No such file"),
        (["search", "--file", "table.csv"], "The file has no column 'query'"),
        (["search", "--file", "."], "cannot be read: Is a directory"),
        (["import", "none.csv"], "none.csv cannot be read: No such file"),
        (["import", "labelled.csv"], "No column was recognised as the answer; unknown are 'expect"),
        (["import", "table.csv", "--encoding", "klingon"], "There is no encoding 'klingon'"),
        (["import", "table.csv", "--encoding", "hex"], "There is no encoding 'hex'"),
        (["import", "table.csv", "--encoding", "\udcff"], "There is no encoding '\\udcff'"),
        (["import", "table.csv", "--encoding", "utf-16"], "is no text in the encoding 'utf-16'."),
        (["import", "table.csv", "--encoding", "idna"], "is no text in the encoding 'idna'."),
        (["import", "data/faq.db"], "The file is a database. Export a table from it as CSV."),
        (["import", "table.csv", "--map", "question=Frage"], "There is no column 'Frage' in the"),
        (["import", "table.csv", "--map", "Frage=question"], "There is no field 'Frage', expected"),
        (["import", "table.csv", "--map", "question="], "The file has no column 'question'"),
        (["export", "out.doc"], "'out.doc' ends in '.doc', expected .xlsx, .csv"),
        (["evaluate", "none.csv"], "none.csv cannot be read: No such file"),
        (["evaluate", "queries.csv"], "The file has no column 'expected'."),
        (["evaluate", "table.csv"], "The file has no column 'query'"),
        (["calibrate", "--queries", "queries.csv"], "The file has no column 'expected'."),
        (["export", "none/out.csv"], "cannot be written: No such file"),
        (["export", "data"], "data is not a file. Name one."),
        (["export", "data/faq.db"], "data/faq.db is the database itself."),
        (["backup", "a.db", "--keep", "3"], "--keep says how many backups stay in a folder"),
        (["restore", "none.db"], "There is no backup at none.db. Check the path."),
        (["restore", "table.csv"], "The backup cannot be used, and the collection was not touched"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_input_that_cannot_be_used_is_reported(
    run: Run, filled: Path, arguments: list[str], sentence: str
) -> None:
    before = filled.read_bytes()
    done = run("--json", *arguments)
    assert done.code == 2
    done.says(sentence)
    assert filled.read_bytes() == before


def test_a_row_that_holds_no_query_ends_the_search(run: Run, filled: Path) -> None:
    Path("queries.csv").write_text("query\nlost card,too,many\n")
    done = run("--json", "search", "--file", "queries.csv")
    assert done.code == 2
    done.says("Row 2: The row has 3 cells, the line with the names 1.")


def test_a_setting_that_cannot_be_used_is_reported(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_OFFLINE", "perhaps")
    done = run("info")
    assert done.code == 2
    done.says("FAQ_OFFLINE is 'perhaps', expected yes or no.")


WRITING = [["add", "x"], ["import", "table.csv"], ["calibrate"], ["reembed"]]


@pytest.mark.parametrize("command", WRITING, ids=lambda command: command[0])
def test_a_reader_writes_nothing(
    run: Run, filled: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ROLE", "reader")
    before = open_store(filled).entries.changes_since(0)
    for database in (filled, filled.with_name("missing.db")):
        done = run("--json", "--database", str(database), *command)
        assert done.code == 1
        done.says("You may read this collection and ask it, but not change it.")
    assert open_store(filled).entries.changes_since(0) == before
    assert not filled.with_name("missing.db").exists()


def test_a_reader_asks_and_reads(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQ_ROLE", "reader")
    for command in READERS:
        assert run(*command).code == 0, command
    assert [query.text for query in open_store(filled).log.page(9).queries] == ["lost card"]


def test_every_command_is_for_somebody() -> None:
    [commands] = [
        action.choices
        for action in faq.cli._parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    least = {name: commands[name].get_default("least") for name in commands}
    for_readers = {name for name, role in least.items() if role is Role.READER}
    assert for_readers == {command[0] for command in READERS} | {"speed"}
    for_editors = {name for name, role in least.items() if role is Role.EDITOR}
    assert for_editors == {"add", "import", "calibrate"}


READING = [
    ["info"],
    ["export", "out.csv"],
    ["search", "lost card"],
    ["search", "--file", "queries.csv"],
    ["evaluate", "labelled.csv"],
    ["backup", "copy.db"],
    ["backup", "--folder", "copies"],
    ["check"],
]
READERS = [command for command in READING if command[0] != "backup"]
COMMANDS = [["add", "new card"], ["import", "table.csv"], *READING]


def named(arguments: Sequence[str]) -> str:
    return " ".join(arguments[:2])


@pytest.mark.parametrize("command", READING, ids=named)
def test_reading_a_missing_database_makes_none(run: Run, filled: Path, command: list[str]) -> None:
    before = set(Path.cwd().rglob("*"))
    done = run("--json", "--database", "none/missing.db", *command)
    assert done.code == 2
    done.says("There is no database at none")
    assert set(Path.cwd().rglob("*")) == before


BROKEN: dict[Callable[[Path], None], str] = {
    foreign: "belongs to another application",
    newer: "was written by a newer Askwell (schema 4711",
    truncated: "is cut short",
    random_bytes: "is not an SQLite database",
    a_picture: "is not an SQLite database",
}


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_database_that_is_not_ours_is_left_as_it_is(
    run: Run, filled: Path, command: list[str], damage: Callable[[Path], None]
) -> None:
    damage(filled)
    bytes_before, files_before = filled.read_bytes(), set(Path.cwd().rglob("*"))
    done = run("--json", *command)
    assert done.code == 2
    done.says(BROKEN[damage])
    assert done.err.count("\n") == 1 + (command[0] == "import")  # what the file was read as
    assert filled.read_bytes() == bytes_before
    assert set(Path.cwd().rglob("*")) == files_before


@pytest.mark.parametrize("command", [["add", "x"], ["import", "table.csv"], ["info"]], ids=named)
@pytest.mark.parametrize(
    "path", ["table.csv/faq.db", "table.csv/deep/faq.db", "x" * 300, "x" * 300 + "/y.db", "data"]
)
def test_a_place_for_no_database_is_reported(
    run: Run, filled: Path, command: list[str], path: str
) -> None:
    before = set(Path.cwd().rglob("*"))
    done = run("--json", "--database", path, *command)
    assert done.code in (1, 2)
    done.says(path)
    assert set(Path.cwd().rglob("*")) == before


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_vectors_of_another_model_are_refused(
    run: Run, filled: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = WordCountEmbedder("another")
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: other)
    before = filled.read_bytes()
    done = run("--json", *command)
    if command[0] in ("export", "backup"):
        assert (done.code, done.err) == (0, "")
    elif command[0] == "check":  # but for the model
        assert (done.code, done.json) == (0, {"ok": True, "problems": []})
        assert done.err.startswith("The vectors were not compared with their texts.")
    elif command[0] == "info" or command[0:2] == ["search", "lost card"]:
        assert done.code == 0  # by words alone, and it says so
        assert "embed the collection with another model" in done.err
    else:
        assert done.code == 1
        done.says("is another model now")
    if command[0] not in ("search", "import"):  # which log, and keep that they were begun
        assert filled.read_bytes() == before


def test_a_model_that_is_unavailable_is_reported(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(filled.parents[1])
    monkeypatch.setenv("FAQ_MODEL", "./no-such-model")
    monkeypatch.setenv("FAQ_OFFLINE", "yes")
    done = run("--json", "add", "lost card")
    assert done.code == 1
    done.says("There is no directory ./no-such-model.")
    done = run("--json", "search", "lost card")
    assert done.code == 0
    assert "There is no directory ./no-such-model." in done.err
    assert done.err.endswith("Only words were compared.\n")
    assert done.json["answered"] is False
    [match, *_] = done.json["matches"]
    assert (match["question"], match["score"], match["cosine"]) == ("lost card", 1.0, None)


class FailsLater(WordCountEmbedder):
    """Embeds one part of an import, then raises."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if self.encoded:
            raise self.error
        return super().encode_documents(texts)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyboardInterrupt(), "Stopped. What was reported as done is kept.\n"),
        (EmbeddingError("No memory is left."), "No memory is left.\n"),
    ],
)
def test_an_import_that_ends_early_keeps_what_it_reported(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, sentence: str
) -> None:
    Path("table.csv").write_text("question\n" + "".join(f"card {n}\n" for n in range(600)))
    failing = FailsLater(error)
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: failing)
    done = run("--json", "import", "table.csv")
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("question: question\n512 rows saved\n" + sentence)
    assert run("--json", "info").json["entries"] == 512


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EmbeddingError("No memory is left.")])
def test_a_reembedding_that_ends_early_keeps_the_vectors_in_use(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    failing = FailsLater(error)
    failing._fingerprint = "another"
    failing.encoded.append("before")
    models = {"other": failing}
    own = WordCountEmbedder()
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **_: models.get(name, own))
    done = run("reembed", "--model", "other")
    assert done.code == 1
    done.says("The vectors in use stay. The next run continues where this one stopped.")
    job = open_store(filled).jobs.latest(REEMBED)
    assert job is not None and job.state in ("cancelled", "failed")
    assert run("--json", "search", "lost card").json["matches"][0]["cosine"] == 1
    models["other"] = WordCountEmbedder("another")
    done = run("--json", "reembed", "--model", "other")
    assert (done.json["phrasings"], done.json["fingerprint"]) == (3, "another")
    assert done.err.splitlines() == ["0 of 3 vectors saved", "3 of 3 vectors saved"]


@pytest.mark.parametrize(("quiet", "printed"), [(0.0, [0, 2, 4, 6, 8, 9]), (3.0, [3, 5, 7])])
def test_progress_is_printed_now_and_then(
    quiet: float,
    printed: list[int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A report every second: printed are the first, one in two seconds, and the last."""
    now = 0.0
    monkeypatch.setattr("faq.cli.command.monotonic", lambda: now)
    report = printer(lambda done, total: f"{done} of {total}", quiet)
    report(0, 0)  # as a download that has not begun
    for done in range(9):
        report(done, 9)
        now += 1
    now -= 0.5
    report(9, 9)
    assert capsys.readouterr().err.splitlines() == [f"{done} of 9" for done in printed]


# Hostile texts


@pytest.mark.parametrize("text", [*HOSTILE.values(), MEGABYTE], ids=[*HOSTILE, "a megabyte"])
def test_every_option_takes_any_text(run: Run, filled: Path, text: str) -> None:
    tag = text.replace(",", "").replace("\r", "").replace("\n", "")
    options = [f"--answer={text}", f"--key={text}", f"--category={text}", f"--phrasing=x {text}"]
    added = run("--json", "add", *options, f"--tag={tag}", "--", text).json
    assert added == {"id": 4, "key": text.strip(), "version": 1}
    result = run("--json", "search", f"--category={text.strip()}", "--", text).json
    [match] = result["matches"]
    assert match["question"] == match["answer"] == match["key"] == text.strip()
    assert match["category"] == text.strip()
    assert run("search", "--", text).code == 0
    with Path("queries.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["query"], [text], ["lost card"]])
    rows = run("--json", "search", "--file", "queries.csv").out.split("\n")
    assert [json.loads(row)["query"] for row in rows if row][-1] == "lost card"
    assert len(rows) == 3
    assert run("--json", "export", "out.csv").json["entries"] == 4
    assert run("--json", "--database", "there.db", "import", "out.csv").json["added"] == 4
    assert run("--json", "check").json["ok"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "x", "--answer", "\udcff"],
        ["add", "x", "--key", "\udcff"],
        ["add", "x", "--category", "\udcff"],
        ["add", "x", "--tag", "\udcff"],
        ["add", "x", "--phrasing", "\udcff"],
        ["search", "caf\udce9"],
        ["search", "x", "--category", "\udcff"],
        ["search", "x", "-k", "\udcff"],
        ["search", "x", "--ranking", "\udcff"],
        ["search", "--file", "\udcff"],
        ["import", "\udcff"],
        ["import", "table.csv", "--on-duplicate", "\udcff"],
        ["export", "\udcff/\udcff"],
        ["--database", "\udcff", "info"],
        ["\udcff"],
    ],
    ids=lambda arguments: ascii(" ".join(arguments)),
)
def test_bytes_that_are_no_text_break_no_option(
    run: Run, filled: Path, arguments: list[str]
) -> None:
    done = run("--json", *arguments)
    if done.code == 0:
        assert set(done.json) == ANSWER
        assert run("--json", "check").json["ok"]
    else:
        assert done.code == 2
        assert done.out == "" and done.err != ""


# The real thing


def python_m_faq(*arguments: str | bytes, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "faq", *arguments],
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no arguments that are no text")
def test_a_process_survives_bytes_that_are_no_text(filled: Path) -> None:
    out = os.fsencode(filled.parent) + b"/\xff\xfe.csv"
    done = python_m_faq("--json", "--database", str(filled), "export", out)
    assert (done.returncode, done.stderr) == (0, b"")
    assert os.fsencode(json.loads(done.stdout)["file"]) == out
    assert Path(os.fsdecode(out)).read_text("utf-8-sig").startswith("key,question")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no arguments that are no text")
def test_a_process_reports_a_mistake_in_one_sentence(filled: Path) -> None:
    done = python_m_faq("--database", str(filled), "add", b"caf\xe9")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == (
        b"The question contains bytes that are not text. Save the file as UTF-8 and try again.\n"
    )


def test_results_are_utf8_whatever_the_terminal_speaks(run: Run, filled: Path) -> None:
    Path("caf\u00e9 \U0001f600.csv").write_text("query\n")
    name = str(Path.cwd() / "caf\u00e9 \U0001f600.csv")
    done = python_m_faq(
        "--json", "--database", str(filled), "export", name, PYTHONIOENCODING="ascii:strict"
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8")) == {"entries": 3, "file": name}


@pytest.mark.skipif(os.name == "nt", reason="a shell's pipe")
def test_a_reader_that_goes_away_is_no_mistake(filled: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "faq", "--database", str(filled), "export", "out.csv"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.model
def test_the_published_cosines_come_back(
    run: Run, real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: real_embedder)
    assert run("--json", "import", str(MEDICARE)).json["added"] == 13
    result = run("--json", "search", PUBLISHED_QUESTION, "--ranking", "cosine").json
    assert result["answered"]
    assert [(match["question"], match["cosine"]) for match in result["matches"]] == [
        (question, pytest.approx(cosine, abs=1e-4))
        for question, cosine in [
            ("How can I get help with my Medicare Part A and Part B premiums?", 0.75653076),
            ("What is Medicare and who can get it?", 0.74189937),
            ("How do I sign up for Medicare?", 0.72526741),
            ("What are the different parts of Medicare?", 0.67355716),
            ("Will my Medicare premiums be higher because of my higher income?", 0.65051776),
        ]
    ]
    model = run("--json", "info").json["model"]
    assert set(model) == MODEL
    assert model["name"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert (model["dimension"], model["max_tokens"]) == (384, 256)
    assert model["engine"] == real_embedder.runtime.engine
    Path("queries.csv").write_text(f"query\n{PUBLISHED_QUESTION}\npizza\n")
    done = run("--json", "search", "--file", "queries.csv", "--ranking", "cosine")
    asked, pizza = (json.loads(line) for line in done.out.splitlines())
    assert [m["question"] for m in asked["matches"]] == [m["question"] for m in result["matches"]]
    assert (asked["answered"], pizza["answered"]) == (True, False)
    for text in HOSTILE.values():
        assert run("--json", "search", "--", text).code == 0


def test_without_a_named_model_the_collection_takes_its_own(
    run: Run, filled: Path, embedder: WordCountEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def opened(name: str | None, **options: object) -> WordCountEmbedder:
        asked.append(name)
        return embedder

    monkeypatch.setattr(faq.models, "open_embedder", opened)
    run("search", "lost card")
    monkeypatch.setenv("FAQ_MODEL", "another/model")
    run("search", "lost card")
    assert asked == ["tests/word-count", "another/model", "tests/word-count"]


@pytest.mark.parametrize("arguments", [["add", " "], ["import", "queries.csv"]])
def test_input_that_cannot_be_used_begins_no_database(
    run: Run, home: Path, arguments: list[str]
) -> None:
    (home / "queries.csv").write_text("query,expected\nlost card,card\n")
    assert run(*arguments).code == 2
    assert [file.name for file in home.iterdir()] == ["queries.csv"]


# Files of every kind


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "json", "jsonl", "parquet"])
def test_what_is_exported_is_imported_again(run: Run, filled: Path, ending: str) -> None:
    full = ["--answer", "=1+1", "--key", "a", "--tag", "x", "--tag", "y", "--phrasing", "card gone"]
    assert run("add", "new card", *full, "--category", "Cards").code == 0
    done = run("--json", "export", f"out.{ending}")
    assert done.json == {"entries": 4, "file": f"out.{ending}"}
    assert run("--json", "--database", "there.db", "import", f"out.{ending}").json["added"] == 4
    here, there = (
        open_store(path).entries.page(EntryFilter()) for path in (filled, Path("there.db"))
    )
    assert [e.content for e in here.entries] == [e.content for e in there.entries]


def test_export_takes_a_part(run: Run, filled: Path) -> None:
    assert run("--json", "export", "a.json", "--category", "Cards").json["entries"] == 1
    assert run("--json", "export", "a.json", "--status", "draft").json["entries"] == 0
    assert json.loads(Path("a.json").read_text()) == []


def test_columns_are_guessed_and_can_be_named(run: Run, home: Path) -> None:
    Path("other.csv").write_text("Topic;Frage;Wohin;Bereich\nCards;lost card;Call us.;x\n")
    done = run("--json", "import", "other.csv")
    assert done.code == 2
    done.says("No column was recognised as the answer; unknown are 'Wohin', 'Bereich'. Say which")
    assert "--map answer=NAME" in done.err and "--questions-only" in done.err
    assert not (home / "data").exists()
    done = run("--json", "import", "other.csv", "--map", "answer=Wohin")
    used = {"question": "Frage", "category": "Topic", "answer": "Wohin"}
    assert (done.json["added"], done.json["columns"], done.json["unused"]) == (1, used, ["Bereich"])
    assert done.err.startswith(
        "Read as CSV, separated by semicolons, in UTF-8. "
        "question: Frage; category: Topic; answer: Wohin; not used: Bereich\n"
    )
    alone = ("--json", "--database", "new.db", "import", "other.csv", "--questions-only")
    assert run(*alone).json["unused"] == ["Wohin", "Bereich"]
    contents = [
        entry.content
        for path in (home / "data/faq.db", home / "new.db")
        for entry in open_store(path).entries.page(EntryFilter()).entries
    ]
    asked = Content("lost card", category="Cards")
    assert contents == [replace(asked, answer="Call us."), asked]


def test_encoding_and_language_can_be_named(run: Run, home: Path) -> None:
    Path("old.csv").write_bytes("question,answer\nGebühr?,Zehn\n".encode("cp1252"))
    done = run("import", "old.csv", "--encoding", "mac_roman")
    assert "in Mac Roman." in done.err
    Path("two.json").write_text(
        json.dumps([{"question_en": "Price?", "question_de": "Preis?", "answer_en": "Ten."}])
    )
    done = run("import", "two.json", "--language", "de", "--questions-only")
    assert "question: question_de" in done.err
    Path("three.csv").write_text("question_en,answer_en,question_de,answer_de\nFee?,1,Lohn?,2\n")
    assert "not used: de." in run("import", "three.csv").err
    assert run("import", "three.csv", "--language", "de").code == 0
    entries = open_store(home / "data/faq.db").entries.page(EntryFilter()).entries
    assert [(entry.content.question, entry.content.answer) for entry in entries] == [
        ("Gebühr?".encode("cp1252").decode("mac_roman"), "Zehn"),
        ("Preis?", ""),
        ("Fee?", "1"),
        ("Lohn?", "2"),
    ]


def test_another_language_of_a_file_is_another_file(run: Run, home: Path) -> None:
    Path("two.json").write_text('{"en": {"Price?": "Ten."}, "de": {"Preis?": "Zehn."}}')
    add = ("--json", "import", "two.json", "--on-duplicate", "add")
    assert run(*add).json["added"] == 1
    assert run(*add).code == 2
    assert run(*add, "--language", "de").json["added"] == 1
    assert run(*add, "--language", "de").code == 2


def test_an_id_is_a_key_by_which_a_second_import_updates(run: Run, home: Path) -> None:
    table = Path("table.csv")
    table.write_text("id,question,answer\n7,lost card?,yes\n8,plan?,no\n")
    assert run("--json", "import", "table.csv").json["added"] == 2
    table.write_text("id,question,answer\n7,stolen card?,maybe\n8,plan?,no\n9,new?,x\n")
    left = run("--json", "import", "table.csv").json["left_out"]
    assert left[0] == {
        "row": 2,
        "why": "Its key is there already, with another question: 'lost card?'.",
    }
    result = run("--json", "import", "table.csv", "--on-duplicate", "update").json
    assert (result["added"], result["updated"], result["skipped"]) == (0, 1, 2)
    entries = open_store(home / "data/faq.db").entries.page(EntryFilter()).entries
    assert [(entry.content.key, entry.content.question) for entry in entries] == [
        ("7", "stolen card?"),
        ("8", "plan?"),
        ("9", "new?"),
    ]


def test_a_damaged_list_is_refused_before_anything_is_imported(run: Run, home: Path) -> None:
    Path("a.json").write_text('[{"question": "one?", "answer": "1"},\n {"question": "two?" "x"}]')
    done = run("import", "a.json")
    done.says("line 2")
    assert done.code == 2
    assert not (home / "data").exists()


def test_files_for_websites_have_what_is_published(run: Run, filled: Path) -> None:
    run("add", "new card", "--answer", "Soon.")
    for name in ("faq.md", "faq.html"):
        assert run("export", name).out == f"1 entries written to {name}\n"
        there = ("--json", "--database", f"{name}.db", "import", name)
        assert run(*there).json["added"] == 1


def test_near_duplicates_are_added_and_listed(run: Run, filled: Path) -> None:
    Path("near.csv").write_text("question\nthe card that I lost is lost\ncard lost\nrefund\n")
    done = run("import", "near.csv")
    assert done.out.splitlines() == [
        "3 added, 0 updated, 0 skipped, 0 failed",
        "Added, and very similar to an entry that was there:",
        "row 3: card lost / lost card (1.00)",
    ]


def test_an_import_that_another_process_does_is_not_done_twice(run: Run, filled: Path) -> None:
    store = open_store(filled)
    waiting = timedelta(seconds=60)
    job = store.jobs.start(IMPORT, owner="x", actor="bo", total=None, silent_after=waiting)
    done = run("--json", "import", "table.csv")
    assert done.code == 1
    done.says("bo started this already and it is still running.")
    store.jobs.finish(job.id, owner="x", state="done", result="{}")
    assert run("--json", "import", "table.csv").json["added"] == 2
    ended = store.jobs.latest(IMPORT)
    assert ended is not None
    assert (ended.state, json.loads(ended.result)["added"]) == ("done", 2)


def test_an_import_can_be_cancelled_from_a_screen(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(filled)

    class Cancelling(WordCountEmbedder):
        def encode_documents(self, texts: Sequence[str]) -> Vectors:
            job = store.jobs.latest(IMPORT)
            assert job is not None
            store.jobs.cancel(job.id)
            return super().encode_documents(texts)

    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: Cancelling())
    monkeypatch.setattr("faq.jobs.BEAT_EVERY_SECONDS", 0)
    done = run("--json", "import", "table.csv")
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("Stopped. What was reported as done is kept.\n")
    job = store.jobs.latest(IMPORT)
    assert job is not None and job.state == "cancelled"
    assert store.info().entries == 5


def test_an_import_that_adds_goes_on_where_it_was_ended(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("table.csv").write_text("question\n" + "same card\n" * 600)
    again = ("--json", "import", "table.csv", "--on-duplicate", "add")
    embedder = WordCountEmbedder()
    failing = FailsLater(EmbeddingError("No memory is left."))
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: failing)
    assert run(*again).code == 1
    assert run("--json", "info").json["entries"] == 512
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: embedder)
    done = run(*again).json
    assert (done["added"], done["skipped"], len(done["failed"])) == (88, 512, 0)
    assert run(*again).code == 2  # it is in, and asks
    assert run(*again, "--again").json["added"] == 600


@pytest.mark.parametrize("state", ["failed", "cancelled", "running"])
def test_an_import_that_was_cut_is_named_by_each_command_until_the_next(
    run: Run, filled: Path, state: str
) -> None:
    store = open_store(filled)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    owner = f"{socket.gethostname()}/{gone.pid}/x"
    waiting = timedelta(seconds=60)
    job = store.jobs.start(IMPORT, owner=owner, actor="bo", total=9, silent_after=waiting)
    store.jobs.beat(job.id, owner=owner, done=1512, total=None)
    if state != "running":  # else it was killed
        store.jobs.finish(job.id, owner=owner, state=cast(JobState, state), result="x")
    for command in (["info"], ["search", "card"]):
        assert "The last import stopped after 1,512 rows" in run(*command).err
    done = run("import", "table.csv")
    assert "The last import stopped after 1,512 rows; those are kept. The same file" in done.err
    assert "The last import" not in run("import", "table.csv").err  # it came to its end


def test_an_import_says_at_each_part_how_far_it_is(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("table.csv").write_text("question\n" + "".join(f"card {n}\n" for n in range(600)))
    failing = FailsLater(EmbeddingError("No memory is left."))
    monkeypatch.setattr(faq.models, "open_embedder", lambda name, **options: failing)
    assert run("import", "table.csv").code == 1
    assert "The last import stopped after 512 rows" in run("import", "table.csv").err
