"""Two processes edit the same entry of one file: nobody's change is lost."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from faq.collection import Collection
from store import Content, open_store
from tests.fakes import WordCountEmbedder

ROOT = Path(__file__).parents[1]
ROUNDS = 30

A_PERSON = """
import sys
from dataclasses import replace
from pathlib import Path
from faq.collection import Collection
from faq.editing.reconciling import three_way_merge
from store import StaleEdit, open_store
from tests.fakes import WordCountEmbedder

path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
collection = Collection(open_store(path, create=False), WordCountEmbedder(), name)
print("ready", flush=True)
sys.stdin.readline()
refused = 0
for number in range(rounds):
    opened = collection.get(1)
    mine = replace(
        opened.content,
        answer=f"{name} {number}",
        phrasings=(*opened.content.phrasings, f"card {name} {number}"),
        tags=(*opened.content.tags, f"{name} {number}"),
    )
    while True:
        try:
            collection.edit(opened, mine)
            break
        except StaleEdit as stale:
            refused += 1
            mine = three_way_merge(opened.content, stale.current.content, mine).merged({})
            opened = stale.current
print(refused)
collection.store.close()
"""


def test_no_edit_of_two_processes_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    with closing(open_store(path)) as store:
        collection = Collection(store, WordCountEmbedder(), "grace")
        entry = collection.add(Content("lost card", "Nobody said anything yet."))
        people = [
            subprocess.Popen(
                [sys.executable, "-c", A_PERSON, str(path), name, str(ROUNDS)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("ada", "bo")
        ]
        for person in people:
            assert person.stdout is not None
            assert person.stdout.readline() == "ready\n"
        for person in people:
            assert person.stdin is not None
            person.stdin.write("\n")
            person.stdin.flush()
        refused = [int(person.communicate(timeout=120)[0]) for person in people]
        assert [person.returncode for person in people] == [0, 0]
        assert sum(refused) > 0, "They never met."
        after = collection.get(entry.id)
        assert after is not None
        said = {f"{name} {number}" for name in ("ada", "bo") for number in range(ROUNDS)}
        assert set(after.content.tags) == said
        assert set(after.content.phrasings) == {f"card {one}" for one in said}
        revisions = store.entries.revisions(entry.id)
        assert [r.version for r in revisions] == list(range(2 * ROUNDS + 1, 0, -1))
        assert {r.content.answer for r in revisions[:-1]} == said  # also what was written over
        assert store.upkeep.check().problems == ()
