"""What every engine promises, with the real model and a tiny one made on the spot."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedding import Embedder, Engine, Network, open_embedder
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


@pytest.fixture(scope="module", params=["torch", "openvino"])
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.param
    return chosen


@pytest.fixture(scope="module")
def embedder(engine: Engine, model_cache: Path) -> Embedder:
    """The default model on this engine."""
    opened = open_embedder(network=Network(offline=True), engine=engine, cache=model_cache)
    opened.load()
    return opened


def test_published_similarities_come_back(embedder: Embedder) -> None:
    pairs = [
        ("i love puppies", "i love dogs", 0.789),
        ("I love puppies!", "I dislike cats!", 0.505),
    ]
    for a, b, published in pairs:
        found = cosine_similarity(embedder.encode_query(a), embedder.encode_query(b))
        assert found == pytest.approx(published, abs=1e-3)


def test_vectors_are_as_the_contract_says(embedder: Embedder) -> None:
    vectors = embedder.encode_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    one = embedder.encode_query(TEXTS[0])
    assert (one.shape, one.dtype, one.flags.c_contiguous) == ((384,), np.float32, True)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode_queries([]).shape == (0, 384)
    assert embedder.encode_documents([]).dtype == np.float32
    assert embedder.count_tokens([]) == []


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    first, again = (embedder.encode_documents(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_alone_or_in_a_batch_a_text_gives_the_same_vector(embedder: Embedder) -> None:
    texts = [f"{text} {i}" for i in range(20) for text in TEXTS]  # several batches, unsorted
    batch = embedder.encode_queries(texts)
    for i in range(0, len(texts), 7):
        np.testing.assert_allclose(embedder.encode_query(texts[i]), batch[i], atol=1e-5)


def test_threads_do_not_disturb_each_other(embedder: Embedder) -> None:
    alone = [embedder.encode_query(text) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(embedder.encode_query, TEXTS * 4))
    for i, vector in enumerate(together):
        np.testing.assert_array_equal(vector, alone[i % len(TEXTS)])


def test_a_question_waits_for_one_batch_of_a_long_job(embedder: Embedder) -> None:
    texts = ["Some words that make a batch worth its while. " * 8] * 200
    bulk = threading.Thread(target=embedder.encode_documents, args=(texts,))
    bulk.start()
    time.sleep(0.3)
    embedder.encode_query("Is anybody there?")
    assert bulk.is_alive()
    bulk.join()


def test_a_megabyte_of_text_is_read_as_far_as_the_model_reads(embedder: Embedder) -> None:
    text = "lorem ipsum " * 85_000
    (count,) = embedder.count_tokens([text])
    assert count.truncated
    whole, start = embedder.encode_documents([text, text[: count.read_characters]])
    np.testing.assert_allclose(whole, start, atol=1e-5)


def test_tokens_are_counted_past_the_files_own_truncation(embedder: Embedder) -> None:
    short, full, over = embedder.count_tokens(["hello", "word " * 254, "word " * 255])
    assert (short.count, short.limit, short.read_characters) == (3, 256, 5)
    assert (full.count, full.truncated, full.read_characters) == (256, False, 254 * 5)
    assert (over.count, over.truncated, over.read_characters) == (257, True, 254 * 5 - 1)


def test_tokens_are_shown_as_the_model_reads_them(embedder: Embedder) -> None:
    assert embedder.tokenize("I love puppies!") == [
        "[CLS]", "i", "love", "pup", "##pies", "!", "[SEP]",
    ]  # fmt: skip
    assert embedder.tokenize("") == ["[CLS]", "[SEP]"]
    full, over = embedder.tokenize("word " * 254), embedder.tokenize("word " * 90_000)
    assert full == over == ["[CLS]", *["word"] * 254, "[SEP]"]
    for text in TEXTS:
        (count,) = embedder.count_tokens([text])
        assert len(embedder.tokenize(text)) == min(count.count, count.limit)


def test_runtime_is_for_people_to_read(embedder: Embedder, engine: Engine) -> None:
    runtime = embedder.runtime
    assert (runtime.engine, runtime.precision, runtime.note) == (engine, "exact", "")
    assert runtime.device.startswith(("CPU (", "CUDA (", "MPS"))


def test_a_directory_opens_with_its_own_identity(
    tiny_model: Path,
    engine: Engine,
    model_cache: Path,
    no_network: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    embedder = open_embedder(str(tiny_model), engine=engine, cache=model_cache)
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


def test_questions_and_documents_get_their_own_prompts(
    tiny_model: Path, engine: Engine, model_cache: Path
) -> None:
    embedder = open_embedder(str(tiny_model), engine=engine, cache=model_cache)
    asked, prompted = embedder.encode_query("abc"), embedder.encode_documents(["query: abc"])[0]
    np.testing.assert_allclose(asked, prompted, atol=1e-6)
    assert not np.allclose(asked, embedder.encode_documents(["abc"])[0])
