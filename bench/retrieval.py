"""How well the collection finds answers, on public labelled queries and with the real model.

    python -m bench.retrieval [DATA]

Exit 1 where BANKING77's hit@1 or the published Medicare cosines are not reached, 2 where there is
no data.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from bench.report import load, machine
from embedding import Embedder, EmbeddingError, open_embedder
from faq.collection import Collection, SearchResult
from faq.csv_table import UnreadableFile, opened, read_rows
from faq.importing import import_entries
from store import open_store

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
COLLECTIONS = ("banking77", "clinc150", "stackfaq")
LEAST_HIT_AT_1 = 0.915  # BANKING77 with all its phrasings
LARGEST_DIFFERENCE = 1e-4  # between a Medicare cosine and the published one


@dataclass(frozen=True, slots=True)
class Quality:
    """How well queries were answered. `auroc` tells in scope from out of scope by the best score:
    .5 is chance, 1 perfect; None where no query is out of scope."""

    queries: int
    hit_at_1: float
    hit_at_5: float
    mrr_at_10: float
    auroc: float | None


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA, help="folder of collections")
    data: Path = parser.parse_args(arguments).data
    if missing := [n for n in (*COLLECTIONS, "medicare") if not (data / n).is_dir()]:
        print(
            f"The folder {data} lacks {', '.join(missing)}. Name the folder that holds the labelled"
            " collections.",
            file=sys.stderr,
        )
        return 2
    try:
        return measure(data, open_embedder())
    except (EmbeddingError, UnreadableFile) as error:
        print(error, file=sys.stderr)
        return 2


def measure(data: Path, embedder: Embedder) -> int:
    """Print every figure; return the exit status."""
    runtime = embedder.runtime
    print(f"Retrieval with {embedder.model.name}, {runtime.engine} ({runtime.precision})")
    print(f"on {machine()}\n")
    print("collection              entries phrasings queries  hit@1  hit@5 MRR@10  AUROC queries/s")
    missed = []
    for name in COLLECTIONS:
        for file in ("entries.csv", "entries-one-phrasing.csv"):
            if not (data / name / file).exists():
                continue
            quality = _collection(data / name, file, embedder)
            if (name, file) == ("banking77", "entries.csv") and quality.hit_at_1 < LEAST_HIT_AT_1:
                missed.append(f"BANKING77 hit@1 {quality.hit_at_1:.4f}, least {LEAST_HIT_AT_1}")
    difference = _medicare(data / "medicare", embedder)
    if not difference <= LARGEST_DIFFERENCE:
        missed.append(f"Medicare off by {difference:.1e}, at most {LARGEST_DIFFERENCE:.0e}")
    print("\n" + ("\n".join(f"short: {miss}" for miss in missed) or "ok: every target is met"))
    print(load())
    return 1 if missed else 0


def _collection(folder: Path, file: str, embedder: Embedder) -> Quality:
    labelled = _labelled(folder / "queries.csv")
    with tempfile.TemporaryDirectory() as temporary:
        collection = _imported(folder / file, Path(temporary), embedder)
        info = collection.store.info()
        started = perf_counter()
        results = list(collection.search_many([query for query, _ in labelled], k=10))
        seconds = perf_counter() - started
        collection.store.close()
    found = quality(results, [key for _, key in labelled])
    name = folder.name if file == "entries.csv" else f"{folder.name}, one phrasing"
    auroc = "-" if found.auroc is None else f"{found.auroc:.4f}"
    print(
        f"{name:23} {info.entries:7,} {info.phrasings:9,} {found.queries:7,} {found.hit_at_1:.4f}"
        f" {found.hit_at_5:.4f} {found.mrr_at_10:.4f} {auroc:>6} {len(labelled) / seconds:9,.0f}",
        flush=True,
    )
    return found


def quality(results: Sequence[SearchResult], expected: Sequence[str]) -> Quality:
    """Compare results with the expected keys; an empty key means that no entry answers."""
    ranks: list[float] = []
    inside: list[float] = []
    outside: list[float] = []
    for result, key in zip(results, expected, strict=True):
        best = result.matches[0].score if result.matches else -1.0
        (inside if key else outside).append(best)
        if key:
            keys = [match.entry.content.key for match in result.matches]
            ranks.append(keys.index(key) + 1 if key in keys else np.inf)
    rank = np.array(ranks)
    return Quality(
        queries=len(results),
        hit_at_1=float(np.mean(rank <= 1)),
        hit_at_5=float(np.mean(rank <= 5)),
        mrr_at_10=float(np.mean(1 / rank)),
        auroc=_auroc(np.array(inside), np.array(outside)) if outside else None,
    )


def _auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Return how often a score inside beats one outside, ties counting half."""
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    not_above = np.searchsorted(ordered, inside, side="right")
    return float(np.mean(below + not_above) / (2 * len(outside)))


def _medicare(folder: Path, embedder: Embedder) -> float:
    """Print the published ranking beside ours; return the largest difference of a cosine."""
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
    with opened(folder / "questions.csv") as file:
        questions = [c["question"] for _, c in read_rows(file, "question") if isinstance(c, dict)]
    with tempfile.TemporaryDirectory() as temporary:
        collection = _imported(folder / "questions.csv", Path(temporary), embedder)
        matches = collection.search(published["query"], k=len(published["top_5"])).matches
        collection.store.close()
    print(f"\nMedicare: {published['query']}\npublished  measured   difference  question")
    differences = []
    for row, match in zip(published["top_5"], matches, strict=True):
        same = match.entry.content.question == questions[row["row"]]
        difference = abs(match.cosine - row["cosine"]) if same else np.inf
        differences.append(difference)
        question = match.entry.content.question
        print(f"{row['cosine']:.6f}   {match.cosine:.6f}   {difference:10.1e}  {question}")
    print(f"largest difference: {max(differences):.1e}")
    return max(differences)


def _imported(path: Path, folder: Path, embedder: Embedder) -> Collection:
    collection = Collection(open_store(folder / "faq.db"), embedder, "bench")
    with opened(path) as file:
        report = import_entries(collection, read_rows(file, "question"))
    if report.failed or report.skipped:
        print(f"{path.name}: {report.skipped} rows skipped, {len(report.failed)} failed")
    return collection


def _labelled(path: Path) -> list[tuple[str, str]]:
    """Return every query with the key of the entry that answers it, empty where none does."""
    with opened(path) as file:
        return [
            (cells["query"], cells["expected"])
            for _, cells in read_rows(file, "query")
            if isinstance(cells, dict)
        ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
