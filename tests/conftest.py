"""What several suites share."""

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest

from embedding import Embedder, Network, open_embedder
from faq import language
from hub.retry import Clock
from tests.tiny_models import make_model

# A test's files need not outlive the machine: in memory, no commit waits for a disk.
MEMORY, ROOM = Path("/dev/shm"), 8 << 30
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# How busy the machine is must not decide whether a test passes, nor chance: at length, other
# examples are tried each time.
LONG = bool(os.environ.get("ASKWELL_LONG"))
hypothesis.settings.register_profile(
    "askwell",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    max_examples=1_000 if LONG else 50,
    derandomize=not LONG,
)
hypothesis.settings.load_profile("askwell")


@pytest.fixture(scope="session", autouse=True)
def languages_loaded_once() -> Iterator[None]:
    """Keep what identifies languages, which the app loads anew each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "identifier", cache(language.identifier))
        yield


@pytest.fixture(scope="session")
def model_cache(pytestconfig: pytest.Config) -> Path:
    """The folder for what OpenVINO makes of models, filled by the first test that needs one. The
    processes of one run share it, as Askwell's own processes do, and later runs find it again."""
    return pytestconfig.cache.mkdir("models")


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
    """Leave this machine's own proxies and certificates out of it, and earlier tests' connections
    to the Hub."""
    from hub import client

    monkeypatch.setattr(client, "_used", None)
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between tries at the Hub, noted and not waited for."""
    from huggingface_hub import file_download
    from huggingface_hub.utils import _http

    from hub import client

    waited: list[float] = []
    monkeypatch.setattr(client, "CLOCK", Clock(sleep=waited.append))
    for module in (_http, file_download):
        monkeypatch.setattr(module, "time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Hub's cache, with nothing in it."""
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def paper_model(tmp_path: Path) -> Path:
    """A model's files in their old shape, enough to be identified and too little to be loaded."""
    path = tmp_path / "paper"
    files: dict[str, object] = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_P", "type": "sentence_transformers.models.Pooling"},
        ],
        "1_P/config.json": {"word_embedding_dimension": 12, "pooling_mode_mean_tokens": True},
        "config.json": {"hidden_size": 12, "max_position_embeddings": 64},
        "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": False},
        "config_sentence_transformers.json": {"__version__": {"transformers": "4.6.1"}},
        "tokenizer.json": {"model": "on paper"},
        "tokenizer_config.json": {"model_max_length": 128},
    }
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(json.dumps(content))
    (path / "model.safetensors").write_bytes(b"weights")
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights that reads letters: 8 dimensions, 32 tokens, a prompt."""
    return make_model(tmp_path_factory.mktemp("models"), 8)
