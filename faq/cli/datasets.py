"""Commands for texts and vectors together: datasets in folders, in files and on the Hub."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faq.cli.output import DONE, opened_collection, show, tell
from faq.csv_table import Row, opened, read_rows
from faq.dataset.parquet import parquet_entries
from faq.dataset.publishing import SCHEME, fetched
from faq.dataset.publishing import publish as publish_dataset
from faq.dataset.vectors import ForeignVectors, import_embedded
from faq.dataset.vectors_csv import paired
from faq.importing import ImportReport, import_entries
from faq.settings import Settings

_STEPS = 10

Report = Callable[[ImportReport], None]


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


def bring(
    chosen: argparse.Namespace, settings: Settings, file: Path, progress: Report
) -> ImportReport | None:
    """Import a file with the vectors that came with it, or with those in the file that
    `--embeddings` names; None where it came with none."""
    entries = parquet_entries(file)
    if entries is None and chosen.embeddings is None:
        return None

    def rows() -> Iterator[Row]:
        if entries is not None:
            yield from (row for row, _ in entries.rows())
            return
        with opened(file) as table:
            yield from read_rows(table, "question")

    for _ in rows():  # before a database is begun for it
        pass
    collection = opened_collection(chosen, settings, create=True)
    if chosen.embeddings is not None:
        embedded = paired(rows, chosen.embeddings)
        return import_embedded(collection, embedded, chosen.on_duplicate, progress)
    assert entries is not None
    if entries.origin.fingerprint == collection.embedder.model.fingerprint:
        try:
            return import_embedded(collection, entries.rows, chosen.on_duplicate, progress)
        except ForeignVectors as error:
            tell(f"{error} That is done now: the texts are embedded here.")
    else:
        tell(
            f"The file's vectors come from {entries.origin.model}, which is not the collection's "
            "model: the texts are embedded here."
        )
    return import_entries(collection, rows(), chosen.on_duplicate, progress)


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
