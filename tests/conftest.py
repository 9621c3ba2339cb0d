"""What several suites share."""

import os
from pathlib import Path

import pytest

from embedding import Embedder, Network, open_embedder


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for what OpenVINO makes of models, filled by the first test that needs one. The
    processes of one run share it, as Askwell's own processes do."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "model_cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def real_embedder(model_cache: Path) -> Embedder:
    """The default model, from the installed package, loaded once. For tests marked `model`."""
    embedder = open_embedder(network=Network(offline=True), cache=model_cache)
    embedder.load()
    return embedder
