"""The command line: `python -m faq [--database PATH] [--json] COMMAND`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embedding import EmbeddingError, Runtime
from faq.collection import Collection, SearchResult
from faq.content import InvalidEntry, validated
from faq.csv_table import UnreadableFile, opened, read_rows
from faq.exporting import export, write_embeddings, write_entries
from faq.importing import ImportReport, import_entries
from faq.opening import embedder_for
from faq.ranking import COSINE, RANKINGS
from faq.settings import Settings, SettingsError, read_settings
from faq.speed import compare
from store import Content, StoreError, StoreUnavailable, UnreadableDatabase, open_store

DONE, FAILED, WRONG_USAGE = 0, 1, 2

Result = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit status: 0 done, 1 not done, 2 wrong usage or input."""
    try:
        settings = read_settings(os.environ)
        chosen = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace, Settings], int] = chosen.run
        return command(chosen, settings)
    except (InvalidEntry, SettingsError, UnreadableDatabase, UnreadableFile) as error:
        _tell(str(error))
        return WRONG_USAGE
    except (StoreError, EmbeddingError) as error:
        _tell(str(error))
        return FAILED
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # the disk behind standard output is full, say
        _tell(f"The result could not be written: {error.strerror}.")
        return FAILED
    except KeyboardInterrupt:
        _tell("Stopped. What was reported as done is kept.")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faq", description="Askwell, without a browser")
    parser.add_argument("--database", metavar="PATH", type=Path, help="default: FAQ_DATABASE")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[..., int], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(run=run)
        return added

    command("info", _info, "what the collection holds, and its model")

    add = command("add", _add, "add an entry")
    add.add_argument("question")
    for option in ("--answer", "--key", "--category"):
        add.add_argument(option, default="")
    add.add_argument("--tag", action="append", default=[], help="may be given again")
    add.add_argument("--phrasing", action="append", default=[], help="may be given again")

    bring = command("import", _import, "bring in a CSV file")
    bring.add_argument("file", type=Path)
    bring.add_argument("--on-duplicate", choices=("skip", "update", "add"), default="skip")

    take = command("export", _export, "write the collection as a CSV file")
    take.add_argument("file", type=Path)
    take.add_argument(
        "--embeddings", action="store_true", help="the questions' vectors instead, one a row"
    )

    search = command("search", _search, "ask the collection")
    asked = search.add_mutually_exclusive_group(required=True)
    asked.add_argument("query", nargs="?")
    asked.add_argument("--file", type=Path, help="a CSV file with a column 'query'")
    search.add_argument("-k", type=_positive, default=5, help="how many entries (default 5)")
    search.add_argument("--category")
    search.add_argument("--ranking", choices=sorted(RANKINGS), default=COSINE.name)

    command("check", _check, "look for damage; exit 1 where there is some")
    command("speed", _speed, "one text at a time against a batch of 100")
    return parser


def _runtime(runtime: Runtime) -> Result:
    return {"engine": runtime.engine, "device": runtime.device, "precision": runtime.precision}


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1000")
    return int(text)


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _print(chosen: argparse.Namespace, result: Result, text: str) -> None:
    print(json.dumps(result, ensure_ascii=False) if chosen.json else text, flush=True)


def _open(chosen: argparse.Namespace, settings: Settings, *, create: bool = False) -> Collection:
    store = open_store(chosen.database or settings.database, create=create)
    return Collection(store, embedder_for(settings, store), settings.actor)


def _info(chosen: argparse.Namespace, settings: Settings) -> int:
    collection = _open(chosen, settings)
    info = collection.store.info()
    model = asdict(collection.store.model() or collection.embedder.model)
    model |= _runtime(collection.embedder.runtime)
    result = {
        "entries": info.entries,
        "phrasings": info.phrasings,
        "schema_version": info.schema_version,
        "model": model,
    }
    _print(
        chosen,
        result,
        f"{info.location}: {info.entries:,} entries, {info.phrasings:,} phrasings, schema "
        f"{info.schema_version}\n{model['name']}, {model['dimension']} dimensions, reads "
        f"{model['max_tokens']} tokens; {model['engine']} on {model['device']}",
    )
    return DONE


def _add(chosen: argparse.Namespace, settings: Settings) -> int:
    content = Content(
        question=chosen.question,
        answer=chosen.answer,
        key=chosen.key,
        category=chosen.category,
        tags=tuple(chosen.tag),
        phrasings=tuple(chosen.phrasing),
    )
    validated(content)  # before a database is begun for it
    entry = _open(chosen, settings, create=True).add(content)
    result = {"id": entry.id, "key": entry.content.key, "version": entry.version}
    _print(chosen, result, f"Added entry {entry.id}.")
    return DONE


