"""How fast the collection answers: figures from real queries, and one text at a time against a
batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from embedding import Embedder, Runtime

if TYPE_CHECKING:
    from store import LoggedQuery

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
TEXTS = tuple(stem.format(thing) for thing in THINGS for stem in STEMS)
"""A hundred questions as people ask them."""


@dataclass(frozen=True, slots=True)
class Singles:
    """`n` texts embedded one at a time: median and 95th percentile, milliseconds a text."""

    n: int
    p50_ms: float
    p95_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class Batch:
    """The same texts embedded in one call, in milliseconds: the median of the rounds."""

    n: int
    total_ms: float
    per_text_ms: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One text at a time against one batch, on the same texts."""

    single: Singles
    batch: Batch
    tokens: int
    tokens_per_second: float
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class LiveSpeed:
    """Milliseconds of the real queries so far: median and 95th percentile of each part."""

    queries: int
    total_p50: float
    total_p95: float
    embed_p50: float
    embed_p95: float
    search_p50: float
    search_p95: float


def compare(embedder: Embedder, texts: Sequence[str] = TEXTS, rounds: int = 1) -> Comparison:
    """Embed `texts` one at a time, then `rounds` times as one batch. `tokens_per_second` is the
    batch's; tokens that the model does not read are not counted."""
    embedder.load()
    embedder.encode_documents(texts[:8])  # the first call is not like the others
    times = []
    for text in texts:
        started = perf_counter()
        embedder.encode_query(text)
        times.append((perf_counter() - started) * 1000)
    batches = []
    for _ in range(rounds):
        started = perf_counter()
        embedder.encode_documents(texts)
        batches.append(perf_counter() - started)
    batch = median(batches)
    tokens = sum(min(t.count, t.limit) for t in embedder.count_tokens(texts))
    p50, p95 = np.percentile(times, [50, 95])
    return Comparison(
        single=Singles(len(texts), float(p50), float(p95), sum(times)),
        batch=Batch(len(texts), batch * 1000, batch * 1000 / len(texts)),
        tokens=tokens,
        tokens_per_second=tokens / batch,
        runtime=embedder.runtime,
    )


def live(queries: "Sequence[LoggedQuery]") -> LiveSpeed | None:
    """Return the figures of logged queries; None where there are none."""
    if not queries:
        return None
    parts = [(q.total_seconds, q.embed_seconds, q.search_seconds) for q in queries]
    (total50, embed50, search50), (total95, embed95, search95) = np.percentile(
        np.array(parts) * 1000, [50, 95], axis=0
    ).tolist()
    return LiveSpeed(len(queries), total50, total95, embed50, embed95, search50, search95)
