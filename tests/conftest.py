"""What several suites share."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from embedding import Embedder, Network, open_embedder

# How busy the machine is must not decide whether a test passes.
hypothesis.settings.register_profile(
    "askwell", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("askwell")


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


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection, and fail the test that tried one though the refusal was caught."""
    tried: list[str] = []

    def refuse(*args: object, **kwargs: object) -> None:
        tried.append(repr(args[-1]))
        raise OSError("this test has no network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    yield
    assert tried == []


@pytest.fixture
def straight_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave this machine's own proxies and certificates out of it."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
