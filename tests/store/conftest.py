"""Every store that keeps the contract, and vectors for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import ModelRecord, Store, open_store
from tests.store.reference import ReferenceStore
from tests.store.vectors import DIMENSION

MODEL = ModelRecord("fingerprint-1", "tests/word-count", "1", DIMENSION, 256)


@pytest.fixture(params=["reference", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty collection that has a model."""
    opened: Store = (
        ReferenceStore() if request.param == "reference" else open_store(tmp_path / "faq.db")
    )
    opened.use_model(MODEL)
    yield opened
    opened.close()
