"""Every store that keeps the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store
from tests.store.reference import ReferenceStore


@pytest.fixture(params=["reference", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty collection."""
    opened: Store = (
        ReferenceStore() if request.param == "reference" else open_store(tmp_path / "faq.db")
    )
    yield opened
    opened.close()
