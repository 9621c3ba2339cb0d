"""Import one file in this process and print its peak memory in MiB; see `bench.storage`."""

import resource
import sys
import tempfile
from pathlib import Path

from bench.generated import PrecomputedEmbedder
from faq.collection import Collection
from faq.transfer.files import opened_table
from faq.transfer.importing import import_entries
from store import open_store


def main(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, opened_table(path) as table:
        store = open_store(Path(folder) / "faq.db")
        import_entries(Collection(store, PrecomputedEmbedder(), "bench"), table)
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak / (2**20 if sys.platform == "darwin" else 2**10))  # macOS counts bytes, not KiB


if __name__ == "__main__":
    main(Path(sys.argv[1]))
