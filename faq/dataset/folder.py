"""A folder that `datasets.load_dataset` reads in one line: the published entries and a card."""

import io
import shutil
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from faq.collection import Collection
from faq.dataset.card import CARD, DATA, card
from faq.dataset.parquet import FOR_READERS, own_origin, parquet_entries, write_parquet
from faq.tables import UnreadableFile


def write_dataset(collection: Collection, folder: Path, title: str, load_from: str) -> int:
    """Write card and data into a folder that is there; return how many entries.

    Drafts and archived entries stay at home. Raises `UnreadableFile` where there are no others.
    """
    origin = own_origin(collection)
    with (folder / DATA).open("xb") as file:
        entries = write_parquet(collection, file, origin, FOR_READERS)
    if not entries:
        raise UnreadableFile("The collection has no published entries. Publish one first.")
    text = card(title, load_from, entries, origin)
    (folder / CARD).write_text(text, encoding="utf-8", newline="\n")
    return entries


def export_dataset(collection: Collection, folder: Path) -> int:
    """Write a dataset's folder whole or not at all; return how many entries it has.

    A dataset that was written there before gives way, file by file, so that it can be read at any
    moment. Raises `UnreadableFile` where something else is there, or the disk cannot be written.
    """
    if folder.exists() and not _is_ours(folder):
        raise UnreadableFile(
            f"{folder} holds something else. Name an empty folder, or one that is not there."
        )
    with _beside(folder) as draft:
        entries = write_dataset(collection, draft, folder.resolve().name, str(folder))
        if folder.exists():
            for name in (DATA, CARD):
                (draft / name).replace(folder / name)
        else:
            draft.rename(folder)
    return entries


def zipped_dataset(collection: Collection, title: str) -> bytes:
    """Return a dataset's folder, named `title`, as a ZIP file."""
    packed = io.BytesIO()
    with TemporaryDirectory() as folder:
        write_dataset(collection, Path(folder), title, title)
        with zipfile.ZipFile(packed, "w") as archive:
            for name in (CARD, DATA):
                archive.write(Path(folder, name), f"{title}/{name}")
    return packed.getvalue()


def _is_ours(folder: Path) -> bool:
    try:
        if not folder.is_dir():
            return False
        data = folder / DATA
        return parquet_entries(data) is not None if data.exists() else not any(folder.iterdir())
    except OSError as error:
        raise UnreadableFile(f"{folder} cannot be read: {error.strerror}.") from None


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give an empty folder on the same disk, and clean up. Raises `UnreadableFile`."""
    whole = folder.resolve()
    draft = whole.with_name(f".{whole.name}.{uuid.uuid4().hex}.part")
    try:
        draft.mkdir()
        yield draft
    except OSError as error:
        raise UnreadableFile(f"{folder} cannot be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
