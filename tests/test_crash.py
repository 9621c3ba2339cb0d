"""Killed at any moment: nothing that was reported is lost, nothing is half there.

Three kills in the normal run; ten with ASKWELL_LONG=1, which `make soak` sets.
"""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from embedding import Embedder
from faq.collection import Collection
from faq.jobs import REEMBED
from faq.transfer.files import opened_table
from faq.transfer.importing import import_entries
from store import Content, open_store
from tests.fakes import WORDS, WordCountEmbedder

ROOT = Path(__file__).parents[1]
ROUNDS = 10 if os.environ.get("ASKWELL_LONG") else 3

COUNTING_WORDS = """
import sys
import faq.cli
import faq.models
from tests.fakes import WordCountEmbedder
faq.models.open_embedder = lambda name, **options: WordCountEmbedder()
sys.exit(faq.cli.main(sys.argv[1:]))
"""
QUICK = [sys.executable, "-c", COUNTING_WORDS]
REAL = [sys.executable, "-m", "faq"]


def write_table(path: Path, rows: int, texts: int) -> None:
    """Write rows with keys or without; each asks its question in so many ways."""
    chance = random.Random(rows)
    lines = ["key,question,answer,phrasings,tags"]
    for number in range(rows):
        words = " ".join(chance.choices(WORDS, k=6))
        key = f"key-{number}" if number % 2 else ""
        phrasings = "\n".join(f"{words} {number} {way}" for way in range(1, texts))
        lines.append(f'{key},{words} {number}?,Answer {number}.,"{phrasings}","a, b"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def import_and_kill(
    command: list[str], database: Path, table: Path, parts: int, mode: str = "skip"
) -> int:
    """Start an import, kill it some moment after `parts` of it; return the rows it reported."""
    moments = 0.3 if parts else 0.9  # the program's start is longer than a part
    process = subprocess.Popen(
        [*command, "--database", str(database), "import", str(table), "--on-duplicate", mode],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("FAQ_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None and process.stdout is not None
    try:
        before = 1 if parts else 0  # a line says what the file is read as
        told = [process.stderr.readline() for _ in range(before + parts)]
        time.sleep(random.uniform(0, moments))
    finally:
        process.kill()
        out, err = process.communicate()
    if process.returncode == 0:  # we were too late
        assert re.match(r"[\d,]+ added, 0 updated, [\d,]+ skipped, 0 failed\n", out)
    others = ("of them to embed", "Read as CSV", "The last import stopped", "imported before")
    lines = [x for x in [*told, *err.splitlines()] if not any(other in x for other in others)]
    saved = [re.fullmatch(r"([\d,]+) rows saved\n?|", line) for line in lines]
    assert None not in saved, lines
    return max((int(line[1].replace(",", "")) for line in saved if line and line[1]), default=0)


def finish(
    database: Path, table: Path, embedder: Embedder, rows: int, texts: int, reported: int
) -> None:
    """Whatever the kill left is whole, and importing the same file again brings in the rest."""
    store = open_store(database)
    assert store.upkeep.check().problems == ()
    there = store.info().entries
    assert there >= reported
    with opened_table(table) as read:
        report = import_entries(Collection(store, embedder, "ada"), read)
    assert (report.added, report.skipped, report.failed) == (rows - there, there, [])
    info = store.info()
    assert (info.entries, info.phrasings) == (rows, rows * texts)
    collection = Collection(store, embedder, "ada")
    answers = {entry.content.answer for entry in collection.all_entries()}
    assert answers == {f"Answer {number}." for number in range(rows)}
    assert store.upkeep.check().problems == ()
    store.close()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_import_loses_nothing_and_can_be_finished(tmp_path: Path, number: int) -> None:
    table, database = tmp_path / "table.csv", tmp_path / "faq.db"
    write_table(table, 3000, texts=2)
    reported = import_and_kill(QUICK, database, table, random.randint(0, 8))
    finish(database, table, WordCountEmbedder(), 3000, 2, reported)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_import_of_every_row_brings_in_each_once(tmp_path: Path, number: int) -> None:
    table, database = tmp_path / "table.csv", tmp_path / "faq.db"
    write_table(table, 3000, texts=2)
    for _ in range(2):
        import_and_kill(QUICK, database, table, random.randint(0, 8), "add")
    add = [*QUICK, "--json", "--database", str(database), "import", str(table)]
    for _ in range(2):  # the first one finishes it, or it was whole; the second one asks
        done = subprocess.run(
            [*add, "--on-duplicate", "add"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 2), done.stderr
    assert done.returncode == 2 and "This file was imported before, whole" in done.stderr
    store = open_store(database)
    entries = Collection(store, WordCountEmbedder(), "ada").all_entries()
    answers = Counter(entry.content.answer for entry in entries)
    assert answers == {f"Answer {number}.": 1 for number in range(3000)}
    assert store.upkeep.check().problems == ()
    store.close()


@pytest.mark.model
def test_the_real_command_with_the_real_model_killed(
    tmp_path: Path, real_embedder: Embedder
) -> None:
    rows = 3000 if os.environ.get("ASKWELL_LONG") else 560
    table, database = tmp_path / "table.csv", tmp_path / "faq.db"
    write_table(table, rows, texts=1)
    reported = import_and_kill(REAL, database, table, parts=1)
    assert reported >= 512
    finish(database, table, real_embedder, rows, 1, reported)


TWO_MODELS = """
import sys, time
import faq.cli
import faq.models
from tests.fakes import WordCountEmbedder
class Slow(WordCountEmbedder):
    def encode_documents(self, texts):
        time.sleep(0.05)
        return super().encode_documents(texts)
faq.models.open_embedder = lambda name, **options: Slow((name or "").rpartition("/")[2])
sys.exit(faq.cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_switch_of_models_leaves_the_old_one_or_the_new_one(
    tmp_path: Path, number: int
) -> None:
    database = tmp_path / "faq.db"
    store, old = open_store(database), WordCountEmbedder("old")
    collection = Collection(store, old, "ada")
    contents = [Content(f"card {number}") for number in range(3000)]
    collection.add_many(contents, collection.embed(c.question for c in contents))
    command = [sys.executable, "-c", TWO_MODELS, "--database", str(database)]
    process = subprocess.Popen(
        [*command, "reembed", "--model", "new"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(random.uniform(0, 1.2))
    process.kill()
    process.communicate()
    assert store.upkeep.check().problems == ()
    active, other = store.vectors.sets()
    assert active.missing == 0
    assert {active.model.fingerprint, other.model.fingerprint} == {"old", "new"}
    if active.model.fingerprint == "old":  # else it was done before the kill
        assert collection.search("card 17").matches[0].cosine == pytest.approx(1, abs=1e-6)
        # The dead one's lease runs out after a minute; here nobody waits for that.
        job = store.jobs.latest(REEMBED)
        assert job is not None
        if job.state == "running":
            store.jobs.finish(job.id, owner=job.owner, state="failed", result="killed")
        done = subprocess.run(
            [*command, "--json", "reembed", "--model", "new"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["phrasings"] == 3000
        first = done.stderr.partition(" of 3,000 vectors saved")[0]
        assert int(first.replace(",", "")) >= other.vectors  # what was done is not done again
    model = store.state().model
    assert model is not None and model.fingerprint == "new"
    assert store.upkeep.check().problems == ()
    store.close()
