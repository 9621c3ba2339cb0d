"""What several suites share."""

import pytest

from embedding import Embedder, open_embedder


@pytest.fixture(scope="session")
def real_embedder() -> Embedder:
    """The default model, from the installed package, loaded once. For tests marked `model`."""
    embedder = open_embedder(offline=True)
    embedder.load()
    return embedder
