"""A collection on a disk that fills up, in a process of its own: `python -m tests.full_disk FOLDER
ROOM [disk]`. No file may grow by more than ROOM bytes, or by any where that is 0; with `disk`, a
file takes all but so many bytes of what the disk of FOLDER has. Asserts what must be so."""

import os
import random
import resource
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from embedding import Vectors
from faq.collection import Collection
from faq.transfer.import_report import ImportReport
from faq.transfer.importing import import_entries
from faq.transfer.table import Table
from store import Content, EntryFilter, StoreError, StoreUnavailable, open_store
from tests.fakes import WordCountEmbedder

ENTRIES, ROWS = 100, 1200


class Wide(WordCountEmbedder):
    """Counts words into as many dimensions as a real model has, so that vectors fill a disk."""

    @property
    def model(self):  # type: ignore[no-untyped-def]
        return replace(super().model, dimension=384)

    def encode_documents(self, texts):  # type: ignore[no-untyped-def]
        narrow = super().encode_documents(texts)
        return np.hstack([narrow, np.zeros((len(narrow), 374), np.float32)])

    def encode_query(self, text: str):  # type: ignore[no-untyped-def]
        vectors: Vectors = self.encode_documents([text])
        return vectors[0]


class Disk:
    """What can be full and have room again."""

    def __init__(self, folder: Path, room: int, whole: bool) -> None:
        self.folder, self.room, self.whole = folder, room, whole
        self.filler = folder / "filler"
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        if self.whole:
            free = shutil.disk_usage(self.folder).free - self.room
            with self.filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, free)
        else:
            largest = max(file.stat().st_size for file in self.folder.iterdir())
            limit = self.room and largest + self.room
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, self.limits[1]))

    def free(self) -> None:
        self.filler.unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)


def refused(work: Callable[[], object], most: int = 2000) -> str:
    """Do work until it is refused; return the sentence."""
    for _ in range(most):
        try:
            work()
        except StoreUnavailable as error:
            return str(error)
    raise AssertionError("it was never refused")


def rows(chance: random.Random):  # type: ignore[no-untyped-def]
    for number in range(ROWS):
        yield number + 1, {"question": f"plan {number} {chance.random()}", "key": f"row-{number}"}


def main(folder: Path, disk: Disk) -> None:
    chance = random.Random(1)
    own = Collection(open_store(folder / "faq.db"), Wide(), "ada")
    contents = [Content(f"card {number}", "x" * 500, f"key-{number}") for number in range(ENTRIES)]
    own.add_many(contents, own.embed(text for content in contents for text in content.texts))
    own.log(own.search("card"))
    disk.fill()

    def long_content() -> Content:
        return Content(f"new {chance.random()}", "y" * 3000)

    def edit() -> None:
        [entry] = own.store.entries.get([1])
        own.edit(entry, replace(entry.content, answer=f"{chance.random()}" * 100))

    report = ImportReport()

    def import_rows() -> None:
        def progress(so_far: ImportReport) -> None:
            nonlocal report
            report = so_far

        table = Table(("question", "key"), rows(chance), "rows")
        import_entries(own, table, progress=progress)

    sentences = [
        refused(import_rows, 1),
        refused(lambda: own.add(long_content())),
        refused(edit),
        refused(lambda: own.log(own.search("card"))),
        refused(lambda: own.store.settings.write({"a": "z" * 100_000})),
        refused(lambda: own.remove([2]) and own.restore([2])),
    ]
    for sentence in sentences:
        assert "full" in sentence and "Nothing was changed" in sentence, sentence

    # Old data are there, and questions are answered, by meaning and by words.
    assert own.store.upkeep.check().problems == ()
    assert len(own.store.entries.get(range(1, ENTRIES + 1))) == ENTRIES
    assert own.search("card").matches[0].cosine > 0.7
    assert own.search_words("card", why="").matches
    imported = own.store.entries.page(EntryFilter(key_prefix="row-")).total
    assert report.added == imported, (report.added, imported)

    disk.free()
    # After that, everything goes on.
    own.add(long_content())
    edit()
    import_rows()
    assert own.log(own.search("card")) is not None
    assert own.store.entries.page(EntryFilter(key_prefix="row-")).total == ROWS
    assert own.store.upkeep.check().problems == ()
    own.store.close()

    # Opened while there is no room for what SQLite keeps beside the file, it can still be asked.
    disk.room = 0
    disk.fill()
    again = Collection(open_store(folder / "faq.db"), Wide(), "ada")
    assert "is full" in again.store.read_only
    assert again.search("card").matches[0].cosine > 0.7
    assert "Nothing can be saved" in refused(lambda: again.add(long_content()), 1)
    disk.free()
    sys.stdout.write(f"{imported} rows were imported: {sentences[0]}")


if __name__ == "__main__":
    try:
        place = Path(sys.argv[1])
        main(place, Disk(place, int(sys.argv[2]), whole="disk" in sys.argv[3:]))
    except StoreError as error:
        raise AssertionError("refused though there was room") from error
