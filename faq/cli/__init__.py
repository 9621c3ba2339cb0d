"""The command line: `python -m faq [--database WHERE] [--json] COMMAND`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from errors import AskwellError
from faq.access import Role, require
from faq.cli import entries, quality, searching, upkeep
from faq.cli.command import DONE, FAILED, WRONG_USAGE, Run, WrongUsage, message
from faq.content import InvalidEntry
from faq.jobs import Cancelled
from faq.search.ranking import RANKINGS
from faq.settings import read_settings
from faq.sign_in import SettingsError
from faq.transfer.importing import AlreadyImported
from faq.transfer.table import UnreadableFile
from store import Status, UnreadableDatabase, location_of

Command = Callable[[Run], int]
"""Does what its arguments say, prints the result, and returns the exit status."""
UNUSABLE_INPUT = (
    WrongUsage,
    InvalidEntry,
    SettingsError,
    UnreadableDatabase,
    UnreadableFile,
    AlreadyImported,
)


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit status: 0 done, 1 not done, 2 wrong usage or input."""
    try:
        settings = read_settings(os.environ)
        chosen = _parser().parse_args(arguments)
        require(settings.role, chosen.least)
        command: Command = chosen.command
        return command(Run(chosen, settings))
    except AskwellError as error:
        message(str(error))
        return WRONG_USAGE if isinstance(error, UNUSABLE_INPUT) else FAILED
    except BrokenPipeError:  # whoever read our output needs no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # such as a full disk behind standard output
        message(f"The result could not be written: {error.strerror}.")
        return FAILED
    except (Cancelled, KeyboardInterrupt):
        message("Stopped. What was reported as done is kept.")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faq", description="Askwell, without a browser")
    parser.add_argument(
        "--database",
        metavar="WHERE",
        type=location_of,
        help="a file, or an address as postgresql://user@host/name; default: FAQ_DATABASE",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: Command, help: str, least: Role = Role.EDITOR
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(command=run, least=least)
        return added

    command("info", entries.info, "the size of the collection, and its model", Role.READER)

    add = command("add", entries.add, "add an entry")
    add.add_argument("question")
    for option in ("--answer", "--key", "--category"):
        add.add_argument(option, default="")
    add.add_argument("--tag", action="append", default=[], help="may be given again")
    add.add_argument("--phrasing", action="append", default=[], help="may be given again")

    import_ = command("import", entries.import_file, "add the questions and answers of a file")
    import_.add_argument(
        "file",
        help="Excel, CSV, JSON, YAML, Parquet, Word, Markdown, HTML, text, or "
        "hf://datasets/OWNER/NAME",
    )
    import_.add_argument(
        "--embeddings", metavar="VECTORS", type=Path, help="a CSV file of the questions' vectors"
    )
    import_.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        help="which column is which field, where the names do not say it; may be given again",
    )
    import_.add_argument("--on-duplicate", choices=("skip", "update", "add"), default="skip")
    import_.add_argument(
        "--questions-only", action="store_true", help="no column of the file is the answer"
    )
    import_.add_argument("--again", action="store_true", help="add a file a second time")
    import_.add_argument("--encoding", default="", help="of a text; default: guessed")
    import_.add_argument(
        "--language", default="", metavar="CODE", help="of several the one to take, as de"
    )

    export = command(
        "export",
        entries.export,
        "write the collection to a file, of the kind that its ending says",
        Role.READER,
    )
    export.add_argument("file", type=Path)
    export.add_argument("--category", help="the entries of this category alone")
    export.add_argument("--status", choices=[*Status], help="the entries of this status alone")
    shape = export.add_mutually_exclusive_group()
    shape.add_argument(
        "--embeddings",
        action="store_true",
        help="the questions' vectors instead, one a row; beside the text in a .parquet file",
    )
    shape.add_argument(
        "--dataset", action="store_true", help="a folder that datasets.load_dataset reads"
    )

    publish = command("publish", entries.publish, "publish it as a dataset on the Hub", Role.ADMIN)
    publish.add_argument("name", metavar="OWNER/NAME")
    publish.add_argument("--public", action="store_true", help="for everybody to read")

    search = command("search", searching.search, "search the collection", Role.READER)
    asked = search.add_mutually_exclusive_group(required=True)
    asked.add_argument("query", nargs="?")
    asked.add_argument("--file", type=Path, help="a file with a column 'query'")
    search.add_argument("-k", type=_positive, default=5, help="how many entries (default 5)")
    search.add_argument("--category")
    search.add_argument("--ranking", choices=RANKINGS, help="default: the collection's own")
    search.add_argument(
        "--as-typed", action="store_true", help="correct no mistyped word of the query"
    )

    evaluate = command(
        "evaluate",
        quality.evaluate,
        "search for labelled queries and count",
        Role.READER,
    )
    evaluate.add_argument(
        "file",
        metavar="QUERIES",
        nargs="?",
        type=Path,
        help="columns 'query', 'expected'; default: the entries' tests",
    )
    evaluate.add_argument("--ranking", choices=RANKINGS, help="default: the collection's own")
    evaluate.add_argument(
        "--fail-under", metavar="X", type=_share, help="exit 1 where hit@1 is less, as 0.9"
    )

    calibrate = command("calibrate", quality.calibrate, "choose when to say that no entry answers")
    calibrate.add_argument(
        "--false-answers",
        metavar="RATE",
        type=_share,
        help="answer this share of the queries that no entry answers, as 0.1; default: best MCC",
    )
    calibrate.add_argument(
        "--queries", dest="file", metavar="QUERIES", type=Path, help="labelled ones, to learn from"
    )

    embed = command(
        "reembed", upkeep.reembed, "embed everything again, and switch to it", Role.ADMIN
    )
    embed.add_argument("--model", metavar="NAME", help="a Hub name or folder; default: its own")

    copy = command(
        "copy", upkeep.copy, "copy the collection to another file or database", Role.ADMIN
    )
    copy.add_argument("source", type=location_of, metavar="SOURCE", help="a file or an address")
    copy.add_argument("target", type=location_of, metavar="TARGET", help="a file or an address")
    copy.add_argument(
        "--replace", action="store_true", help="replace what is there, and keep a copy of it"
    )

    backup = command("backup", upkeep.backup, "copy the collection while others use it", Role.ADMIN)
    target = backup.add_mutually_exclusive_group(required=True)
    target.add_argument("file", nargs="?", type=Path)
    target.add_argument("--folder", metavar="DIR", type=Path, help="under a name with the time")
    backup.add_argument(
        "--keep",
        metavar="N",
        type=_positive,
        help="of those in the folder, the newest; default: all",
    )

    restore = command(
        "restore", upkeep.restore, "put a backup in the collection's place", Role.ADMIN
    )
    restore.add_argument("file", type=Path)

    check = command(
        "check", upkeep.check, "look for damage; exit 1 where there is some", Role.READER
    )
    check.add_argument("--repair", action="store_true", help="repair it; exit 1 if some is left")
    command("speed", upkeep.speed, "one text at a time against a batch of 100", Role.READER)
    return parser


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return share


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)
