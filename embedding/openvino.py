"""The embedder on OpenVINO: fast where there is only a CPU. It needs torch once, to convert."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embedding import ModelUnavailable, Precision, Runtime, Vectors
from embedding.conversion import NETWORK, READING, converted, import_openvino
from embedding.layout import tokenizer_file
from embedding.local import LocalEmbedder
from embedding.processor import processor
from embedding.tokens import open_tokenizer
from embedding.weights import Weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class OpenVINOEmbedder(LocalEmbedder):
    """An `Embedder` on OpenVINO's CPU plugin.

    `exact` computes in float32; `fast` in bfloat16 where the processor has it. What was converted
    and compiled is kept under `cache`, and used again by the next process.
    """

    def __init__(self, weights: Weights, cache: Path, precision: Precision) -> None:
        super().__init__(weights)
        self._cache = cache
        self._wanted = precision
        self._loading = threading.Lock()
        self._network: _Network | None = None

    @property
    def runtime(self) -> Runtime:
        return Runtime("openvino", f"CPU ({processor()})", self._loaded().precision)

    @property
    def ready(self) -> bool:
        return self._network is not None

    def load(self) -> None:
        self._loaded()

    def _loaded(self) -> "_Network":
        if self._network is None:
            with self._loading:
                if self._network is None:
                    directory = self._weights.files().path
                    folder = converted(self.model, directory, self._cache)
                    tokenizer = open_tokenizer(tokenizer_file(directory))
                    tokenizer.enable_truncation(self.model.max_tokens)
                    self._network = _Network(folder, tokenizer, self._wanted)
        return self._network

    def _encode_batch(self, texts: list[str], *, as_queries: bool) -> Vectors:
        network = self._loaded()
        tokens = network.read(texts, "query" if as_queries else "document")
        with self._turns:
            return network.infer(*tokens)


class _Network:
    """A compiled model with the way it reads text."""

    def __init__(self, folder: Path, tokenizer: "Tokenizer", wanted: Precision) -> None:
        openvino = import_openvino()
        core = openvino.Core()
        capable = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision: Precision = "fast" if wanted == "fast" and capable else "exact"
        options = {
            "CACHE_DIR": str(folder / "compiled"),
            "INFERENCE_PRECISION_HINT": "bf16" if self.precision == "fast" else "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        try:
            compiled = core.compile_model(folder / NETWORK, "CPU", options)
        except RuntimeError as error:
            raise ModelUnavailable(
                f"OpenVINO does not take the model converted in {folder}: {error}. Delete that "
                "folder; it is made again."
            ) from error
        self._request = compiled.create_infer_request()
        self._tokenizer = tokenizer
        self._reading: dict[str, Any] = json.loads((folder / READING).read_text(encoding="utf-8"))

    def read(
        self, texts: Sequence[str], purpose: str
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return token ids and attention mask, `(len(texts), longest)`. Safe in several threads."""
        prompt: str = self._reading[purpose]
        wanted = [prompt + text for text in texts]
        if self._reading["lower"]:
            wanted = [text.lower() for text in wanted]
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(wanted)]
        ids = np.full((len(rows), max(map(len, rows))), self._reading["padding"], dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        return ids, mask

    def infer(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        """Return unit vectors, `(n, dimension)`. For one thread at a time."""
        vectors: Vectors = self._request.infer({0: ids, 1: mask})[0]
        return vectors.copy()
