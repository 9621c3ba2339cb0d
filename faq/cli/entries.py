"""Commands that say what a collection holds, and bring entries in and out."""

import argparse
from dataclasses import asdict
from pathlib import Path

from embedding import EmbeddingError, Runtime
from faq.cli import datasets
from faq.cli.output import DONE, WRONG_USAGE, opened_collection, runtime_of, show, tell
from faq.content import validated
from faq.jobs import IMPORT, Progress, run_job
from faq.settings import Settings
from faq.transfer.columns import chosen as chosen_columns
from faq.transfer.dataset import export_dataset, export_parquet
from faq.transfer.exporting import export as write_file
from faq.transfer.exporting import write_embeddings, write_entries
from faq.transfer.files import kind_of, opened_table
from faq.transfer.import_job import mark_of, told
from faq.transfer.importing import ImportReport, import_entries
from faq.transfer.table import UnreadableFile
from store import Content, EntryFilter, Status


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
    with datasets.at_hand(chosen.file, settings) as path:
        if embedded := datasets.embedded(chosen, path):
            report = _under_lease(chosen, settings, embedded)
        else:
            report = _bring_text(chosen, settings, path)
    tell(f"{report.seconds:.1f} s, {report.embed_seconds:.1f} s of them to embed")
    show(chosen, asdict(report), _told(report))
    return DONE


def _bring_text(chosen: argparse.Namespace, settings: Settings, path: Path) -> ImportReport:
    with opened_table(path) as table:
        columns = chosen_columns(table, chosen.map)
        mark = mark_of(path, columns, chosen.on_duplicate)
        return _under_lease(
            chosen,
            settings,
            lambda collection, count: import_entries(
                collection, table, chosen.on_duplicate, columns, file=mark, progress=count
            ),
        )


def _under_lease(
    chosen: argparse.Namespace, settings: Settings, bring: datasets.Bring
) -> ImportReport:
    collection = opened_collection(chosen, settings, create=True)

    def work(progress: Progress) -> ImportReport:
        def count(so_far: ImportReport) -> None:
            tell(f"{so_far.added + so_far.updated:,} rows saved")
            progress.report(so_far.rows, None)

        return bring(collection, count)

    return run_job(collection.store, IMPORT, collection.actor, work, told)


def _told(report: ImportReport) -> str:
    lines = [
        f"{report.added:,} added, {report.updated:,} updated, {report.skipped:,} skipped, "
        f"{report.failures:,} failed"
    ]
    lines += [f"row {failed.row}: {failed.error}" for failed in report.failed]
    lines += [f"and {report.more_failed:,} more"] * bool(report.more_failed)
    if report.near:
        lines.append("Added, and very near to an entry that was there:")
        lines += [
            f"row {near.row}: {_line(near.question)} / {_line(near.like)} ({near.cosine:.2f})"
            for near in report.near
        ]
        lines += [f"and {report.more_near:,} more"] * bool(report.more_near)
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.split())[:80]


def take(chosen: argparse.Namespace, settings: Settings) -> int:
    narrowed = chosen.category is not None or chosen.status is not None
    if narrowed and (chosen.dataset or chosen.embeddings):
        tell(
            "--category and --status choose among entries that are written as text. Leave them "
            "out, or leave out --embeddings and --dataset."
        )
        return WRONG_USAGE
    collection = opened_collection(chosen, settings)
    where = EntryFilter(
        category=chosen.category, status=Status(chosen.status) if chosen.status else None
    )
    database = Path(collection.store.info().location)
    if chosen.file.exists() and chosen.file.samefile(database):
        raise UnreadableFile(f"{chosen.file} is the database itself. Name another file.")
    if chosen.dataset:
        entries = export_dataset(collection, chosen.file)
    elif chosen.embeddings and chosen.file.suffix.lower() == ".parquet":
        entries = export_parquet(collection, chosen.file)
    elif chosen.embeddings:
        entries = write_file(chosen.file, lambda file: write_embeddings(collection, file))
    else:
        kind, found = kind_of(chosen.file.name), collection.all_entries(where)
        entries = write_file(chosen.file, lambda file: write_entries(file, kind, found))
    result = {"entries": entries, "file": str(chosen.file)}
    show(chosen, result, f"{entries:,} entries written to {chosen.file}")
    return DONE
