"""A Parquet file of entries with their questions' vectors.

A row is an entry, for an entry is what a question is to find: whoever ranks rows ranks answers, and
none stands there twice. The vector in `embedding` is that of the question; the other ways of
asking are there as text. Which model the vectors come from stands in the file's own metadata.
"""

import io
import json
import shutil
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from faq.collection import ReadableCollection
from faq.fields import FIELDS
from faq.transfer.exporting import export
from faq.transfer.table import Row, UnreadableFile
from store import Entry, ModelRecord, Status

if TYPE_CHECKING:
    import pyarrow


EMBEDDING = "embedding"
COLUMNS = {field.name: field for field in FIELDS}
FOR_READERS = ("key", "question", "answer", "category", "tags", "phrasings", "source")
"""The columns of what readers may find: of published entries only, so no status stands there, and
how the team looks after them, by whom, until when and with which tests, is nobody else's
business."""

_ORIGIN = b"askwell"  # the metadata that holds an `Origin`
_ROWS_AT_ONCE = 500
_CHARACTERS_AT_ONCE = 16_000_000
_LARGEST_GROUP = 1 << 30  # bytes that are read into memory together

EmbeddedRow = tuple[Row, NDArray[np.float32]]
"""A row with the vector that came with it, which nobody has checked yet."""


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
    file: IO[bytes],
    origin: Origin,
    columns: Iterable[str] = COLUMNS,
) -> int:
    """Write every entry outside the bin with its question's vector, by id, some at a time; return
    how many. Without the column `status`, only the published ones.

    Raises `ModelMismatch` where the collection answers with another model than `origin` by now.
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    schema = pyarrow.schema(
        [(column, texts if COLUMNS[column].several else text) for column in columns]
        + [(EMBEDDING, pyarrow.list_(pyarrow.float32()))],
        metadata={_ORIGIN: json.dumps(asdict(origin))},
    )
    embedded = (
        (entry, vector)
        for entry, vector in collection.embedded_entries(origin.fingerprint)
        if "status" in columns or entry.content.status == Status.PUBLISHED
    )
    written = 0
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for part in _parts(embedded):
            rows = [
                {name: COLUMNS[name].value(entry.content) for name in columns} | {EMBEDDING: vector}
                for entry, vector in part
            ]
            writer.write_batch(pyarrow.RecordBatch.from_pylist(rows, schema))
            written += len(rows)
    return written


def export_parquet(collection: ReadableCollection, path: Path) -> int:
    """Write every entry with its question's vector, whole or not at all; return how many."""
    origin = own_origin(collection)
    return export(path, lambda file: write_parquet(collection, file, origin))


def _parts(
    embedded: Iterator[tuple[Entry, NDArray[np.float32]]],
) -> Iterator[list[tuple[Entry, NDArray[np.float32]]]]:
    """Yield what is held in memory together: so many entries, but fewer where they are long."""
    part, characters = [], 0
    for entry, vector in embedded:
        part.append((entry, vector))
        characters += sum(map(len, entry.content.texts))
        if len(part) == _ROWS_AT_ONCE or characters >= _CHARACTERS_AT_ONCE:
            yield part
            part, characters = [], 0
    if part:
        yield part


