"""How well the collection finds answers, on public labelled queries and with the real model.

    python -m bench.retrieval [DATA] [--database ADDRESS]

Exit 1 where a target is missed, 2 where there is no data.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np

from bench import languages, place, slips
from bench.generated import FINGERPRINT, contents, fill
from bench.labelled import SHARED, imported, labelled_queries
from bench.place import new_store, settle
from bench.remembering import Remembering
from bench.report import Figure, load, machine, milliseconds, print_figures
from bench.slips import Change
from embedding import Embedder, EmbeddingError, Vector, open_embedder
from faq.collection import Collection
from faq.evaluation.asking import evaluate
from faq.evaluation.calibration import calibrate
from faq.evaluation.figures import Evaluation
from faq.evaluation.queries import LabelledQuery
from faq.search.asked import Asked
from faq.search.ranking import BALANCED, COSINE
from faq.search.scoring import best_entries
from faq.search.spelling import OFF, SETTING, Spelling
from faq.transfer.files import opened_table
from faq.transfer.table import UnreadableFile
from store import SearchFilter, Store

DATA = SHARED / "data"
MEASURED = (  # collection, and how many phrasings of an entry at most; None: all that there are
    ("banking77", None),
    ("banking77", 5),
    ("banking77", 1),
    ("clinc150", None),
    ("clinc150", 5),
    ("clinc150", 1),
    ("stackfaq", None),
)
FOLDERS = ("banking77", "clinc150", "stackfaq", "medicare")
LEAST = {  # with all phrasings, ranked by balanced
    ("banking77", "hit@1"): 0.930,
    ("clinc150", "hit@1"): 0.922,
    ("clinc150", "AUROC"): 0.970,
    ("stackfaq", "hit@1"): 0.945,
    ("stackfaq", "hit@5"): 0.997,
}
CHANGES: dict[str, Change] = {
    "one slip": slips.slips(1),
    "two slips": slips.slips(2),
    "a word torn apart": slips.torn,
    "two words run together": slips.run_together,
    "one misspelled": slips.misspelled(1),
    "two misspelled": slips.misspelled(2),
}
LEAST_CHANGED = {  # hit@1 of corrected questions, and their MCC with the collection's threshold
    ("banking77", "one slip"): 0.925,
    ("banking77", "two slips"): 0.912,
    ("clinc150", "one slip"): 0.915,
    ("clinc150", "two slips"): 0.900,
    ("clinc150", "one slip, MCC"): 0.86,
    ("stackfaq", "one slip"): 0.947,
    ("stackfaq", "two slips"): 0.942,
}
MOST_MS_CORRECTING = 1.0  # beyond what the query takes without a slip, its embedding apart
MOST_MCC_LOST = 0.02  # by a threshold that was chosen without seeing the queries
MOST_HITS_LOST = 0.002  # by balanced, against cosine
MOST_EVALUATION_SECONDS = 60.0  # CLINC150, embedding included
MOST_MS = 15.0  # over 10,000 phrasings
LARGEST_DIFFERENCE = 1e-4  # between a Medicare cosine and the published one
SEARCHES = 60
CORRECTED = 500
DRAWS = 3


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA, help="folder of collections")
    place.add_argument(parser)
    given = parser.parse_args(arguments)
    data: Path = given.data
    if missing := [n for n in FOLDERS if not (data / n).is_dir()]:
        print(
            f"The folder {data} lacks {', '.join(missing)}. Name the folder that holds the labelled"
            " collections.",
            file=sys.stderr,
        )
        return 2
    try:
        return measure(data, Remembering(open_embedder()), given.database)
    except (EmbeddingError, UnreadableFile) as error:
        print(error, file=sys.stderr)
        return 2


def measure(data: Path, embedder: Remembering, address: str | None) -> int:
    """Print every figure; return the exit status."""
    runtime = embedder.runtime
    print(f"Retrieval with {embedder.model.name}, {runtime.engine} ({runtime.precision})")
    print(f"on {machine()}\n")
    names = ("ranking", "hit@1", "hit@5", "MRR@10", "nDCG@10", "AUROC", "threshold", "MCC", "best")
    print(f"{'collection':23} " + " ".join(f"{name:>9}" for name in names), flush=True)
    figures = [
        figure
        for name, most in MEASURED
        for figure in _collection(data / name, most, embedder, address)
    ]
    difference = _medicare(data / "medicare", embedder, address)
    figures.append(Figure("Medicare, largest difference", difference, "", LARGEST_DIFFERENCE))
    figures += [_search(10_000, each, address) for each in (1, 100)]
    if languages.found(languages.FOLDER):
        figures += languages.figures(languages.FOLDER)
    print()
    print_figures(figures)
    print(f"\n{load()}")
    return 1 if any(figure.short for figure in figures) else 0


def _collection(
    folder: Path, most: int | None, embedder: Remembering, address: str | None
) -> Iterator[Figure]:
    """Yield what both rankings come to with at most so many phrasings an entry, their thresholds
    chosen from the collection alone."""
    name = folder.name if most is None else f"{folder.name}, {most} an entry"
    with new_store(address) as store:
        collection = imported(folder / "entries.csv", store, embedder, most)
        calibrate(collection)
        queries = labelled_queries(folder / "queries.csv", collection.store)
        started = perf_counter()  # the first ranking pays for embedding the queries
        [balanced] = evaluate(collection, queries, [collection.ranking(BALANCED.name)])
        seconds = perf_counter() - started
        [cosine] = evaluate(collection, queries, [collection.ranking(COSINE.name)])
        changed = [] if most else list(_changed(folder.name, collection, queries))
    for evaluation in (cosine, balanced):
        _print_row(name, evaluation)
    yield from changed
    if most is None:
        told = balanced.figures()
        for figure, value in (
            ("hit@1", told.hit_at_1),
            ("hit@5", told.hit_at_5),
            ("AUROC", told.auroc),
        ):
            if (least := LEAST.get((folder.name, figure))) and value is not None:
                yield Figure(f"{name}, {figure}", value, "", least=least)
        if told.auroc is not None:
            lost = balanced.in_hindsight()[1] - told.mcc
            yield Figure(f"{name}, MCC lost to hindsight", lost, "", MOST_MCC_LOST)
            yield Figure(f"{name}, evaluated in", seconds, "s", MOST_EVALUATION_SECONDS)
    hits = [float(one.hits[one.in_scope].mean()) for one in (cosine, balanced)]
    lost = hits[0] - hits[1]
    yield Figure(f"{name}, hit@1 lost against cosine", lost, "", MOST_HITS_LOST)


def _changed(
    name: str, collection: Collection, queries: Sequence[LabelledQuery]
) -> Iterator[Figure]:
    """Yield what questions with slips come to, and print it beside what they would without any
    correction."""
    for what, change in CHANGES.items():
        chance = random.Random(what)
        # Which word it hits decides over half a percent of the questions.
        times = DRAWS if "slip" in what else 1
        mistyped = [replace(q, text=change(q.text, chance)) for q in [*queries] * times]
        some = [m for m, q in zip(mistyped, queries, strict=False) if m.text != q.text]
        # Misspellings concern some questions only; of slips, nearly all have one.
        asked = some if "misspelled" in what else mistyped
        hits, told = {}, {}
        for setting in (OFF, None):
            collection.store.settings.write({SETTING: setting})
            [evaluation] = evaluate(collection, asked, [collection.ranking(BALANCED.name)])
            told[setting] = evaluation.figures()
            hits[setting] = told[setting].hit_at_1 or 0.0
        line = f"{name}, {what}"
        print(
            f"{line:40} as typed {hits[OFF]:.4f}, corrected {hits[None]:.4f}"
            f" ({len(asked):,} questions)",
            flush=True,
        )
        if least := LEAST_CHANGED.get((name, what)):
            yield Figure(f"{line}, hit@1", hits[None], "", least=least)
        if least := LEAST_CHANGED.get((name, f"{what}, MCC")):
            yield Figure(f"{line}, MCC", told[None].mcc, "", least=least)
    yield Figure(
        f"{name}, correcting a slip", _correcting(collection, queries), "ms", MOST_MS_CORRECTING
    )


def _correcting(collection: Collection, queries: Sequence[LabelledQuery]) -> float:
    """Return the median of what looking for the meant words takes more where a query has a slip, in
    milliseconds of one processor."""
    spelling, chance, taken = Spelling(collection.store, collection.embedder), random.Random(0), []
    for query in queries[:CORRECTED]:
        mistyped = slips.slips(1)(query.text, chance)
        spent = []
        for text in (query.text, mistyped):
            started = thread_time()
            corrected = spelling.corrected(text)
            spent.append((thread_time() - started) * 1000)
        if corrected != mistyped:
            taken.append(spent[1] - spent[0])
    return float(np.median(taken))


def _print_row(name: str, evaluation: Evaluation) -> None:
    told = evaluation.figures()
    values = (
        told.hit_at_1,
        told.hit_at_5,
        told.mrr_at_10,
        told.ndcg_at_10,
        told.auroc,
        evaluation.ranking.threshold,
        told.mcc,
        evaluation.in_hindsight()[1],
    )
    cells = ["-" if value is None else f"{value:.4f}" for value in values]
    row = " ".join(f"{cell:>9}" for cell in (evaluation.ranking.name, *cells))
    print(f"{name:23} {row}", flush=True)


def _search(vectors: int, each: int, address: str | None) -> Figure:
    """Return what a query takes in the ranking `balanced` once it is embedded."""
    with new_store(address) as store:
        queries = fill(store, vectors // each, each)
        settle(address)
        texts = [c.question.rsplit(" ", 1)[0] for c in contents(vectors // each, 1)][:SEARCHES]
        asked = zip(texts, queries, strict=False)
        p50, _ = milliseconds([partial(_ask, store, text, query) for text, query in asked])
    return Figure(f"a query over {vectors:,} phrasings, {each} an entry, p50", p50, "ms", MOST_MS)


def _ask(store: Store, text: str, query: Vector) -> None:
    snapshot, words = (
        store.vectors.resident(fingerprint=FINGERPRINT),
        store.words.occurrences([text]),
    )
    asked = Asked.as_typed([text], query[np.newaxis])
    [found] = best_entries(BALANCED, snapshot, asked, words, 5, SearchFilter())
    store.entries.get([scored.entry_id for scored in found])


def _medicare(folder: Path, embedder: Embedder, address: str | None) -> float:
    """Print the published ranking beside ours; return the largest difference of a cosine."""
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
    with opened_table(folder / "questions.csv") as table:
        questions = [c["question"] for _, c in table.named("question") if isinstance(c, dict)]
    with new_store(address) as store:
        collection = imported(folder / "questions.csv", store, embedder)
        found = collection.search(published["query"], len(published["top_5"]), ranking=COSINE)
    print(f"\nMedicare: {published['query']}\npublished  measured   difference  question")
    differences = []
    for row, match in zip(published["top_5"], found.matches, strict=True):
        same = match.entry.content.question == questions[row["row"]]
        difference = abs(match.score - row["cosine"]) if same else np.inf
        differences.append(difference)
        question = match.entry.content.question
        print(f"{row['cosine']:.6f}   {match.score:.6f}   {difference:10.1e}  {question}")
    return max(differences)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
