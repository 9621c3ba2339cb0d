"""The embedder on OpenVINO: fast where there is only a CPU. It needs torch once, to convert."""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedding.conversion import NETWORK, READING, converted, import_openvino
from embedding.engines import processor
from embedding.local import LocalEmbedder, batches
from embedding.protocol import EmbeddingError, ModelUnavailable, Precision, Runtime, Vectors
from embedding.tokens import TokenizerTokens
from embedding.weights import Weights
from fair_lock import FairLock

# Measured on two cores: with more tokens in a batch, what passes between layers no longer fits in
# the processor's caches; with fewer, there is too little to multiply at once.
TOKENS_AT_ONCE = 1024
TEXTS_AT_ONCE = 4096  # whose tokens are in memory together


class OpenVINOEmbedder(LocalEmbedder["_Network"]):
    """An `Embedder` on OpenVINO's CPU plugin.

    `exact` computes in float32; `fast` in bfloat16 where the processor has it. What was converted
    and compiled is kept under `cache`, and used again by the next process.
    """

    def __init__(self, weights: Weights, cache: Path, precision: Precision) -> None:
        super().__init__(weights)
        self._cache = cache
        self._wanted = precision

    @property
    def runtime(self) -> Runtime:
        return Runtime("openvino", f"CPU ({processor()})", self._loaded().precision)

    def _load(self) -> "_Network":
        directory = self._weights.files().path
        folder = converted(self.model, directory, self._cache)
        network = _Network(folder, self._tokens, self._wanted)
        # The first computation takes ten times as long as the next.
        first = network.read(["Is anybody there?"], "query")
        network.compute(first, np.empty((1, self.model.dimension), np.float32))
        return network

    def _encode(self, texts: list[str], *, as_queries: bool) -> Vectors:
        network, purpose = self._loaded(), "query" if as_queries else "document"
        vectors = np.empty((len(texts), self.model.dimension), dtype=np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            rows = network.read(texts[start : start + TEXTS_AT_ONCE], purpose)
            network.compute(rows, vectors[start : start + len(rows)])
        return vectors


class _Network:
    """A compiled model with the way it reads text. Safe to share between threads.

    It is compiled twice: for one short text, which all cores work on together, and for bulk work,
    where each stream of OpenVINO's takes a batch of its own. That takes a third off bulk work, and
    a question waits for none of it. The second is made when it is first needed.
    """

    def __init__(self, folder: Path, tokens: TokenizerTokens, wanted: Precision) -> None:
        self._folder = folder
        self._openvino = import_openvino()
        self._core = self._openvino.Core()
        capable = "BF16" in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision: Precision = "fast" if wanted == "fast" and capable else "exact"
        self._request = self._compiled("LATENCY").create_infer_request()
        self._turns = FairLock()
        self._bulk: Any = None
        self._preparing = threading.Lock()
        self._tokens = tokens
        self._reading: dict[str, Any] = json.loads((folder / READING).read_text(encoding="utf-8"))

    def _compiled(self, aim: str) -> Any:
        options = {
            "CACHE_DIR": str(self._folder / "compiled"),
            "INFERENCE_PRECISION_HINT": "bf16" if self.precision == "fast" else "f32",
            "PERFORMANCE_HINT": aim,
            # While somebody types, browser and page work at the same moment. A thread that is
            # bound to a core waits for them there, and the others wait for it at every layer:
            # then half of the questions took 17.8 instead of 13.1 ms, and one in ten 43 instead
            # of 20 (two cores, in turns). On an idle machine it makes no difference.
            "ENABLE_CPU_PINNING": False,
        }
        network = self._folder / NETWORK
        try:
            with suppress(RuntimeError):  # another process may keep its own at this moment
                return self._core.compile_model(network, "CPU", options)
            return self._core.compile_model(network, "CPU", options)
        except RuntimeError as error:
            raise ModelUnavailable(
                f"OpenVINO does not take the model converted in {self._folder}: {error}. Delete "
                "that folder; it is made again."
            ) from error

    def read(self, texts: Sequence[str], purpose: str) -> list[list[int]]:
        """Return the token ids of each text."""
        prompt: str = self._reading[purpose]
        wanted = [prompt + text for text in texts]
        if self._reading["lower"]:
            wanted = [text.lower() for text in wanted]
        return self._tokens.ids(wanted)

    def compute(self, rows: Sequence[list[int]], vectors: Vectors) -> None:
        """Write the unit vectors of token ids into `vectors`, `(len(rows), dimension)`."""
        parts = list(batches([len(row) for row in rows], TOKENS_AT_ONCE))
        try:
            if len(parts) == 1:
                with self._turns:
                    vectors[:] = self._request.infer(self._padded(rows), share_inputs=True)[0]
            else:
                self._compute_bulk(rows, parts, vectors)
        except RuntimeError as error:  # OpenVINO's own, out of memory above all
            raise EmbeddingError(
                f"{len(rows)} texts could not be embedded: {error}. Restart the program; if it "
                "happens again, give it more memory."
            ) from error

    def _compute_bulk(
        self, rows: Sequence[list[int]], parts: list[list[int]], vectors: Vectors
    ) -> None:
        # A queue for each call: OpenVINO shares its streams among them, first come, first served.
        queue = self._openvino.AsyncInferQueue(self._for_bulk())

        def keep(request: Any, places: list[int]) -> None:
            vectors[places] = request.get_output_tensor(0).data

        queue.set_callback(keep)
        for places in parts:
            queue.start_async(self._padded([rows[place] for place in places]), places)
        queue.wait_all()

    def _for_bulk(self) -> Any:
        with self._preparing:
            if self._bulk is None:
                self._bulk = self._compiled("THROUGHPUT")
            return self._bulk

    def _padded(self, rows: Sequence[list[int]]) -> dict[int, NDArray[np.int64]]:
        """Return the network's inputs: token ids and attention mask, `(len(rows), longest)`."""
        shape = (len(rows), max(map(len, rows)))
        ids = np.full(shape, self._reading["padding"], dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        return {0: ids, 1: mask}
