"""What storing, indexing and searching cost beyond embedding, on generated collections.

    python -m bench.storage [--large] [--database ADDRESS]

Exit 1 where a target is missed.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from bench import place
from bench.generated import (
    DIMENSION,
    FINGERPRINT,
    PrecomputedEmbedder,
    contents,
    fill,
    unit_vectors,
    write_csv,
)
from bench.place import new_place, new_store
from bench.report import Figure, load, machine, milliseconds, print_figures
from faq.collection import Collection
from faq.search.asked import Asked
from faq.search.ranking import COSINE
from faq.search.scoring import best_entries
from faq.transfer.files import opened_table
from faq.transfer.importing import OnDuplicate, import_entries
from store import (
    Edit,
    Embeddings,
    EntryFilter,
    Near,
    Resident,
    SearchFilter,
    Store,
    Vector,
    copy_collection,
    location_of,
    open_store,
)

ROUNDS = 3
SEARCHES = 60
MOST_MS_A_PHRASING = 0.3
MOST_SEARCH_MS = 10.0
MOST_PAGE_MS = 100.0  # what a person takes for at once
MOST_INDEXED_MS = 15.0
LEAST_RECALL = 0.99
MOST_FOLLOW_MS = 50.0
MOST_COPY_SECONDS = 60.0
CHANGES = 200
COPIED = 20_000
DRAWN = np.random.default_rng(5)
MOST_GROWTH = 1.3  # of the peak memory, from 1,000 rows to 100,000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.storage", description=__doc__)
    parser.add_argument("--large", action="store_true", help="100,000 vectors, and memory, as well")
    place.add_argument(parser)
    given = parser.parse_args(arguments)
    large: bool = given.large
    address: str | None = given.database
    print(f"Storage on {machine()}\n", flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if large:  # first: on Linux a new process inherits the peak of the one that starts it
            figures += memory(folder)
        figures += importing(folder, address)
    figures += searching(10_000, address)
    if large:
        figures += searching(100_000, address)
    for entries in (10_000, 100_000):
        figures += listing(entries, address)
    figures += following(address)
    if address:
        figures += copying(address)
        if large:
            figures += indexed(300_000, address)
    print_figures(figures)
    print(f"\n{load()}")
    return 1 if any(figure.short for figure in figures) else 0


def importing(folder: Path, address: str | None) -> Iterator[Figure]:
    """Yield what an import takes a phrasing, without what the embedder takes."""
    for phrasings in (2_000, 10_000):
        for each in (1, 5):
            first, second = folder / "first.csv", folder / "second.csv"
            write_csv(first, phrasings // each, each)
            write_csv(second, phrasings // each, each, answer="Now: ")
            added, updated = [], []
            for _ in range(ROUNDS):
                with new_store(address) as store:
                    added.append(_import_seconds(store, first, "skip"))
                    updated.append(_import_seconds(store, second, "update"))
            what = f"{phrasings:,} phrasings, {each} an entry, each"
            for name, seconds in (("import", added), ("update of every answer", updated)):
                measured = median(seconds) / phrasings * 1000
                yield Figure(f"{name}, {what}", measured, "ms", MOST_MS_A_PHRASING)


def searching(vectors: int, address: str | None) -> Iterator[Figure]:
    """Yield what one search takes, and one of many at once."""
    target = MOST_SEARCH_MS if vectors <= 10_000 else None
    for each in (1, 100):
        with new_store(address) as store:
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


def listing(entries: int, address: str | None) -> Iterator[Figure]:
    """Yield what the list of entries and the calls around it take."""
    with new_store(address) as store:
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


def following(address: str | None) -> Iterator[Figure]:
    """Yield what a query waits for vectors after another process has changed an entry."""
    with (
        new_place(address) as place,
        closing(open_store(place)) as one,
        closing(open_store(place)) as other,
    ):
        fill(one, 10_000, 1)
        other.vectors.resident(fingerprint=FINGERPRINT)
        model = other.state().model
        assert model is not None
        times = []
        for entry in one.entries.get(range(1, CHANGES + 1)):
            content = replace(entry.content, answer="Changed.")
            vectors = dict.fromkeys(content.answer_texts, unit_vectors(DRAWN, 1, DIMENSION)[0])
            edit = Edit(entry.id, entry.version, content)
            one.entries.edit([edit], Embeddings(model, vectors), "bench")
            started = perf_counter()
            other.vectors.resident(fingerprint=FINGERPRINT)
            other.words.occurrences([content.question])
            times.append((perf_counter() - started) * 1000)
    p95 = float(np.percentile(times, 95))
    yield Figure("a change of another process, in the next query, p95", p95, "ms", MOST_FOLLOW_MS)


def copying(address: str) -> Iterator[Figure]:
    """Yield what a copy takes to a database and back."""
    with tempfile.TemporaryDirectory() as name, new_place(address) as place:
        folder, there = Path(name), location_of(place)
        with closing(open_store(folder / "faq.db")) as store:
            fill(store, COPIED, 1)
        for source, target in ((folder / "faq.db", there), (there, folder / "back.db")):
            started = perf_counter()
            copy_collection(source, target, backups=folder)
            to = "a database" if target == there else "a file"
            seconds = perf_counter() - started
            yield Figure(f"copy of {COPIED:,} entries to {to}", seconds, "s", MOST_COPY_SECONDS)


def indexed(vectors: int, address: str) -> Iterator[Figure]:
    """Yield how many of the ten nearest are among the candidates of PostgreSQL's index, and what it
    takes to read those."""
    from store.postgres.vectors import PgvectorTable

    with new_place(address) as place:
        with closing(open_store(place)) as store:
            queries = fill(store, vectors, 1)
        held, PgvectorTable.MOST_HELD = PgvectorTable.MOST_HELD, 0
        with closing(open_store(place)) as store:

            def near(query: Vector) -> Resident:
                wanted = Near(query[np.newaxis])
                return store.vectors.resident(fingerprint=FINGERPRINT, near=wanted)

            near(queries[0])
            for thread in threading.enumerate():
                if thread.name == "index":
                    thread.join()
            asked = queries[np.random.default_rng(3).permutation(len(queries))[:SEARCHES]]
            p50, _ = milliseconds([partial(near, query) for query in asked])
            found = 0
            for query in asked:
                exact = store.vectors.nearest(query, 10, fingerprint=FINGERPRINT)
                candidates = near(query)
                found += sum(candidates.place_of(one.entry_id) is not None for one in exact)
        PgvectorTable.MOST_HELD = held
    size = f"{vectors:,} vectors by the index"
    yield Figure(f"{size}, recall of ten", found / 10 / len(asked), "", least=LEAST_RECALL)
    yield Figure(f"{size}, p50", p50, "ms", MOST_INDEXED_MS)


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
