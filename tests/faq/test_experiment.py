"""The speed experiment: real processes that are measured, cancelled and killed."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from embedding import Embedder
from embedding.engines import Variant
from faq import jobs
from faq.collection import Collection
from faq.reports import Kept
from faq.speed import experiment, process
from faq.speed.experiment import Experiment, as_table, start_experiment, texts_for
from faq.speed.process import Request, answer, run_trial
from faq.speed.trial import FIXED, Trial
from store import Content, Job, Store, open_store
from tests.fakes import WordCountEmbedder
from tests.stores import keep_report

PATIENCE = 60
OPENVINO, TORCH = Variant("openvino", "exact"), Variant("torch", "exact")

Processes = list[subprocess.Popen[bytes]]


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """Every process that an experiment starts; none of them is left at the end."""
    started: Processes = []

    class Remembered(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(jobs, "BEAT_EVERY_SECONDS", 0)
    monkeypatch.setattr(subprocess, "Popen", Remembered)
    yield started
    for thread in threading.enumerate():
        if thread.name == "job speed":
            thread.join(PATIENCE)
    for one in started:
        assert one.returncode is not None
        with pytest.raises(ProcessLookupError):  # nor what it started itself
            os.killpg(one.pid, 0)


def ended(store: Store) -> Job:
    """Wait for the end of the experiment."""
    for thread in threading.enumerate():
        if thread.name == "job speed":
            thread.join(PATIENCE)
    job = store.jobs.latest("speed")
    assert job is not None and job.state != "running"
    return job


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder, model_cache: Path
) -> Iterator[Kept[Experiment]]:
    """An experiment in which the first of two engines was killed."""
    store = open_store(tmp_path_factory.mktemp("kept") / "faq.db")

    class FirstOneKilled(subprocess.Popen[bytes]):
        spared = False

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            if not FirstOneKilled.spared:
                self.kill()
            FirstOneKilled.spared = True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", FirstOneKilled)
        start_experiment(
            Collection(store, real_embedder, "ada"), model_cache, [TORCH, OPENVINO], 20
        )
        job = ended(store)
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    [stored] = store.settings.read("speed reports").values()
    assert not [text for text in FIXED if text in stored]
    [one] = experiment.kept(store)
    yield one
    store.close()


@pytest.mark.model
def test_figures_of_an_engine_are_kept(kept: Kept[Experiment], real_embedder: Embedder) -> None:
    trial = kept.result.trials[1]
    assert (trial.name, trial.error) == ("OpenVINO, exact", "")
    assert trial.hardware.startswith("CPU (")
    assert 0 < trial.single_p50_ms <= trial.single_p95_ms <= trial.single_total_ms
    assert 0 < trial.batch_total_ms == pytest.approx(20 * trial.batch_per_text_ms)
    assert trial.tokens == sum(t.count for t in real_embedder.count_tokens(FIXED[:20]))
    assert trial.tokens_per_second == pytest.approx(trial.tokens / trial.batch_total_ms * 1000)


@pytest.mark.model
def test_an_engine_that_is_killed_has_an_error_and_the_other_counts(
    kept: Kept[Experiment],
) -> None:
    killed, _ = kept.result.trials
    assert killed.name == "PyTorch, exact"
    assert killed.error.startswith("Its process was killed (signal 9) before it was done.")
    assert killed.single_p50_ms == 0
    assert [trial.name for trial in kept.result.measured] == ["OpenVINO, exact"]


@pytest.mark.model
def test_what_was_measured_and_where_is_kept(
    kept: Kept[Experiment], real_embedder: Embedder
) -> None:
    made = kept.result
    assert (kept.actor, made.texts, made.source) == ("ada", 20, "fixed")
    assert made.fingerprint == real_embedder.model.fingerprint
    assert made.processor and made.cores
    assert set(made.versions) == {"Python", "openvino", "torch", "sentence-transformers"}


@pytest.mark.model
def test_cancelled_while_it_measures_it_leaves_no_process_and_no_report(
    store: Store, real_embedder: Embedder, model_cache: Path, processes: Processes
) -> None:
    job = start_experiment(Collection(store, real_embedder, "ada"), model_cache, [OPENVINO], 500)
    deadline = monotonic() + PATIENCE
    while not processes:
        assert monotonic() < deadline
        sleep(0.01)
    began = monotonic()
    store.jobs.cancel(job.id)
    assert ended(store).state == "cancelled"
    assert monotonic() - began < 5
    assert [one.returncode for one in processes] == [-signal.SIGKILL]
    assert store.settings.read("speed reports") == {}


def test_where_nothing_could_be_measured_the_reason_is_kept(
    collection: Collection, tmp_path: Path, processes: Processes
) -> None:
    start_experiment(collection, tmp_path, [OPENVINO], 20)
    job = ended(collection.store)
    assert job.state == "failed"
    assert "tests/word-count" in job.result  # there is no such model on this machine
    assert collection.store.settings.read("speed reports") == {}
    assert len(processes) == 1


def request(
    tmp_path: Path, variant: Variant = OPENVINO, texts: tuple[str, ...] = ("lost card",)
) -> Request:
    return Request(variant, "tests/word-count", None, str(tmp_path), texts)


def test_a_process_that_never_ends_is_stopped(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LONGEST_SECONDS", 0)
    waits: list[None] = []
    trial = run_trial(request(tmp_path), lambda: waits.append(None))
    assert trial.error == "It was stopped after 0 minutes. Try fewer texts."
    assert (trial.name, len(waits)) == ("OpenVINO, exact", 1)
    assert [one.returncode for one in processes] == [-signal.SIGKILL]


def test_a_process_that_cannot_start_is_an_error_of_its_engine(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "ROOT", tmp_path)  # there is no faq.speed.process
    trial = run_trial(request(tmp_path, texts=("lost card",) * 100_000), lambda: None)
    assert trial.error.startswith("Its process ended with status 1 before it was done.")


@pytest.mark.parametrize("variant", [Variant("torch", "fast"), Variant("torch", "exact", "GPU")])
def test_what_runs_as_another_variant_is_not_measured_as_this_one(
    variant: Variant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "open_embedder", lambda *_, **__: WordCountEmbedder())
    trial = answer(request(tmp_path, variant))
    assert trial == Trial(variant.engine, variant.precision, variant.device, error=trial.error)
    assert trial.error.startswith(
        f"It computed as exact on CPU (by eye), where {variant.precision} on a {variant.device} was"
    )


def test_a_large_collection_is_measured_on_its_own_texts(collection: Collection) -> None:
    for number in range(10):
        collection.add(Content(f"card {number}", "the answer", phrasings=(f"plan {number}",)))
    removed = collection.add(Content("login", "in the bin"))
    collection.remove([removed.id])
    source, texts = texts_for(collection, 20)
    assert source == "collection"
    assert texts[:5] == ("card 0", "plan 0", "the answer", "card 1", "plan 1")
    assert len(texts) == len(set(texts)) == 20
    assert texts_for(collection, 21)[0] == "collection"
    assert texts_for(collection, 22) == ("fixed", FIXED[:22])


OLD_REPORT = """{"trials": [
    {"engine": "openvino", "precision": "exact", "device": "CPU", "hardware": "CPU (Abacus)",
     "error": "", "first_start_seconds": 12.5, "start_seconds": 0.5, "memory_mb": 230.1,
     "single_p50_ms": 2.0, "single_p95_ms": 3.0, "single_total_ms": 44.0, "batch_total_ms": 20.0,
     "batch_per_text_ms": 1.0, "tokens": 300, "tokens_per_second": 15000.0,
     "by_length": [[8, 1.5]], "by_batch_size": [[1, 2.0]]},
    {"engine": "torch", "precision": "exact", "device": "GPU", "hardware": "", "error": "None.",
     "first_start_seconds": null, "start_seconds": null, "memory_mb": null, "single_p50_ms": null,
     "single_p95_ms": null, "single_total_ms": null, "batch_total_ms": null,
     "batch_per_text_ms": null, "tokens": null, "tokens_per_second": null, "by_length": [],
     "by_batch_size": []}],
  "texts": 20, "source": "fixed", "model": "m", "fingerprint": "f", "processor": "Abacus",
  "cores": 2, "system": "Linux x86_64", "load": 0.5, "versions": {"Python": "3.11.7"}}"""
"""What Askwell kept when it measured starts, memory, lengths and sizes, too."""


def test_a_report_of_an_older_version_is_read_where_it_fits(store: Store) -> None:
    keep_report(store, "speed", OLD_REPORT, "ada")
    keep_report(store, "speed", OLD_REPORT.replace('"texts": 20', '"texts": "many"'), "ada")
    keep_report(store, "speed", OLD_REPORT.replace("2.0", "0.0"), "ada")  # nothing was measured
    [one] = experiment.kept(store)
    assert one.result.trials == (
        Trial("openvino", "exact", "CPU", "CPU (Abacus)", "", 2, 3, 44, 20, 1, 300, 15_000),
        Trial("torch", "exact", "GPU", error="None."),
    )
    assert one.result.machine == "Abacus, 2 cores"


def test_the_table_has_a_row_a_trial(store: Store) -> None:
    keep_report(store, "speed", OLD_REPORT, "ada")
    columns, rows = as_table(experiment.kept(store))
    first, second = (dict(zip(columns, row, strict=True)) for row in rows)
    assert (first["engine"], first["single_p50_ms"], first["Python"]) == ("openvino", 2.0, "3.11.7")
    assert (first["by"], first["busy_before"], first["texts"]) == ("ada", 0.5, 20)
    assert (second["error"], second["single_p50_ms"]) == ("None.", None)
