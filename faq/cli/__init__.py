"""The command line: `python -m faq [--database PATH] [--json] COMMAND`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from embedding import EmbeddingError
from faq.cli import datasets, entries, quality, searching, upkeep
from faq.cli.output import DONE, FAILED, WRONG_USAGE, tell
from faq.content import InvalidEntry
from faq.csv_table import UnreadableFile
from faq.ranking import RANKINGS
from faq.settings import Settings, SettingsError, read_settings
from repository import RepositoryError
from store import StoreError, UnreadableDatabase


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit status: 0 done, 1 not done, 2 wrong usage or input."""
    try:
        settings = read_settings(os.environ)
        chosen = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace, Settings], int] = chosen.run
        return command(chosen, settings)
    except (InvalidEntry, SettingsError, UnreadableDatabase, UnreadableFile) as error:
        tell(str(error))
        return WRONG_USAGE
    except (StoreError, EmbeddingError, RepositoryError) as error:
        tell(str(error))
        return FAILED
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # the disk behind standard output is full, say
        tell(f"The result could not be written: {error.strerror}.")
        return FAILED
    except KeyboardInterrupt:
        tell("Stopped. What was reported as done is kept.")
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

    command("info", entries.info, "what the collection holds, and its model")

    add = command("add", entries.add, "add an entry")
    add.add_argument("question")
    for option in ("--answer", "--key", "--category"):
        add.add_argument(option, default="")
    add.add_argument("--tag", action="append", default=[], help="may be given again")
    add.add_argument("--phrasing", action="append", default=[], help="may be given again")

    bring = command("import", entries.bring, "bring in a CSV file, or a dataset")
    bring.add_argument("file", type=datasets.source, help="or hf://datasets/OWNER/NAME")
    bring.add_argument(
        "--embeddings", metavar="VECTORS", type=Path, help="a CSV file of the questions' vectors"
    )
    bring.add_argument("--on-duplicate", choices=("skip", "update", "add"), default="skip")

    take = command("export", entries.take, "write the collection as a CSV file")
    take.add_argument("file", type=Path)
    shape = take.add_mutually_exclusive_group()
    shape.add_argument(
        "--embeddings",
        action="store_true",
        help="the questions' vectors instead, one a row; beside the text in a .parquet file",
    )
    shape.add_argument(
        "--dataset", action="store_true", help="a folder that datasets.load_dataset reads"
    )

    publish = command("publish", datasets.publish, "publish it as a dataset on the Hub")
    publish.add_argument("name", metavar="OWNER/NAME")
    publish.add_argument("--public", action="store_true", help="for everybody to read")

    search = command("search", searching.search, "ask the collection")
    asked = search.add_mutually_exclusive_group(required=True)
    asked.add_argument("query", nargs="?")
    asked.add_argument("--file", type=Path, help="a CSV file with a column 'query'")
    search.add_argument("-k", type=_positive, default=5, help="how many entries (default 5)")
    search.add_argument("--category")
    search.add_argument("--ranking", choices=RANKINGS, help="default: the collection's own")

    evaluate = command("evaluate", quality.evaluate, "ask labelled queries, and count")
    evaluate.add_argument("file", metavar="QUERIES", type=Path, help="columns 'query', 'expected'")
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

    embed = command("reembed", upkeep.reembed, "embed everything anew, and switch to it")
    embed.add_argument("--model", metavar="NAME", help="a Hub name or folder; default: its own")

    command("check", upkeep.check, "look for damage; exit 1 where there is some")
    command("speed", upkeep.speed, "one text at a time against a batch of 100")
    return parser


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return share


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1000")
    return int(text)
