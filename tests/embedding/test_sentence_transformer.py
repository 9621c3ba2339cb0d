"""What is special about the engine on torch."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedding import ModelUnavailable, open_embedder

pytestmark = pytest.mark.model


def test_a_fresh_process_is_silent_and_connects_to_nothing() -> None:
    """Also: asking what the model is, or counting tokens, imports no torch."""
    program = """
import socket, sys
def refuse(*args, **kwargs):
    print("connected", args, file=sys.stderr)
    raise OSError("no network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from embedding import open_embedder
embedder = open_embedder(engine="torch")
embedder.model, embedder.count_tokens(["hello"])
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
print(embedder.encode_query("hello").shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("(384,)\n", "")


def test_a_copy_has_the_same_fingerprint_and_another_limit_another(
    tiny_model: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    original, copied = (
        open_embedder(str(path), engine="torch").model for path in (tiny_model, copy)
    )
    assert copied.fingerprint == original.fingerprint

    config = copy / "sentence_bert_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"max_seq_length": 16}))
    changed = open_embedder(str(copy), engine="torch")
    assert changed.model.max_tokens == 16
    assert changed.model.fingerprint != original.fingerprint
    changed.load()


def test_threads_that_load_together_load_once(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embedding import sentence_transformer

    loads = []
    load = sentence_transformer._load
    monkeypatch.setattr(
        sentence_transformer, "_load", lambda *args: loads.append(args) or load(*args)
    )
    embedder = open_embedder(str(tiny_model), engine="torch")
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(lambda _: embedder.encode_query("abc"), range(16)))
    assert len(loads) == 1
    for vector in vectors:
        np.testing.assert_array_equal(vector, vectors[0])


def test_loading_leaves_the_process_as_it_was(tiny_model: Path) -> None:
    import gc

    from transformers.utils import logging

    before = gc.isenabled(), logging.is_progress_bar_enabled()
    open_embedder(str(tiny_model), engine="torch").load()
    assert (gc.isenabled(), logging.is_progress_bar_enabled()) == before


def test_broken_weights_are_a_sentence(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    (copy / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelUnavailable, match=r"does not load: .* or name another one"):
        open_embedder(str(copy), engine="torch").load()


def test_a_broken_tokenizer_is_a_sentence(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json is not a tokenizer"):
        open_embedder(str(copy), engine="torch").count_tokens(["abc"])
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelUnavailable, match=r"has no tokenizer\.json"):
        open_embedder(str(copy), engine="torch").count_tokens(["abc"])
