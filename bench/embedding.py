"""How fast text becomes vectors, beside `SentenceTransformer.encode` at its defaults on the same
texts, in one run.

    python -m bench.embedding [DATA]

Prints ratios (how many times as fast), how near the vectors are, what the command line takes from
start to answer, and which share of the machine's matrix-multiply peak bulk work reached. Exit 1
where a target is missed, 2 where there is no data.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from bench.report import machine
from bench.retrieval import DATA
from embedding import Embedder, Precision, Vectors, open_embedder
from embedding.weights import Weights
from faq.content import one_a_line
from faq.speed.trial import TEXTS
from faq.transfer.files import opened_table

ROUNDS = 5
COLLECTIONS = ("banking77", "clinc150", "stackfaq")
BLOCK = 20
BULK = tuple(
    " ".join((TEXTS[i % 100], TEXTS[i // 10 % 100], TEXTS[i * 7 % 100])) for i in range(1000)
)
"""A thousand texts as long as an FAQ's: about 30 tokens each."""
MEASURE = """
import resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

# The multiplications that a token goes through outside attention: 2 x the weights of six layers
# of 384 wide with 1,536 wide feed-forward parts.
FLOP_A_TOKEN = 2 * 6 * (4 * 384 * 384 + 2 * 384 * 1536)


class Report:
    """Rows of the table, and whether a target was missed."""

    def __init__(self) -> None:
        self.short = False

    def row(self, name: str, measured: float, unit: str, least: float | None = None) -> None:
        missed = least is not None and not measured >= least
        self.short |= missed
        target = "" if least is None else f"at least {least:g}"
        verdict = "" if least is None else "short" if missed else "ok"
        print(f"{name:52} {measured:>12,.5g} {unit:10} {target:>16} {verdict}".rstrip(), flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.embedding", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA, help="folder of collections")
    medicare: Path = parser.parse_args(arguments).data / "medicare"
    if not medicare.is_dir():
        print(f"There is no {medicare}. Name the folder of collections.", file=sys.stderr)
        return 2
    print(f"Embedding beside SentenceTransformer.encode\non {machine()}\n")
    report = Report()
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(temporary)
        exact = open_embedder(engine="openvino", precision="exact", cache=cache)
        fast = open_embedder(engine="openvino", precision="fast", cache=cache)
        baseline = _baseline()
        for embedder in (exact, fast):
            embedder.encode_documents(TEXTS)
        baseline(list(TEXTS))
        _speed(report, baseline, exact, fast)
        _nearness(report, baseline, exact, fast, medicare)
        _quality(report, exact, fast, medicare.parent)
        _command_line(report, cache)
    return int(report.short)


def _baseline() -> Callable[[list[str]], Vectors]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Weights().files().path), local_files_only=True)
    return lambda texts: np.asarray(model.encode(texts), dtype=np.float32)


def _seconds(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


def _speed(
    report: Report, baseline: Callable[[list[str]], Vectors], exact: Embedder, fast: Embedder
) -> None:
    """Time the three in turns, so that a machine that slows down slows all of them.

    Each answers a block of questions in its turn, as a program does that has one model: text by
    text, every one of them would find the others' weights in the processor's caches.
    """
    bfloat = fast.runtime.precision == "fast"
    ways: dict[str, Callable[[str], object]] = {
        "baseline": lambda text: baseline([text]),
        "exact": exact.encode_query,
        "fast": fast.encode_query,
    }
    singles: dict[str, list[float]] = {name: [] for name in ways}
    for start in range(0, len(TEXTS), BLOCK):
        for name, encode in ways.items():
            encode(TEXTS[start])
            block = TEXTS[start : start + BLOCK]
            singles[name] += [_seconds(partial(encode, text)) for text in block]
    p50 = {name: float(np.median(times)) for name, times in singles.items()}
    bulks: dict[str, list[float]] = {"baseline": [], "exact": [], "fast": []}
    for _ in range(ROUNDS):
        bulks["baseline"].append(_seconds(lambda: baseline(list(BULK))))
        bulks["exact"].append(_seconds(lambda: exact.encode_documents(BULK)))
        bulks["fast"].append(_seconds(lambda: fast.encode_documents(BULK)))
    bulk = {name: float(np.median(times)) for name, times in bulks.items()}
    tokens = sum(count.count for count in exact.count_tokens(BULK))
    for name in p50:
        report.row(f"{name}: one short query, p50", p50[name] * 1000, "ms")
        report.row(f"{name}: 1,000 texts, {tokens:,} tokens", bulk[name], "s")
    report.row("exact: one short query", p50["baseline"] / p50["exact"], "x", 2.5)
    report.row("exact: 1,000 texts", bulk["baseline"] / bulk["exact"], "x", 1.25)
    if bfloat:
        report.row("fast: one short query", p50["baseline"] / p50["fast"], "x", 3)
        report.row("fast: 1,000 texts", bulk["baseline"] / bulk["fast"], "x", 4)
    else:
        print("This processor has no bfloat16: fast computes as exact does.")
    peak32, peak16 = _peak("float32"), _peak("bfloat16")
    flop = tokens * FLOP_A_TOKEN
    report.row("matrix-multiply peak, float32", peak32 / 1e9, "GFLOP/s")
    report.row("matrix-multiply peak, bfloat16", peak16 / 1e9, "GFLOP/s")
    report.row("exact: share of the float32 peak", flop / bulk["exact"] / peak32, "")
    report.row("fast: share of the bfloat16 peak", flop / bulk["fast"] / peak16, "")
    reading = _seconds(lambda: exact.count_tokens(BULK))
    report.row("cutting the 1,000 texts into tokens", reading, "s")
    print("What is left goes to attention, softmax, GELU and normalisation (memory, not")
    print("multiplication), to filling rows up to the longest, and to tokens.\n")


def _peak(kind: str) -> float:
    """Return the operations a second of a product of two 2,048 x 2,048 matrices, best of ten."""
    import torch

    a = torch.rand(2048, 2048).to(getattr(torch, kind))
    best = min(_seconds(lambda: a @ a) for _ in range(10))
    return 2 * 2048**3 / best


def _nearness(
    report: Report,
    baseline: Callable[[list[str]], Vectors],
    exact: Embedder,
    fast: Embedder,
    medicare: Path,
) -> None:
    texts = [*TEXTS, *BULK[:100]]
    expected = baseline(texts)
    for name, embedder, least in (("exact", exact, 0.99999), ("fast", fast, 0.9999)):
        cosines: NDArray[np.float32] = np.sum(embedder.encode_documents(texts) * expected, axis=1)
        report.row(
            f"{name}: least cosine to sentence-transformers", float(cosines.min()), "", least
        )
    published = json.loads((medicare / "published.json").read_text(encoding="utf-8"))
    lines = (medicare / "questions.csv").read_text(encoding="utf-8").splitlines()[1:]
    questions = [line.strip('"') for line in lines]
    cosines = exact.encode_documents(questions) @ exact.encode_query(published["query"])
    worst = max(abs(cosines[row["row"]] - row["cosine"]) for row in published["top_5"])
    order = np.argsort(-cosines)[:5].tolist() == [row["row"] for row in published["top_5"]]
    report.row("exact: published table, largest difference x -1", -float(worst), "", -1e-4)
    report.row("exact: published table in order", float(order), "", 1)


def _quality(report: Report, exact: Embedder, fast: Embedder, data: Path) -> None:
    """Compare the share of labelled queries whose nearest phrasing is of the right entry."""
    for name in COLLECTIONS:
        keys, phrasings = [], []
        with opened_table(data / name / "entries.csv") as table:
            for _, cells in table.named("question"):
                if isinstance(cells, dict):
                    asked = [cells["question"], *one_a_line(cells.get("phrasings", ""))]
                    keys += [cells["key"]] * len(asked)
                    phrasings += asked
        with opened_table(data / name / "queries.csv") as table:
            labelled = [
                (cells["query"], cells["expected"])
                for _, cells in table.named("query")
                if isinstance(cells, dict) and cells["expected"]
            ]
        hits = []
        for embedder in (exact, fast):
            vectors = embedder.encode_documents(phrasings)
            queries = embedder.encode_queries([query for query, _ in labelled])
            best = np.concatenate(
                [
                    np.argmax(queries[i : i + 500] @ vectors.T, 1)
                    for i in range(0, len(queries), 500)
                ]
            )
            right = [keys[b] == key for b, (_, key) in zip(best, labelled, strict=True)]
            hits.append(float(np.mean(right)))
        report.row(f"{name}: hit@1, exact", hits[0], "")
        report.row(f"{name}: fast differs by, x -1", -abs(hits[1] - hits[0]), "", -0.002)


def _command_line(report: Report, cache: Path) -> None:
    """Compare `python -m faq search` from start to answer, caches warm: time and peak memory."""
    figures: dict[str, list[tuple[float, float]]] = {}
    precisions: tuple[Precision, ...] = ("exact", "fast")
    runs = [("torch", "exact"), *(("openvino", precision) for precision in precisions)]
    environment = os.environ | {"FAQ_DATA_DIR": str(cache)}
    command = [sys.executable, "-m", "faq"]
    subprocess.run(
        [*command, "import", "faq/samples/medicare.csv"],
        env=environment,
        check=True,
        capture_output=True,
    )
    for _ in range(ROUNDS + 1):
        for engine, precision in runs:
            chosen = environment | {"FAQ_ENGINE": engine, "FAQ_PRECISION": precision}
            figures.setdefault(f"{engine} {precision}", []).append(
                _run([*command, "--json", "search", "How can Medicare help me?"], chosen)
            )
    medians = {name: np.median(rows[1:], axis=0) for name, rows in figures.items()}
    for name, (seconds, megabytes) in medians.items():
        report.row(f"search, start to answer, {name}", float(seconds), "s")
        report.row(f"search, peak memory, {name}", float(megabytes), "MB")
    torch = medians["torch exact"]
    for precision in precisions:
        own = medians[f"openvino {precision}"]
        report.row(f"{precision}: search, start to answer", float(torch[0] / own[0]), "x", 4)
        report.row(f"{precision}: seconds under 1.5, x -1", -float(own[0]), "s", -1.5)
        report.row(f"{precision}: share of the memory, x -1", -float(own[1] / torch[1]), "", -0.6)


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return seconds and peak megabytes of a process."""
    # Started by a small process: a child's peak counts what its parent held at the fork.
    done = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kilobytes = done.stdout.split()
    return float(seconds), float(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
