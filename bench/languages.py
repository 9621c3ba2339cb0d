"""How well collections in several languages answer, with the installed model and with a
multilingual one behind the remote engine.

    python -m bench.languages [FOLDER]

FOLDER has a folder a language with `entries.csv` and `queries.csv`. Exit 2 where there is none.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from bench import multilingual
from bench.labelled import SHARED, imported, labelled_queries
from bench.place import new_store
from bench.report import Figure
from embedding import Embedder, Network, open_embedder
from faq.evaluation.calibration import calibrate

FOLDER = SHARED / "cases" / "languages"
# Of the multilingual model, over that folder.
LEAST_FIRST, LEAST_AMONG_THREE, MOST_OFF_TOPIC = 46 / 60, 55 / 60, 6 / 24


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions have the right entry first, among the first three, and first and answered;
    how many off-topic ones were answered all the same."""

    first: int = 0
    among_three: int = 0
    answered: int = 0
    questions: int = 0
    off_topic_answered: int = 0
    off_topic: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        first, three, answered, questions, false, off_topic = astuple(self)
        return f"{first:5} {three:5} {answered:8} of {questions:3}   {false:6} of {off_topic:3}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.languages", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="of languages")
    folder: Path = parser.parse_args(arguments).folder
    if not found(folder):
        print(f"The folder {folder} has no folder with an entries.csv in it.", file=sys.stderr)
        return 2
    measure(folder)
    return 0


def found(folder: Path) -> list[Path]:
    """Return the folders of the languages."""
    return sorted(path.parent for path in folder.glob("*/entries.csv"))


def figures(folder: Path) -> Iterator[Figure]:
    """Print every language; yield the multilingual model's figures with their targets."""
    total = measure(folder)
    first, among_three = total.first / total.questions, total.among_three / total.questions
    off_topic = total.off_topic_answered / total.off_topic
    yield Figure("languages, right first", first, "", least=LEAST_FIRST)
    yield Figure("languages, right among three", among_three, "", least=LEAST_AMONG_THREE)
    yield Figure("languages, off-topic answered", off_topic, "", MOST_OFF_TOPIC)


def measure(folder: Path) -> Counts:
    """Print every language with both models; return the sum of the multilingual one."""
    with multilingual.service() as address:
        _print(folder, open_embedder())
        return _print(folder, open_embedder(engine="remote", network=Network(endpoint=address)))


def _print(folder: Path, embedder: Embedder) -> Counts:
    print(f"\nLanguages with {embedder.model.name}")
    print(f"{'':8} first three answered of all   off-topic answered   threshold")
    total = Counts()
    for language in found(folder):
        counts, threshold = _counted(language, embedder)
        print(f"{language.name:8} {counts}            {threshold:8.4f}", flush=True)
        total += counts
    print(f"{'all':8} {total}")
    return total


def _counted(folder: Path, embedder: Embedder) -> tuple[Counts, float]:
    """Return how one collection does, and its threshold."""
    total = Counts()
    with new_store(None) as store:
        collection = imported(folder / "entries.csv", store, embedder)
        calibrate(collection)
        queries = labelled_queries(folder / "queries.csv", collection.store)
        results = collection.search_many([query.text for query in queries], 3)
        for query, result in zip(queries, results, strict=True):
            if query.entry_id is None:
                total += Counts(off_topic_answered=result.answered, off_topic=1)
                continue
            ids = [match.entry.id for match in result.matches]
            first, among_three = ids[:1] == [query.entry_id], query.entry_id in ids
            total += Counts(first, among_three, first and result.answered, 1)
        threshold = collection.ranking().threshold
    return total, threshold


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
