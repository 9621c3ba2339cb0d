"""The sample collection that a newcomer tries: 13 questions about Medicare."""

from pathlib import Path

from faq.collection import Collection
from faq.transfer.files import opened_table
from faq.transfer.import_report import ImportReport
from faq.transfer.importing import import_entries
from store import EntryFilter, Store

MEDICARE = Path(__file__).parent / "samples" / "medicare.csv"
KEY_PREFIX = "medicare-sample-"
PUBLISHED_QUESTION = "How can Medicare help me?"


def load_sample(collection: Collection) -> ImportReport:
    """Add the sample's entries that are not there already."""
    with opened_table(MEDICARE) as table:
        return import_entries(collection, table)


def sample_ids(store: Store) -> list[int]:
    """Return the ids of the sample's entries outside the bin."""
    page = store.entries.page(EntryFilter(key_prefix=KEY_PREFIX), limit=100)
    return [entry.id for entry in page.entries]
