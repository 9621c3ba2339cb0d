"""A collection with labelled queries in a folder: `entries.csv` and `queries.csv`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from embedding import Embedder
from faq.collection import Collection
from faq.content import one_a_line
from faq.evaluation.queries import LabelledQuery, labelled
from faq.transfer.files import opened_table
from faq.transfer.importing import import_entries
from faq.transfer.table import Row
from store import Store

SHARED = Path(__file__).resolve().parents[2] / "shared"  # beside the checkout


def imported(path: Path, store: Store, embedder: Embedder, most: int | None = None) -> Collection:
    """Return a collection in an empty store with the entries of a file, each with at most so many
    phrasings."""
    collection = Collection(store, embedder, "bench")
    with opened_table(path) as table:
        shortened = replace(table, rows=_shortened(table.rows, most))
        report = import_entries(collection, shortened)
    if report.failed or report.skipped:
        print(f"{path.name}: {report.skipped} rows skipped, {len(report.failed)} failed")
    return collection


def labelled_queries(path: Path, store: Store) -> list[LabelledQuery]:
    """Return the queries of a file, with the entries that answer them."""
    with opened_table(path) as table:
        return labelled(table.named("query"), store)


def _shortened(rows: Iterator[Row], most: int | None) -> Iterator[Row]:
    """Yield rows with at most so many phrasings, the question counted."""
    for number, cells in rows:
        if most is not None and isinstance(cells, dict):
            phrasings = one_a_line(cells["phrasings"])[: most - 1]
            cells = cells | {"phrasings": "\n".join(phrasings)}
        yield number, cells
