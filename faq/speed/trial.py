"""How fast an engine reads texts, one at a time and in a batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, sleep
from typing import TypeVar

import numpy as np

from embedding import Embedder

STEMS = (
    "How do I change my {}?",
    "Where can I find my {}?",
    "What does my {} cost?",
    "Who can help me with my {}?",
    "Can I cancel my {} at any time?",
    "Why was my {} declined?",
    "How long does it take to get a new {}?",
    "Is there a limit on my {}?",
    "What happens to my {} when I move to another address?",
    "I lost my {}, what should I do now?",
)
THINGS = (
    "card",
    "password",
    "contract",
    "subscription",
    "invoice",
    "insurance plan",
    "parking permit",
    "travel budget",
    "sick leave",
    "company laptop",
)
KINDS = ("", "new ", "old ", "second ", "business ")
FIXED = tuple(stem.format(kind + thing) for kind in KINDS for thing in THINGS for stem in STEMS)
"""Five hundred different questions as people ask them."""
TEXTS = FIXED[:100]
PAUSES, PAUSE_SECONDS = 5, 0.5
ENGINES = {"openvino": "OpenVINO", "torch": "PyTorch", "remote": "a remote service"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trial:
    """An engine's figures, or the `error` that it failed with; figures are 0 then.

    `device` is `CPU` or `GPU`, and `hardware` names it. `single_p50_ms` and `single_p95_ms` are the
    median and the 95th percentile over the texts one at a time; `single_total_ms` is their sum.
    `tokens` are those that the model reads of all texts, `tokens_per_second` is the batch's.
    `after_pause_ms` is the median of texts that came after a pause, when the processor's caches
    contain other things; 0 where that was not measured.
    """

    engine: str
    precision: str
    device: str = "CPU"
    hardware: str = ""
    error: str = ""
    single_p50_ms: float = 0.0
    single_p95_ms: float = 0.0
    single_total_ms: float = 0.0
    batch_total_ms: float = 0.0
    batch_per_text_ms: float = 0.0
    tokens: int = 0
    tokens_per_second: float = 0.0
    after_pause_ms: float = 0.0

    @property
    def name(self) -> str:
        """What people call the engine: `OpenVINO, exact`."""
        named = f"{ENGINES.get(self.engine, self.engine)}, {self.precision}"
        return named if self.device == "CPU" else f"{named}, on {self.device}"

    @property
    def batch_gain(self) -> float:
        """How many times as fast the batch was as the same texts one at a time."""
        return self.single_total_ms / self.batch_total_ms if self.batch_total_ms else 0.0


def measure(
    embedder: Embedder, texts: Sequence[str] = TEXTS, rounds: int = 1, pauses: int = 0
) -> Trial:
    """Embed `texts` one at a time, so many of them again after pauses, then all as one batch; of
    `rounds` batches, the median counts."""
    embedder.load()
    embedder.encode_documents(texts[:8])  # the first call is not like the others
    singles = [_milliseconds(embedder.encode_query, text) for text in texts]
    paused = []
    for text in texts[:pauses]:
        sleep(PAUSE_SECONDS)
        paused.append(_milliseconds(embedder.encode_query, text))
    batch = median(_milliseconds(embedder.encode_documents, texts) for _ in range(rounds))
    tokens = sum(min(token.count, token.limit) for token in embedder.count_tokens(texts))
    p50, p95 = percentiles(singles)
    runtime = embedder.runtime
    return Trial(
        engine=runtime.engine,
        precision=runtime.precision,
        device="CPU" if runtime.device.startswith("CPU") else "GPU",
        hardware=runtime.device,
        single_p50_ms=p50,
        single_p95_ms=p95,
        single_total_ms=sum(singles),
        batch_total_ms=batch,
        batch_per_text_ms=batch / len(texts),
        tokens=tokens,
        tokens_per_second=tokens / batch * 1000,
        after_pause_ms=median(paused) if paused else 0.0,
    )


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    p50, p95 = np.percentile(times, [50, 95])
    return float(p50), float(p95)


def _milliseconds(encode: Callable[[T], object], given: T) -> float:
    started = perf_counter()
    encode(given)
    return (perf_counter() - started) * 1000