def _import(chosen: argparse.Namespace, settings: Settings) -> int:
    with opened(chosen.file) as file:
        rows = read_rows(file, "question")
        collection = _open(chosen, settings, create=True)

        def progress(report: ImportReport) -> None:
            _tell(f"{report.added + report.updated:,} rows saved")

        report = import_entries(collection, rows, chosen.on_duplicate, progress)
    counts = (
        f"{report.added:,} added, {report.updated:,} updated, {report.skipped:,} skipped, "
        f"{len(report.failed):,} failed"
    )
    _tell(f"{report.seconds:.1f} s, {report.embed_seconds:.1f} s of them to embed")
    failures = [f"row {failed.row}: {failed.error}" for failed in report.failed]
    _print(chosen, asdict(report), "\n".join([counts, *failures]))
    return DONE


def _export(chosen: argparse.Namespace, settings: Settings) -> int:
    write = write_embeddings if chosen.embeddings else write_entries
    collection = _open(chosen, settings)
    database = Path(collection.store.info().location)
    if chosen.file.exists() and chosen.file.samefile(database):
        raise UnreadableFile(f"{chosen.file} is the database itself. Name another file.")
    entries = export(collection, chosen.file, write)
    result = {"entries": entries, "file": str(chosen.file)}
    _print(chosen, result, f"{entries:,} entries written to {chosen.file}")
    return DONE


def _search(chosen: argparse.Namespace, settings: Settings) -> int:
    collection = _open(chosen, settings)
    asked = {
        "k": chosen.k,
        "category": None if chosen.category is None else _text(chosen.category),
        "ranking": RANKINGS[chosen.ranking],
    }
    if chosen.file:
        with opened(chosen.file) as file:
            for result in collection.search_many(_queries(read_rows(file, "query")), **asked):
                _print(chosen, {"query": result.query} | _as_json(result), _as_text(result))
        return DONE
    query = _text(chosen.query)
    if not query.strip():
        raise InvalidEntry("The query is empty. Ask something.")
    collection.embedder.load()  # the start of the program is no part of an answer's time
    result = collection.search(query, **asked)
    _print(chosen, _as_json(result), _as_text(result))
    try:
        collection.log(result)
    except StoreUnavailable as error:  # an answer that could not be logged is still an answer
        _tell(f"The query was not logged: {error}")
    return DONE


def _queries(rows: Iterator[tuple[int, dict[str, str] | str]]) -> Iterator[str]:
    for number, cells in rows:
        if isinstance(cells, str):
            raise UnreadableFile(f"Row {number}: {cells}")
        yield _text(cells.get("query", ""))


def _text(given: str) -> str:
    """Return text to look for; bytes that are no text become question marks in it."""
    return given.encode(errors="surrogateescape").decode(errors="replace")


def _as_json(result: SearchResult) -> Result:
    return {
        "answered": result.answered,
        "matches": [
            {
                "id": match.entry.id,
                "key": match.entry.content.key,
                "question": match.entry.content.question,
                "answer": match.entry.content.answer,
                "category": match.entry.content.category,
                "score": match.score,
                "cosine": match.cosine,
                "matched": match.matched,
            }
            for match in result.matches
        ],
        "timing": {
            "embed_ms": round(result.timing.embed_seconds * 1000, 3),
            "search_ms": round(result.timing.search_seconds * 1000, 3),
            "total_ms": round(result.timing.total_seconds * 1000, 3),
        },
    }


def _as_text(result: SearchResult) -> str:
    lines = [result.query]
    if not result.answered:
        lines.append("  No close match. Nearest entries:" if result.matches else "  No entries.")
    lines += [f"  {m.score:.3f}  {m.entry.content.question}" for m in result.matches]
    return "\n".join(lines)


def _check(chosen: argparse.Namespace, settings: Settings) -> int:
    problems = open_store(chosen.database or settings.database, create=False).check()
    _print(
        chosen,
        {"ok": not problems, "problems": problems},
        "\n".join(problems) or "Nothing is wrong with the collection.",
    )
    return FAILED if problems else DONE


def _speed(chosen: argparse.Namespace, settings: Settings) -> int:
    report = compare(embedder_for(settings))
    single, batch = asdict(report.single), asdict(report.batch)
    result = {
        "single": {name: single[name] for name in ("n", "p50_ms", "p95_ms")},
        "batch": batch,
        "tokens_per_second": report.tokens_per_second,
        **_runtime(report.runtime),
    }
    _print(
        chosen,
        result,
        f"one at a time: {report.single.p50_ms:.1f} ms a text (95 % under "
        f"{report.single.p95_ms:.1f} ms)\n"
        f"in one batch of {report.batch.n}: {report.batch.per_text_ms:.1f} ms a text, "
        f"{report.tokens_per_second:,.0f} tokens a second\n"
        f"{report.runtime.engine} on {report.runtime.device}",
    )
    return DONE
