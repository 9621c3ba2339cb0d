"""One variant measured in a process of its own: `python -m faq.speed.trial`.

That gives honest figures of start and memory, and keeps torch out of the memory of the program that
asked. One JSON object on standard input says what to measure. Standard output holds a JSON object a
line: `ready` at the first vector, `step` after each part, and in the end `figures` or `error`.
"""

import json
import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from embedding import Embedder, EmbeddingError, Network, open_embedder
from faq.speed.comparison import compare

ROUNDS = 3  # of the batch
LENGTHS = (8, 16, 32, 64, 128, 256, 512)  # tokens, as far as the model reads
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64)
BATCH_TOKENS = 32  # of each text where the size of a batch varies: about as long as a question
STEPS = 1 + len(LENGTHS) + len(BATCH_SIZES)  # that `measure` tells
LEAST_REPEATS, MOST_REPEATS, REPEAT_SECONDS = 3, 15, 0.3
CHARACTERS_A_TOKEN = 16  # more than any text needs on average

Tell = Callable[..., None]
T = TypeVar("T")


def main() -> None:
    """Measure what standard input asks for."""
    lines = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nobody else's words among our lines

    def tell(**line: Any) -> None:
        lines.write(json.dumps(line) + "\n")

    try:
        answer(json.load(sys.stdin), tell)
    except EmbeddingError as error:
        tell(error=str(error))
    except (BrokenPipeError, KeyboardInterrupt):  # nobody waits for it any more
        sys.exit(1)


def answer(request: dict[str, Any], tell: Tell) -> None:
    """Do what a request of `trial_process` asks. Raises `EmbeddingError` where the variant does not
    run here, or runs as another one."""
    embedder = open_embedder(
        request["model"],
        revision=request["revision"],
        network=Network(offline=True),
        engine=request["engine"],
        precision=request["precision"],
        cache=Path(request["cache"]),
    )
    texts: list[str] = request["texts"]
    embedder.encode_query(texts[0])
    runtime = embedder.runtime
    if runtime.precision != request["precision"]:
        raise EmbeddingError(
            f"It computed as {runtime.precision} where {request['precision']} was wanted: this "
            "processor has no bfloat16. Leave this one out."
        )
    if (request["device"] == "CPU") != runtime.device.startswith("CPU"):
        raise EmbeddingError(
            f"It ran on {runtime.device} where a {request['device']} was wanted. Leave this one "
            "out, or see that PyTorch finds the device."
        )
    tell(ready=True)
    if not request["start_only"]:
        tell(figures=measure(embedder, texts, tell))


def measure(embedder: Embedder, texts: Sequence[str], tell: Tell) -> dict[str, Any]:
    """Return the figures of `report.Trial` but for the starts."""
    compared = compare(embedder, texts, ROUNDS)
    tell(step=True)
    limit = embedder.model.max_tokens
    text_of = _texts_by_length(embedder, texts)
    by_length = []
    for tokens in LENGTHS:
        if tokens <= limit:
            by_length.append((tokens, _milliseconds(embedder.encode_query, text_of(tokens, 0))))
        tell(step=True)
    alike = [text_of(min(BATCH_TOKENS, limit), start) for start in range(max(BATCH_SIZES))]
    by_batch_size = []
    for size in BATCH_SIZES:
        milliseconds = _milliseconds(embedder.encode_documents, alike[:size])
        by_batch_size.append((size, milliseconds / size))
        tell(step=True)
    return {
        "engine": compared.runtime.engine,
        "precision": compared.runtime.precision,
        "hardware": compared.runtime.device,
        "memory_mb": _most_memory(),
        "single_p50_ms": compared.single.p50_ms,
        "single_p95_ms": compared.single.p95_ms,
        "single_total_ms": compared.single.total_ms,
        "batch_total_ms": compared.batch.total_ms,
        "batch_per_text_ms": compared.batch.per_text_ms,
        "tokens": compared.tokens,
        "tokens_per_second": compared.tokens_per_second,
        "by_length": by_length,
        "by_batch_size": by_batch_size,
    }


def _texts_by_length(embedder: Embedder, texts: Sequence[str]) -> Callable[[int, int], str]:
    """Return a function that cuts texts of so many tokens out of `texts`; a different one for every
    `start`, and the same ones for whatever engine computes the model."""
    joined = " ".join(texts)
    most = CHARACTERS_A_TOKEN * max(LENGTHS)
    long = joined * (most * 2 // len(joined) + 1)

    def cut(tokens: int, start: int) -> str:
        begin = start * 7 % len(joined)

        def count(characters: int) -> int:
            return embedder.count_tokens([long[begin : begin + characters]])[0].count

        characters = bisect_right(range(CHARACTERS_A_TOKEN * tokens), tokens, key=count) - 1
        return long[begin : begin + characters]

    return cut


def _milliseconds(encode: Callable[[T], object], given: T) -> float:
    """Return the median time of a call, the first one left out: it pays for what later ones find
    ready."""
    encode(given)
    times: list[float] = []
    began = perf_counter()
    while len(times) < LEAST_REPEATS or (
        len(times) < MOST_REPEATS and perf_counter() - began < REPEAT_SECONDS
    ):
        started = perf_counter()
        encode(given)
        times.append((perf_counter() - started) * 1000)
    return median(times)


def _most_memory() -> float | None:
    """Return the most memory that this process has held, in 10^6 bytes; None where the system does
    not tell."""
    try:
        # Not `getrusage`: on Linux that begins with what the parent held when it split off.
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return next(
            int(line.split()[1]) * 1024 / 1e6
            for line in status.splitlines()
            if line.startswith("VmHWM")
        )
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held * (1 if sys.platform == "darwin" else 1024) / 1e6


if __name__ == "__main__":
    main()
