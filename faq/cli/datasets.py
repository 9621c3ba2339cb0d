"""Commands for texts and vectors together: datasets in folders, in files and on the Hub."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faq.cli.output import DONE, opened_collection, show, tell
from faq.collection import Collection
from faq.settings import Settings
from faq.transfer.columns import by_field
from faq.transfer.columns import chosen as chosen_columns
from faq.transfer.dataset import parquet_entries
from faq.transfer.files import opened_table
from faq.transfer.import_job import mark_of
from faq.transfer.importing import ImportReport, import_entries
from faq.transfer.publishing import SCHEME, fetched
from faq.transfer.publishing import publish as publish_dataset
from faq.transfer.table import Row
from faq.transfer.vectors import EmbeddedRows, ForeignVectors, import_embedded, paired

_STEPS = 10

Count = Callable[[ImportReport], None]
Bring = Callable[[Collection, Count], ImportReport]
"""Imports into a collection, and tells how far it is."""


@dataclass(frozen=True, slots=True)
class HubDataset:
    """A dataset on the Hub, as `owner/name`."""

    name: str


def source(text: str) -> Path | HubDataset:
    """Return what an import is to read, from its name on the command line."""
    return HubDataset(text.removeprefix(SCHEME)) if text.startswith(SCHEME) else Path(text)


@contextmanager
def at_hand(wanted: Path | HubDataset, settings: Settings) -> Iterator[Path]:
    """Give the file to import, brought here first where it is on the Hub."""
    if isinstance(wanted, Path):
        yield wanted
        return
    with fetched(wanted.name, settings.network) as file:
        yield file


def embedded(chosen: argparse.Namespace, file: Path) -> Bring | None:
    """Return what imports a file with the vectors that came with it, or with those in the file that
    `--embeddings` names; None where it came with none. Raises `UnreadableFile`."""
    entries = parquet_entries(file) if file.is_file() else None
    if entries is None and chosen.embeddings is None:
        return None

    columns: dict[str, str] = {}  # of Askwell's own files there is nothing to choose
    if entries is None:
        with opened_table(file) as table:
            columns = chosen_columns(table, chosen.map)

    def rows() -> Iterator[Row]:
        if entries is not None:
            yield from (row for row, _ in entries.rows())
            return
        with opened_table(file) as table:
            for number, cells in table.rows:
                yield number, cells if isinstance(cells, str) else by_field(cells, columns)

    for _ in rows():  # before a database is begun for it
        pass
    mark = mark_of(file, columns, chosen.on_duplicate)

    def bring(collection: Collection, count: Count) -> ImportReport:
        def with_vectors(rows: EmbeddedRows) -> ImportReport:
            return import_embedded(collection, rows, chosen.on_duplicate, file=mark, progress=count)

        if chosen.embeddings is not None:
            return with_vectors(paired(rows, chosen.embeddings))
        assert entries is not None
        if entries.origin.fingerprint == collection.embedder.model.fingerprint:
            try:
                return with_vectors(entries.rows)
            except ForeignVectors as error:
                tell(f"{error} That is done now: the texts are embedded here.")
        else:
            tell(
                f"The file's vectors come from {entries.origin.model}, which is not the "
                "collection's model: the texts are embedded here."
            )
        with opened_table(file) as table:
            return import_entries(collection, table, chosen.on_duplicate, file=mark, progress=count)

    return bring


def publish(chosen: argparse.Namespace, settings: Settings) -> int:
    collection = opened_collection(chosen, settings)
    told = -1

    def on_bytes(done: int, total: int) -> None:
        nonlocal told
        if done * _STEPS // total > told:
            told = done * _STEPS // total
            tell(f"Sent {done / 1e6:,.1f} of {total / 1e6:,.1f} MB")

    made = publish_dataset(
        collection,
        settings.network,
        chosen.name,
        private=not chosen.public,
        on_bytes=on_bytes,
    )
    result = {
        "dataset": made.dataset,
        "entries": made.entries,
        "private": made.private,
        "commit": made.commit,
    }
    who = "only those whom its owner lets in" if made.private else "everybody"
    show(chosen, result, f"{made.entries:,} published entries for {who}: {made.dataset}")
    return DONE
