"""The embedder on torch: sentence-transformers itself, in full precision."""

import gc
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedding.engines import processor
from embedding.fingerprint import documented_prompts
from embedding.local import LocalEmbedder, batches
from embedding.protocol import EmbeddingError, Model, ModelUnavailable, Runtime, Vectors
from embedding.weights import Weights
from fair_lock import FairLock

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# One load at a time in the process: loading changes settings of the process for a while.
_loading = threading.Lock()

# About 4,000 tokens of English: half a second on two cores. Who waits for a batch, waits no longer
# than that, and 64 texts of usual FAQ length still fit.
CHARACTERS_AT_ONCE = 16_384


class SentenceTransformerEmbedder(LocalEmbedder["SentenceTransformer"]):
    """An `Embedder` that runs a model with sentence-transformers on CUDA, MPS or the CPU.

    Texts go batch by batch, in turns: a question waits for one batch of a long job, not for the
    job.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights)
        self._turns = FairLock()

    @property
    def runtime(self) -> Runtime:
        return Runtime("torch", _device_name(self._loaded().device.type), "exact")

    def _load(self) -> "SentenceTransformer":
        path, model = self._weights.files().path, self.model
        with _loading:
            return _load(path, model)

    def _encode(self, texts: list[str], *, as_queries: bool) -> Vectors:
        network = self._loaded()
        # The two differ in the prompt that the model puts before the text, where it has one.
        encode = network.encode_query if as_queries else network.encode_document
        vectors = np.empty((len(texts), self.model.dimension), dtype=np.float32)
        for batch in batches([len(text) for text in texts], CHARACTERS_AT_ONCE):
            # In turns, also because the tokenizer cannot be shared, and two batches at once are
            # slower than one after the other.
            with self._turns:
                try:
                    vectors[batch] = encode(
                        [texts[place] for place in batch],
                        batch_size=len(batch),
                        normalize_embeddings=True,
                        show_progress_bar=False,
                    )
                except RuntimeError as error:  # torch's own, out of memory above all
                    raise EmbeddingError(
                        f"{len(batch)} texts could not be embedded: {error}. Restart the program; "
                        f"if it happens again, give it more memory."
                    ) from error
        return vectors


def _load(path: Path, model: Model) -> "SentenceTransformer":
    try:
        gc.disable()  # the imports make a million objects that all stay: searching them takes long
        network = _open(path, model.name)
    except ImportError as error:
        raise ModelUnavailable(
            f"The model {model.name} cannot run here: {error}. Install what it needs: "
            f"pip install -r requirements.txt"
        ) from error
    # Whatever is wrong with a model's files comes out as one of a dozen kinds of error.
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelUnavailable(
            f"The model {model.name} in {path} does not load: {reason} "
            f"Copy or download it again, or name another one."
        ) from error
    finally:
        gc.enable()
    got = (network.get_embedding_dimension(), network.max_seq_length)
    if got != (model.dimension, model.max_tokens):
        raise ModelUnavailable(
            f"The model {model.name} in {path} is not what its files say: got dimension and token "
            f"limit {got}, expected {(model.dimension, model.max_tokens)}. Name another "
            f"model."
        )
    return network


def _open(path: Path, name: str) -> "SentenceTransformer":
    import torch
    from sentence_transformers import SentenceTransformer

    device = "mps" if torch.backends.mps.is_available() else "cpu"
    return SentenceTransformer(
        str(path),
        device="cuda" if torch.cuda.is_available() else device,
        local_files_only=True,
        prompts=documented_prompts(path, name) or None,
        # Some models are stored in half precision; `exact` is full precision everywhere.
        model_kwargs={"dtype": torch.float32},
    )


def _device_name(kind: str) -> str:
    import torch

    if kind == "cuda":
        return f"CUDA ({torch.cuda.get_device_name()})"
    if kind == "cpu":
        return f"CPU ({processor()}, {torch.get_num_threads()} threads)"
    return kind.upper()
