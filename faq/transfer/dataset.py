"""The collection as a dataset: the published entries and their vectors, for other programs.

A row is an entry. The vector in `embedding` is that of the question; the other ways of asking are
there as text. Which model the vectors come from is in the file's own metadata.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath
from string import Template
from tempfile import TemporaryDirectory
from typing import BinaryIO

from faq.collection import ReadableCollection
from faq.fields import FIELDS
from faq.json_records import from_json, to_json
from faq.transfer import parquet_files
from faq.transfer.exporting import draft_beside, export
from faq.transfer.files import opened
from faq.transfer.parquet_files import EmbeddedRow
from faq.transfer.table import Column, UnreadableFile
from store import ModelRecord, Status

EMBEDDING = "embedding"
COLUMNS = {field.name: field for field in FIELDS}
FOR_READERS = ("key", "question", "answer", "category", "tags", "phrasings", "source")
"""The columns that readers may find: of published entries only, so there is no status, and how the
team looks after them, by whom, until when and with which tests, is nobody else's business."""
CARD = "README.md"
CARD_TEMPLATE = Path(__file__).parent / "dataset_card.md"
DATA = "entries.parquet"
_ORIGIN = b"askwell"  # the metadata with an `Origin`


@dataclass(frozen=True, slots=True)
class Origin:
    """The model that vectors come from; vectors of equal fingerprints can be compared."""

    model: str
    revision: str | None
    fingerprint: str
    dimension: int


def origin_of(record: ModelRecord) -> Origin:
    """Return a model as others may know it: of a folder on this machine, its name alone."""
    name = record.name
    if Path(name).is_dir() or PurePath(name).is_absolute() or "\\" in name:
        name = PurePath(name.replace("\\", "/")).name
    return Origin(name, record.revision, record.fingerprint, record.dimension)


def own_origin(collection: ReadableCollection) -> Origin:
    """Return where a collection's vectors come from. Raises `UnreadableFile` where it has none."""
    record = collection.store.state().model
    if record is None:
        raise UnreadableFile("The collection has no entries, so there are no vectors. Add one.")
    return origin_of(record)


def write_parquet(
    collection: ReadableCollection,
    file: BinaryIO,
    origin: Origin,
    columns: Iterable[str] = COLUMNS,
) -> int:
    """Write every entry outside the bin with its question's vector, by id, some at a time; return
    how many. Without the column `status`, only the published ones.

    Raises `ModelMismatch` where the collection answers with another model than `origin` by now.
    """
    fields = [COLUMNS[name] for name in columns]
    everything = "status" in columns
    embedded = (
        (entry.content, vector)
        for entry, vector in collection.embedded_entries(origin.fingerprint)
        if everything or entry.content.status == Status.PUBLISHED
    )
    written = count()
    rows = (
        [*(field.value(content) for field in fields), vector]
        for (content, vector), _ in zip(embedded, written, strict=False)
    )
    named = [Column(field.name, field.several) for field in fields]
    parquet_files.write(file, named, rows, EMBEDDING, {_ORIGIN: to_json(origin)})
    return next(written)


def export_parquet(collection: ReadableCollection, path: Path) -> int:
    """Write every entry with its question's vector, whole or not at all; return how many."""
    origin = own_origin(collection)
    return export(path, lambda file: write_parquet(collection, file, origin))


@dataclass(frozen=True, slots=True)
class ParquetEntries:
    """The entries in a file that `write_parquet` wrote, perhaps changed by somebody since."""

    path: Path
    origin: Origin

    def rows(self) -> Iterator[EmbeddedRow]:
        """Yield the rows as they are there, some in memory at a time.

        Raises `UnreadableFile` where the file is damaged, or a row has no vector.
        """
        with opened(self.path) as file:
            parquet = parquet_files.opened(file)
            names = parquet.schema_arrow.names
            for missing in {"question", EMBEDDING} - {*names}:
                raise UnreadableFile(f"{self.path} has no column '{missing}'. Export it again.")
            columns = [name for name in COLUMNS if name in names]
            yield from parquet_files.embedded_rows(parquet, columns, EMBEDDING)


def parquet_entries(path: Path) -> ParquetEntries | None:
    """Return what `write_parquet` wrote there; None where that is some other file.

    Raises `UnreadableFile` where it is a Parquet file that cannot be read.
    """
    with opened(path) as file:
        if file.read(4) != b"PAR1":
            return None
        metadata = parquet_files.opened(file).schema_arrow.metadata or {}
    if _ORIGIN not in metadata:
        return None
    try:
        return ParquetEntries(path, from_json(Origin, metadata[_ORIGIN].decode()))
    except ValueError:
        raise UnreadableFile(
            f"{path} does not say which model its vectors come from. Export it again."
        ) from None


def card(title: str, load_from: str, entries: int, origin: Origin) -> str:
    """Return the card of a dataset that `load_from` names to `datasets.load_dataset`."""
    revision = f", revision={json.dumps(origin.revision)}" if origin.revision else ""
    return Template(CARD_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=" ".join(title.split()),
        quoted_title=json.dumps(title, ensure_ascii=False),
        data=DATA,
        entries=f"{entries:,}",
        load_from=json.dumps(load_from, ensure_ascii=False),
        from_hub=json.dumps(origin.model, ensure_ascii=False) + revision,
        model=origin.model,
        revision=origin.revision or "unknown",
        fingerprint=origin.fingerprint,
        dimension=origin.dimension,
    )


def write_dataset(collection: ReadableCollection, folder: Path, title: str, load_from: str) -> int:
    """Write card and data into a folder that is there; return how many entries.

    Drafts and archived entries are not written. Raises `UnreadableFile` where there are no others.
    """
    origin = own_origin(collection)
    with (folder / DATA).open("xb") as file:
        entries = write_parquet(collection, file, origin, FOR_READERS)
    if not entries:
        raise UnreadableFile("The collection has no published entries. Publish one first.")
    text = card(title, load_from, entries, origin)
    (folder / CARD).write_text(text, encoding="utf-8", newline="\n")
    return entries


def export_dataset(collection: ReadableCollection, folder: Path) -> int:
    """Write a dataset's folder whole or not at all; return how many entries it has.

    A dataset that was written there before is replaced, file by file, so that it can be read at any
    moment. Raises `UnreadableFile` where something else is there, or the disk cannot be written.
    """
    if folder.exists() and not _is_dataset(folder):
        raise UnreadableFile(
            f"{folder} contains something else. Name an empty folder, or one that is not there."
        )
    with draft_beside(folder.resolve()) as draft:
        draft.mkdir()
        entries = write_dataset(collection, draft, folder.resolve().name, str(folder))
        if folder.exists():
            for name in (DATA, CARD):
                (draft / name).replace(folder / name)
        else:
            draft.rename(folder)
    return entries


def zipped_dataset(collection: ReadableCollection, title: str) -> bytes:
    """Return a dataset's folder, named `title`, as a ZIP file."""
    packed = io.BytesIO()
    with TemporaryDirectory() as folder:
        write_dataset(collection, Path(folder), title, title)
        with zipfile.ZipFile(packed, "w") as archive:
            for name in (CARD, DATA):
                archive.write(Path(folder, name), f"{title}/{name}")
    return packed.getvalue()


def _is_dataset(folder: Path) -> bool:
    """Return whether a dataset may be written into what is there: one of Askwell's, or nothing."""
    try:
        if not folder.is_dir():
            return False
        data = folder / DATA
        return parquet_entries(data) is not None if data.exists() else not any(folder.iterdir())
    except OSError as error:
        raise UnreadableFile(f"{folder} cannot be read: {error.strerror}.") from None
