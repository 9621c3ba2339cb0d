"""The real model on torch, and a tiny one made on the spot."""

import json
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedding import Embedder, ModelUnavailable, open_embedder
from embedding.similarity import cosine_similarity

pytestmark = pytest.mark.model

TEXTS = [
    "How do I change my address?",
    "When can I enrol?",
    "",
    "\n",
    "a\0b",
    "\N{GRINNING FACE}" * 40,
    "\ud800 alone",
    "A longer text about very little. " * 40,
]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights that reads letters: 8 dimensions, 32 tokens, a prompt."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", *letters]
    words += [f"##{letter}" for letter in letters]
    network = tmp_path_factory.mktemp("network")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(network)
    BertTokenizerFast(vocab={w: i for i, w in enumerate(words)}).save_pretrained(network)
    path = tmp_path_factory.mktemp("models") / "tiny"
    SentenceTransformer(
        modules=[
            Transformer(str(network), max_seq_length=32),
            Pooling(16, "mean"),
            Dense(16, 8),
            Normalize(),
        ],
        prompts={"query": "query: "},
        device="cpu",
    ).save(str(path))
    return path


def test_published_similarities_come_back(real_embedder: Embedder) -> None:
    pairs = [
        ("i love puppies", "i love dogs", 0.789),
        ("I love puppies!", "I dislike cats!", 0.505),
    ]
    for a, b, published in pairs:
        found = cosine_similarity(real_embedder.encode_query(a), real_embedder.encode_query(b))
        assert found == pytest.approx(published, abs=1e-3)


def test_vectors_are_as_the_contract_says(real_embedder: Embedder) -> None:
    vectors = real_embedder.encode_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    one = real_embedder.encode_query(TEXTS[0])
    assert (one.shape, one.dtype, one.flags.c_contiguous) == ((384,), np.float32, True)


def test_no_texts_give_no_rows(real_embedder: Embedder) -> None:
    assert real_embedder.encode_queries([]).shape == (0, 384)
    assert real_embedder.encode_documents([]).dtype == np.float32
    assert real_embedder.count_tokens([]) == []


def test_the_same_text_gives_the_same_vector(real_embedder: Embedder) -> None:
    first, again = (real_embedder.encode_documents(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_alone_or_in_a_batch_a_text_gives_the_same_vector(real_embedder: Embedder) -> None:
    texts = [f"{text} {i}" for i in range(20) for text in TEXTS]  # several batches, unsorted
    batch = real_embedder.encode_queries(texts)
    for i in range(0, len(texts), 7):
        np.testing.assert_allclose(real_embedder.encode_query(texts[i]), batch[i], atol=1e-5)


def test_threads_do_not_disturb_each_other(real_embedder: Embedder) -> None:
    alone = [real_embedder.encode_query(text) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(real_embedder.encode_query, TEXTS * 4))
    for i, vector in enumerate(together):
        np.testing.assert_array_equal(vector, alone[i % len(TEXTS)])


def test_a_question_waits_for_one_batch_of_a_long_job(real_embedder: Embedder) -> None:
    texts = ["Some words that make a batch worth its while. " * 8] * 200
    bulk = threading.Thread(target=real_embedder.encode_documents, args=(texts,))
    bulk.start()
    time.sleep(0.3)
    real_embedder.encode_query("Is anybody there?")
    assert bulk.is_alive()
    bulk.join()


def test_a_megabyte_of_text_is_read_as_far_as_the_model_reads(real_embedder: Embedder) -> None:
    text = "lorem ipsum " * 85_000
    (count,) = real_embedder.count_tokens([text])
    assert count.truncated
    whole, start = real_embedder.encode_documents([text, text[: count.read_characters]])
    np.testing.assert_allclose(whole, start, atol=1e-5)


def test_tokens_are_counted_past_the_files_own_truncation(real_embedder: Embedder) -> None:
    short, full, over = real_embedder.count_tokens(["hello", "word " * 254, "word " * 255])
    assert (short.count, short.limit, short.read_characters) == (3, 256, 5)
    assert (full.count, full.truncated, full.read_characters) == (256, False, 254 * 5)
    assert (over.count, over.truncated, over.read_characters) == (257, True, 254 * 5 - 1)


def test_runtime_is_for_people_to_read(real_embedder: Embedder) -> None:
    runtime = real_embedder.runtime
    assert (runtime.engine, runtime.precision) == ("torch", "exact")
    assert runtime.device.startswith(("CPU (", "CUDA (", "MPS"))


def test_a_directory_opens_with_its_own_identity(
    tiny_model: Path, no_network: None, capfd: pytest.CaptureFixture[str]
) -> None:
    embedder = open_embedder(str(tiny_model))
    assert not embedder.ready
    assert (embedder.model.dimension, embedder.model.max_tokens) == (8, 32)
    assert embedder.model.revision is None
    assert embedder.count_tokens(["abc"])[0].count == 5
    assert not embedder.ready
    vectors = embedder.encode_documents(["abc", "xyz"])
    assert embedder.ready
    assert vectors.shape == (2, 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert capfd.readouterr() == ("", "")


def test_a_fresh_process_is_silent_and_connects_to_nothing() -> None:
    """Also: asking what the model is, or counting tokens, imports no torch."""
    program = """
import socket, sys
def refuse(*args, **kwargs):
    print("connected", args, file=sys.stderr)
    raise OSError("no network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from embedding import open_embedder
embedder = open_embedder()
embedder.model, embedder.count_tokens(["hello"])
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
print(embedder.encode_query("hello").shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("(384,)\n", "")


def test_questions_and_documents_get_their_own_prompts(tiny_model: Path) -> None:
    embedder = open_embedder(str(tiny_model))
    asked, prompted = embedder.encode_query("abc"), embedder.encode_documents(["query: abc"])[0]
    np.testing.assert_allclose(asked, prompted, atol=1e-6)
    assert not np.allclose(asked, embedder.encode_documents(["abc"])[0])


def test_a_copy_has_the_same_fingerprint_and_another_limit_another(
    tiny_model: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    original, copied = (open_embedder(str(path)).model for path in (tiny_model, copy))
    assert copied.fingerprint == original.fingerprint

    config = copy / "sentence_bert_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"max_seq_length": 16}))
    changed = open_embedder(str(copy))
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
    embedder = open_embedder(str(tiny_model))
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(lambda _: embedder.encode_query("abc"), range(16)))
    assert len(loads) == 1
    for vector in vectors:
        np.testing.assert_array_equal(vector, vectors[0])


def test_loading_leaves_the_process_as_it_was(tiny_model: Path) -> None:
    import gc

    from transformers.utils import logging

    before = gc.get_threshold(), logging.is_progress_bar_enabled()
    open_embedder(str(tiny_model)).load()
    assert (gc.get_threshold(), logging.is_progress_bar_enabled()) == before


def test_broken_weights_are_a_sentence(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    (copy / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelUnavailable, match=r"does not load: .* FAQ_MODEL"):
        open_embedder(str(copy)).load()


def test_a_broken_tokenizer_is_a_sentence(tiny_model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_model, tmp_path / "copy")
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json is not a tokenizer"):
        open_embedder(str(copy)).count_tokens(["abc"])
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelUnavailable, match=r"has no tokenizer\.json"):
        open_embedder(str(copy)).count_tokens(["abc"])
