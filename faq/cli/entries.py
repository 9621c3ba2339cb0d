"""Commands about entries: add one, import and export many, publish all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from embedding import EmbeddingError, Runtime
from faq.cli.command import (
    Run,
    WrongUsage,
    choose_thresholds,
    message,
    printer,
    runtime_as_json,
)
from faq.collection import Collection
from faq.content import validated
from faq.jobs import IMPORT, Progress, run_job
from faq.language import hindrance_after_import
from faq.transfer import publishing
from faq.transfer.columns import by_field, described, notes
from faq.transfer.columns import chosen as chosen_columns
from faq.transfer.dataset import export_dataset, export_parquet, parquet_entries
from faq.transfer.exporting import export as write_file
from faq.transfer.exporting import write_embeddings, write_entries
from faq.transfer.files import kind_to_write, opened_table
from faq.transfer.import_job import kept_report, mark_of
from faq.transfer.import_report import ImportReport
from faq.transfer.importing import import_entries, refuse_second
from faq.transfer.table import Row, UnreadableFile
from faq.transfer.vectors import ForeignVectors, import_embedded, paired
from store import Content, EntryFilter, Status


def info(run: Run) -> int:
    collection = run.readable_collection()
    info = collection.store.info()
    model = asdict(collection.store.state().model or collection.embedder.model)
    try:
        runtime = collection.embedder.runtime
    except EmbeddingError as error:
        message(str(error))
        runtime = Runtime("none", "none", "none")
    return run.show(
        {
            "entries": info.entries,
            "phrasings": info.phrasings,
            "schema_version": info.schema_version,
            "model": model | runtime_as_json(runtime),
        },
        f"{info.location}: {info.entries:,} entries, {info.phrasings:,} phrasings, schema "
        f"{info.schema_version}\n{model['name']}, {model['dimension']} dimensions, reads "
        f"{model['max_tokens']} tokens; {runtime.engine} on {runtime.device}",
    )


def add(run: Run) -> int:
    given = run.arguments
    content = Content(
        question=given.question,
        answer=given.answer,
        key=given.key,
        category=given.category,
        tags=tuple(given.tag),
        phrasings=tuple(given.phrasing),
    )
    validated(content)  # before a database is created for it
    entry = run.collection(create=True).add(content)
    result = {"id": entry.id, "key": entry.content.key, "version": entry.version}
    return run.show(result, f"Added entry {entry.id}.")


def import_file(run: Run) -> int:
    given = run.arguments
    as_read = given.encoding, given.language
    with _source(run) as path, opened_table(path, *as_read) as table:
        columns = chosen_columns(
            table, given.map, questions_only=given.questions_only, language=given.language
        )
        message(f"Read as {table.description}. {described(columns, table)}")
        for note in notes(table):
            message(note)
        mark = mark_of(path, columns, given.on_duplicate, given.language)
        entries = parquet_entries(path) if path.is_file() else None

        def rows() -> Iterator[Row]:
            if entries is not None:
                yield from (row for row, _ in entries.rows())
                return
            with opened_table(path, *as_read) as again:
                for number, cells in again.rows:
                    yield number, cells if isinstance(cells, str) else by_field(cells, columns)

        if entries is not None or given.embeddings:
            for _ in rows():  # all can be read, before a database is created for them
                pass
        collection = run.collection(create=True)
        if not given.again:
            refuse_second(collection.store, mark)

        def work(progress: Progress) -> ImportReport:
            def count(so_far: ImportReport) -> None:
                message(f"{so_far.added + so_far.updated:,} rows saved")
                progress.report(so_far.rows, None)
                progress.beat()  # at once: a kill may be the next that happens

            embedded = entries.rows if entries is not None else None
            if given.embeddings:
                embedded = paired(rows, given.embeddings)
            elif entries is not None and _is_foreign(collection, entries.origin.fingerprint):
                message(
                    f"The file's vectors come from {entries.origin.model}, which is not the "
                    "collection's model: the texts are embedded here."
                )
                embedded = None
            try:
                if embedded is not None:
                    return import_embedded(
                        collection,
                        embedded,
                        given.on_duplicate,
                        file=mark,
                        progress=count,
                        again=given.again,
                    )
            except ForeignVectors as error:
                if given.embeddings:
                    raise
                message(f"{error} That is done now: the texts are embedded here.")
            return import_entries(
                collection,
                table,
                given.on_duplicate,
                columns,
                file=mark,
                progress=count,
                again=given.again,
            )

        report = run_job(collection.store, IMPORT, collection.actor, work, kept_report)
        report.note = hindrance_after_import(collection)
    choose_thresholds(collection)
    message(f"{report.seconds:.1f} s, {report.embed_seconds:.1f} s of them to embed")
    unused = [name for name in table.columns if name not in columns.values()]
    result = asdict(report) | {"columns": columns, "unused": unused}
    return run.show(result, _as_text(report))


@contextmanager
def _source(run: Run) -> Iterator[Path]:
    """Give the file to import, downloaded first where it is a dataset on the Hub."""
    name: str = run.arguments.file
    if not name.startswith(publishing.SCHEME):
        yield Path(name)
        return
    with publishing.fetched(name.removeprefix(publishing.SCHEME), run.settings.network) as file:
        yield file


def _is_foreign(collection: Collection, fingerprint: str) -> bool:
    return collection.embedder.model.fingerprint != fingerprint


def _as_text(report: ImportReport) -> str:
    lines = [
        f"{report.added:,} added, {report.updated:,} updated, {report.skipped:,} skipped, "
        f"{report.failures:,} failed"
    ]
    lines += [f"row {failed.row}: {failed.error}" for failed in report.failed]
    lines += [f"and {report.more_failed:,} more"] * bool(report.more_failed)
    lines += [f"row {row.row} left out: {row.why}" for row in report.left_out]
    lines += [f"and {report.more_left_out:,} more"] * bool(report.more_left_out)
    if report.near:
        lines.append("Added, and very similar to an entry that was there:")
        lines += [
            f"row {near.row}: {_line(near.question)} / {_line(near.like)} ({near.cosine:.2f})"
            for near in report.near
        ]
        lines += [f"and {report.more_near:,} more"] * bool(report.more_near)
    lines += [report.note] * bool(report.note)
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.split())[:80]


def export(run: Run) -> int:
    given = run.arguments
    path: Path = given.file
    narrowed = given.category is not None or given.status is not None
    if narrowed and (given.dataset or given.embeddings):
        raise WrongUsage(
            "--category and --status choose among entries that are written as text. Leave them "
            "out, or leave out --embeddings and --dataset."
        )
    collection = run.readable_collection()
    database = run.location
    if isinstance(database, Path) and path.exists() and path.samefile(database):
        raise UnreadableFile(f"{path} is the database itself. Name another file.")
    if given.dataset:
        entries = export_dataset(collection, path)
    elif given.embeddings and path.suffix.lower() == ".parquet":
        entries = export_parquet(collection, path)
    elif given.embeddings:
        entries = write_file(path, lambda file: write_embeddings(collection, file))
    else:
        status = Status(given.status) if given.status else None
        found = collection.all_entries(EntryFilter(category=given.category, status=status))
        kind = kind_to_write(path.name)
        entries = write_file(path, lambda file: write_entries(file, kind, found))
    result = {"entries": entries, "file": str(path)}
    return run.show(result, f"{entries:,} entries written to {path}")


def publish(run: Run) -> int:
    made = publishing.publish(
        run.collection(),
        run.settings.network,
        run.arguments.name,
        private=not run.arguments.public,
        on_bytes=printer(lambda done, total: f"Sent {done / 1e6:,.1f} of {total / 1e6:,.1f} MB"),
    )
    result = {
        "dataset": made.dataset,
        "entries": made.entries,
        "private": made.private,
        "commit": made.commit,
    }
    who = "only those whom its owner lets in" if made.private else "everybody"
    return run.show(result, f"{made.entries:,} published entries for {who}: {made.dataset}")
