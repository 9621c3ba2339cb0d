"""Every store that keeps the contract."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store import Store, open_store
from tests.postgres import database
from tests.store.reference import ReferenceStore


@pytest.fixture(params=["reference", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty collection."""
    with ExitStack() as ended:
        opened: Store
        match request.param:
            case "reference":
                opened = ReferenceStore()
            case "sqlite":
                opened = open_store(tmp_path / "faq.db")
            case _:
                opened = open_store(ended.enter_context(database()))
        ended.callback(opened.close)
        yield opened
