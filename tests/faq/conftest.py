"""A collection in a real SQLite file, embedded by counting words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faq.collection import Collection
from store import Store, open_store
from tests.fakes import WordCountEmbedder


@pytest.fixture
def embedder() -> WordCountEmbedder:
    return WordCountEmbedder()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "faq.db")
    yield opened
    opened.close()


@pytest.fixture
def collection(store: Store, embedder: WordCountEmbedder) -> Collection:
    return Collection(store, embedder, "ada")
