"""A full disk: a sentence, the old data as they were, answers as before, and later it goes on.

The work itself is done by `tests.full_disk`, in a process of its own.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faq.collection import Collection
from store import Content, open_store
from tests.fakes import WordCountEmbedder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")

ROOT = Path(__file__).parents[1]


def goes_through_it(folder: Path, *how: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.full_disk", str(folder), *how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    assert goes_through_it(tmp_path, "0").startswith("0 rows were imported")


def test_a_disk_that_is_full_in_the_middle_of_an_import(tmp_path: Path) -> None:
    assert goes_through_it(tmp_path, "2000000").startswith("512 rows were imported")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("room", ["0", "2000000"])
def test_a_small_disk(small_disk: Path, room: str) -> None:
    assert "is full" in goes_through_it(small_disk, room, "disk")


ON_A_FULL_DISK = """
import resource, sys
import faq.cli, faq.models
from tests.fakes import WordCountEmbedder
faq.models.open_embedder = lambda name, **options: WordCountEmbedder()
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
sys.exit(faq.cli.main(sys.argv[1:]))
"""


def test_commands_on_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    own = Collection(open_store(path), WordCountEmbedder(), "ada")
    own.add(Content("lost card"))
    own.store.close()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", ON_A_FULL_DISK, "--database", str(path), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    asked = run("search", "card lost")
    assert (asked.returncode, asked.stdout, asked.stderr) == (
        0,
        "card lost\n  0.864  lost card\n",
        "",
    )
    refused = run("add", "price")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Nothing can be saved, because the disk that holds faq.db")
    store = open_store(path)
    assert store.info().entries == 1
    assert store.upkeep.check().problems == ()
    store.close()
