"""What storing, indexing and searching cost beyond embedding, on generated collections.

    python -m bench.storage [--large]

Exit 1 where a target is missed.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from bench.generated import FINGERPRINT, PrecomputedEmbedder, contents, fill, write_csv
from bench.report import Figure, load, machine, milliseconds, print_figures
from faq.collection import Collection
from faq.search.asked import Asked
from faq.search.ranking import COSINE
from faq.search.scoring import best_entries
from faq.transfer.files import opened_table
from faq.transfer.importing import OnDuplicate, import_entries
from store import EntryFilter, SearchFilter, Store, open_store

ROUNDS = 3
SEARCHES = 60
MOST_MS_A_PHRASING = 0.3
MOST_SEARCH_MS = 10.0
MOST_PAGE_MS = 100.0  # what a person takes for at once
MOST_GROWTH = 1.3  # of the peak memory, from 1,000 rows to 100,000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.storage", description=__doc__)
    parser.add_argument("--large", action="store_true", help="100,000 vectors, and memory, as well")
    large: bool = parser.parse_args(arguments).large
    print(f"Storage on {machine()}\n", flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if large:  # first: on Linux a new process inherits the peak of the one that starts it
            figures += memory(folder)
        figures += importing(folder)
        figures += searching(folder, 10_000)
        if large:
            figures += searching(folder, 100_000)
        for entries in (10_000, 100_000):
            figures += listing(folder, entries)
    print_figures(figures)
    print(f"\n{load()}")
    return 1 if any(figure.short for figure in figures) else 0


def importing(folder: Path) -> Iterator[Figure]:
    """Yield what an import takes a phrasing, without what the embedder takes."""
    for phrasings in (2_000, 10_000):
        for each in (1, 5):
            first, second = folder / "first.csv", folder / "second.csv"
            write_csv(first, phrasings // each, each)
            write_csv(second, phrasings // each, each, answer="Now: ")
            added, updated = [], []
            for _ in range(ROUNDS):
                with _store(folder / "import.db") as store:
                    added.append(_import_seconds(store, first, "skip"))
                    updated.append(_import_seconds(store, second, "update"))
            what = f"{phrasings:,} phrasings, {each} an entry, each"
            for name, seconds in (("import", added), ("update of every answer", updated)):
                measured = median(seconds) / phrasings * 1000
                yield Figure(f"{name}, {what}", measured, "ms", MOST_MS_A_PHRASING)


def searching(folder: Path, vectors: int) -> Iterator[Figure]:
    """Yield what one search takes, and one of many at once."""
    target = MOST_SEARCH_MS if vectors <= 10_000 else None
    for each in (1, 100):
        with _store(folder / "search.db") as store:
            queries = fill(store, vectors // each, each)
            asked = queries[np.random.default_rng(3).permutation(len(queries))[:SEARCHES]]
            size = f"{vectors:,} vectors, {each} an entry"
            for name, where in (
                ("", SearchFilter()),
                (", in a category", SearchFilter("category 1")),
            ):
                search = partial(store.vectors.nearest, k=5, where=where, fingerprint=FINGERPRINT)
                p50, p95 = milliseconds([partial(search, v) for v in asked])
                yield Figure(f"nearest of {size}{name}, p50", p50, "ms", target)
                yield Figure(f"nearest of {size}{name}, p95", p95, "ms")
            texts = [c.question.rsplit(" ", 1)[0] for c in contents(vectors // each, 1)][:SEARCHES]
            p50, _ = milliseconds([partial(store.words.search, text, 5) for text in texts])
            yield Figure(f"keyword over {size}, p50", p50, "ms")
            many = np.resize(queries, (3_000, queries.shape[1]))
            started = perf_counter()
            resident = store.vectors.resident(fingerprint=FINGERPRINT)
            typed = Asked.as_typed([""] * len(many), many)
            best_entries(COSINE, resident, typed, [()] * len(many), 5, SearchFilter())
            a_query = (perf_counter() - started) * 1000 / len(many)
            yield Figure(f"cosine ranking over {size}, 3,000 queries, each", a_query, "ms")


def listing(folder: Path, entries: int) -> Iterator[Figure]:
    """Yield what the list of entries and the calls around it take."""
    with _store(folder / "list.db") as store:
        fill(store, entries, 1, dimension=8)  # no vector is read here
        size = f"{entries:,} entries"
        word = next(contents(entries, 1)).question.split()[0]
        calls: dict[str, Callable[[], object]] = {
            f"page of 50 by question, {name}": partial(
                store.entries.page, where, sort="question", limit=50
            )
            for name, where in (
                ("every entry", EntryFilter()),
                ("one word", EntryFilter(text=word)),
                ("one beginning", EntryFilter(text=word[:2])),
                ("category", EntryFilter(category="category 1")),
            )
        }
        calls |= {
            "page of 50 by change": partial(
                store.entries.page, EntryFilter(), sort="updated", descending=True, limit=50
            ),
            "info": store.info,
            "categories": partial(store.entries.counts, "category"),
            "changes_since the last": partial(store.entries.changes_since, store.state().changes),
        }
        target = MOST_PAGE_MS if entries <= 10_000 else None
        for name, call in calls.items():
            yield Figure(f"{name}, {size}, p50", _p50(call), "ms", target)


def memory(folder: Path) -> Iterator[Figure]:
    """Yield the peak memory of an import, a process each, and by how much the larger one grew."""
    peaks = []
    for rows in (1_000, 100_000):
        path = folder / "rows.csv"
        write_csv(path, rows, 1)
        command = [sys.executable, "-m", "bench.import_memory", str(path)]
        printed = subprocess.run(
            command, cwd=Path(__file__).parents[1], check=True, capture_output=True, text=True
        )
        peaks.append(float(printed.stdout))
        yield Figure(f"peak memory of importing {rows:,} rows", peaks[-1], "MiB")
    yield Figure("growth of peak memory", peaks[1] / peaks[0], "times", MOST_GROWTH)


@contextmanager
def _store(path: Path) -> Iterator[Store]:
    store = open_store(path)
    try:
        yield store
    finally:
        store.close()
        for file in path.parent.glob(path.name + "*"):
            file.unlink()


def _import_seconds(store: Store, path: Path, on_duplicate: OnDuplicate) -> float:
    embedder = PrecomputedEmbedder()
    with opened_table(path) as table:
        started = perf_counter()
        report = import_entries(Collection(store, embedder, "bench"), table, on_duplicate)
        seconds = perf_counter() - started - embedder.seconds
    changed = report.added if on_duplicate == "skip" else report.updated
    assert changed == report.rows, report
    return seconds


def _p50(call: Callable[[], object]) -> float:
    return milliseconds([call] * 8)[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
