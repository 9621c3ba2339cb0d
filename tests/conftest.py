"""What several suites share."""

from pathlib import Path

import pytest

from embedding import Embedder, Network, open_embedder


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for what OpenVINO makes of models, filled by the first test that needs one."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def real_embedder(model_cache: Path) -> Embedder:
    """The default model, from the installed package, loaded once. For tests marked `model`."""
    embedder = open_embedder(network=Network(offline=True), cache=model_cache)
    embedder.load()
    return embedder
