"""Commands that say what a collection holds, and bring entries in and out."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from embedding import EmbeddingError, Runtime
from faq.cli import datasets
from faq.cli.output import DONE, opened_collection, runtime_of, show, tell
from faq.content import validated
from faq.csv_table import UnreadableFile, opened, read_rows
from faq.dataset.folder import export_dataset
from faq.dataset.parquet import export_parquet
from faq.exporting import export as write_file
from faq.exporting import write_embeddings, write_entries
from faq.importing import ImportReport, import_entries
from faq.settings import Settings
from store import Content


def info(chosen: argparse.Namespace, settings: Settings) -> int:
    collection = opened_collection(chosen, settings)
    info = collection.store.info()
    model = asdict(collection.store.model() or collection.embedder.model)
    try:
        runtime = collection.embedder.runtime
    except EmbeddingError as error:
        tell(str(error))
        runtime = Runtime("none", "none", "none")
    model |= runtime_of(runtime)
    result = {
        "entries": info.entries,
        "phrasings": info.phrasings,
        "schema_version": info.schema_version,
        "model": model,
    }
    show(
        chosen,
        result,
        f"{info.location}: {info.entries:,} entries, {info.phrasings:,} phrasings, schema "
        f"{info.schema_version}\n{model['name']}, {model['dimension']} dimensions, reads "
        f"{model['max_tokens']} tokens; {model['engine']} on {model['device']}",
    )
    return DONE


def add(chosen: argparse.Namespace, settings: Settings) -> int:
    content = Content(
        question=chosen.question,
        answer=chosen.answer,
        key=chosen.key,
        category=chosen.category,
        tags=tuple(chosen.tag),
        phrasings=tuple(chosen.phrasing),
    )
    validated(content)  # before a database is begun for it
    entry = opened_collection(chosen, settings, create=True).add(content)
    result = {"id": entry.id, "key": entry.content.key, "version": entry.version}
    show(chosen, result, f"Added entry {entry.id}.")
    return DONE


def bring(chosen: argparse.Namespace, settings: Settings) -> int:
    def progress(report: ImportReport) -> None:
        tell(f"{report.added + report.updated:,} rows saved")

    with datasets.at_hand(chosen.file, settings) as path:
        report = datasets.bring(chosen, settings, path, progress)
        report = report or _bring_text(chosen, settings, path, progress)
    counts = (
        f"{report.added:,} added, {report.updated:,} updated, {report.skipped:,} skipped, "
        f"{len(report.failed):,} failed"
    )
    tell(f"{report.seconds:.1f} s, {report.embed_seconds:.1f} s of them to embed")
    failures = [f"row {failed.row}: {failed.error}" for failed in report.failed]
    show(chosen, asdict(report), "\n".join([counts, *failures]))
    return DONE


def _bring_text(
    chosen: argparse.Namespace,
    settings: Settings,
    path: Path,
    progress: Callable[[ImportReport], None],
) -> ImportReport:
    with opened(path) as file:
        rows = read_rows(file, "question")
        collection = opened_collection(chosen, settings, create=True)
        return import_entries(collection, rows, chosen.on_duplicate, progress)


def take(chosen: argparse.Namespace, settings: Settings) -> int:
    collection = opened_collection(chosen, settings)
    database = Path(collection.store.info().location)
    if chosen.file.exists() and chosen.file.samefile(database):
        raise UnreadableFile(f"{chosen.file} is the database itself. Name another file.")
    if chosen.dataset:
        entries = export_dataset(collection, chosen.file)
    elif chosen.embeddings and chosen.file.suffix.lower() == ".parquet":
        entries = export_parquet(collection, chosen.file)
    else:
        write = write_embeddings if chosen.embeddings else write_entries
        entries = write_file(collection, chosen.file, write)
    result = {"entries": entries, "file": str(chosen.file)}
    show(chosen, result, f"{entries:,} entries written to {chosen.file}")
    return DONE