class ParquetEntries:
    """The entries in a file that `write_parquet` wrote, or somebody in its place."""

    def __init__(self, path: Path, origin: Origin) -> None:
        self.path = path
        self.origin = origin

    def rows(self) -> Iterator[EmbeddedRow]:
        """Yield the rows as they stand there, some in memory at a time.

        Raises `UnreadableFile` where the file is damaged, or a row has no vector.
        """
        with _opened(self.path) as file:
            columns = [name for name in (*COLUMNS, EMBEDDING) if name in file.schema_arrow.names]
            for missing in {"question", EMBEDDING} - {*columns}:
                raise UnreadableFile(f"{self.path} has no column '{missing}'. Export it again.")
            groups = range(file.metadata.num_row_groups)
            for group in groups:
                if file.metadata.row_group(group).total_byte_size > _LARGEST_GROUP:
                    raise UnreadableFile(
                        f"{self.path} holds more than {_LARGEST_GROUP:,} bytes in one part. Write "
                        "it in smaller row groups."
                    )
            number = 0
            batches = file.iter_batches(_ROWS_AT_ONCE, columns=columns)
            while batch := self._next(batches):
                for cells, vector in self._read(batch):
                    number += 1
                    if vector is None:
                        raise UnreadableFile(f"Row {number} of {self.path} has no vector.")
                    yield (number, cells), vector

    def _next(self, batches: "Iterator[pyarrow.RecordBatch]") -> "pyarrow.RecordBatch | None":
        import pyarrow

        try:
            return next(batches, None)
        except (pyarrow.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from None

    def _read(
        self, batch: "pyarrow.RecordBatch"
    ) -> Iterator[tuple[dict[str, str], NDArray[np.float32] | None]]:
        texts = [name for name in batch.schema.names if name != EMBEDDING]
        try:
            rows = batch.select(texts).to_pylist()
            cells = [{name: _cell(name, row[name]) for name in texts} for row in rows]
            vectors = [
                None if one.values is None else np.asarray(one.values, dtype=np.float32)
                for one in batch.column(EMBEDDING)
            ]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _damaged(self.path, error) from None
        return zip(cells, vectors, strict=True)


def _cell(name: str, value: Any) -> str:
    """Return a value as import takes it. Raises `TypeError` where it is no text."""
    if value is None:
        return ""
    joint = COLUMNS[name].reading.joint
    if joint is not None and isinstance(value, list):
        return joint.join(value)
    if not isinstance(value, str):
        raise TypeError(f"the column '{name}' holds other things than text")
    return value


def parquet_entries(path: Path) -> ParquetEntries | None:
    """Return what `write_parquet` wrote there; None where that is some other file.

    Raises `UnreadableFile` where it is a Parquet file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    with _opened(path) as opened:
        said = (opened.schema_arrow.metadata or {}).get(_ORIGIN)
    if said is None:
        return None
    try:
        origin = Origin(**json.loads(said))
    except (ValueError, TypeError, RecursionError):
        raise UnreadableFile(
            f"{path} does not say which model its vectors come from. Export it again."
        ) from None
    return ParquetEntries(path, origin)


def _opened(path: Path) -> Any:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    said = (str(error).splitlines() or [""])[0].rstrip(".")
    return UnreadableFile(f"{path} is no Parquet file that can be read: {said}. Export it again.")


CARD = "README.md"
DATA = "entries.parquet"


def card(title: str, load_from: str, entries: int, origin: Origin) -> str:
    """Return the card of a dataset that `load_from` names to `datasets.load_dataset`."""
    where = json.dumps(load_from, ensure_ascii=False)
    revision = f", revision={json.dumps(origin.revision)}" if origin.revision else ""
    model = json.dumps(origin.model, ensure_ascii=False)
    return f"""\
---
pretty_name: {json.dumps(title, ensure_ascii=False)}
task_categories:
- sentence-similarity
tags:
- faq
- askwell
configs:
- config_name: default
  data_files: {DATA}
---

# {" ".join(title.split())}

{entries:,} questions with their answers and their embeddings, in `{DATA}`. A row is an entry, for
an entry is what a question is to find: no answer stands there twice.

| column | what it holds |
|---|---|
| `key` | the entry's name, where it has one |
| `question`, `answer` | the texts |
| `category`, `tags` | what it is filed under |
| `phrasings` | other ways of asking the question |
| `source` | where the answer is from |
| `embedding` | the question's vector: {origin.dimension} numbers, of unit length |

## The embeddings

| | |
|---|---|
| model | `{origin.model}` |
| revision | `{origin.revision or "unknown"}` |
| fingerprint | `{origin.fingerprint}` |

The fingerprint is over the model's weights, tokenizer and settings. Vectors of another one cannot
be compared with these.

## How to use it

```python
from datasets import load_dataset

entries = load_dataset({where}, split="train")
```

The five entries that are nearest to a question, by cosine similarity, which is the inner product of
vectors of unit length:

```python
import faiss
from sentence_transformers import SentenceTransformer

model = SentenceTransformer({model}{revision})
query = model.encode_query("How can I reach you?", normalize_embeddings=True)
entries.add_faiss_index("embedding", metric_type=faiss.METRIC_INNER_PRODUCT)
scores, nearest = entries.get_nearest_examples("embedding", query, k=5)
```

The same without an index:

```python
from sentence_transformers.util import semantic_search

vectors = entries.with_format("torch")["embedding"][:]
[nearest] = semantic_search(query, vectors, top_k=5)
```

Written by Askwell, anew with every publication.
"""


def write_dataset(collection: ReadableCollection, folder: Path, title: str, load_from: str) -> int:
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


def export_dataset(collection: ReadableCollection, folder: Path) -> int:
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


def zipped_dataset(collection: ReadableCollection, title: str) -> bytes:
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
