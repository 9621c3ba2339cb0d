"""What is special about the engine on OpenVINO: conversion, its cache, precision, silence."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedding import ModelUnavailable, open_embedder
from embedding.engines import FirstThatLoads
from embedding.openvino import OpenVINOEmbedder
from embedding.sentence_transformer import SentenceTransformerEmbedder
from embedding.weights import Weights
from faq.speed.trial import TEXTS

pytestmark = pytest.mark.model

TINY = """
import sys
from pathlib import Path
from typing import Any
from embedding import open_embedder
embedder = open_embedder(sys.argv[1], engine="openvino", cache=Path(sys.argv[2]))
print(embedder.encode_query("abc").tolist())
"""


def test_its_vectors_are_those_of_sentence_transformers(model_cache: Path) -> None:
    torch, openvino = (
        open_embedder(engine=engine, cache=model_cache).encode_documents(TEXTS)
        for engine in ("torch", "openvino")
    )
    assert np.sum(torch * openvino, axis=1).min() >= 0.99999


def test_no_thread_is_bound_to_a_core(model_cache: Path) -> None:
    embedder = OpenVINOEmbedder(Weights(), model_cache, "exact")
    compiled = embedder._loaded()._request.get_compiled_model()
    assert compiled.get_property("ENABLE_CPU_PINNING") is False


def test_fast_is_near_and_says_what_it_is(model_cache: Path) -> None:
    exact, fast = (
        open_embedder(engine="openvino", precision=precision, cache=model_cache)
        for precision in ("exact", "fast")
    )
    cosines = np.sum(exact.encode_documents(TEXTS) * fast.encode_documents(TEXTS), axis=1)
    assert cosines.min() >= 0.9999
    if fast.runtime.precision == "exact":  # a processor without bfloat16
        assert cosines.min() >= 0.999999
    assert fast.model == exact.model


def test_two_processes_that_start_at_once_keep_one_conversion(
    tiny_model: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", TINY, str(tiny_model), str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(printed) == 1
    assert len(list((tmp_path / "openvino").iterdir())) == 1


def test_once_converted_a_process_is_silent_and_needs_no_torch(
    model_cache: Path, tmp_path: Path
) -> None:
    open_embedder(engine="openvino", cache=model_cache).load()
    program = """
import socket, sys
from pathlib import Path
from typing import Any
def refuse(*args, **kwargs):
    print("connected", args, file=sys.stderr)
    raise OSError("no network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from embedding import open_embedder
embedder = open_embedder(engine="openvino", cache=Path(sys.argv[1]))
print(embedder.encode_query("hello").shape)
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
"""
    # CI would keep OpenVINO's telemetry silent, and so hide it.
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(model_cache)],
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("(384,)\n", "")
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_serve_torch_does_and_says_why(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    weights = Weights(str(tiny_model))
    broken = OpenVINOEmbedder(weights, tmp_path / "file", "exact")
    with pytest.raises(ModelUnavailable, match="FAQ_DATA_DIR"):
        broken.load()
    embedder = FirstThatLoads([broken, SentenceTransformerEmbedder(weights)])
    assert embedder.encode_query("abc").shape == (8,)
    assert embedder.ready
    assert embedder.runtime.engine == "torch"
    assert "cannot be written" in embedder.runtime.note


def test_a_model_that_does_not_convert_is_a_sentence(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    (copy / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelUnavailable, match="was not converted"):
        open_embedder(str(copy), engine="openvino", cache=tmp_path / "cache").load()
    assert list((tmp_path / "cache" / "openvino").iterdir()) == []


def test_what_another_process_writes_at_the_same_moment_is_read_again(
    model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openvino import Core

    compiled, tried = Core.compile_model, []

    def gone_once(*args: Any) -> Any:
        tried.append(args)
        if len(tried) == 1:
            raise RuntimeError("filesystem error: cannot set permissions")
        return compiled(*args)

    monkeypatch.setattr(Core, "compile_model", gone_once)
    OpenVINOEmbedder(Weights(), model_cache, "exact").load()
    assert len(tried) == 2
