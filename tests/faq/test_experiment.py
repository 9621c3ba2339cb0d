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

from embedding import Embedder, EmbeddingError
from embedding.variants import Variant
from faq import jobs
from faq.collection import Collection
from faq.speed import report, trial_process
from faq.speed.experiment import FIXED, STEPS_A_VARIANT, start_experiment, texts_for
from faq.speed.report import KeptExperiment
from faq.speed.trial import BATCH_SIZES, STEPS, answer, measure
from faq.speed.trial_process import Request, TrialFailed, run_trial
from store import Content, Job, Store, open_store
from tests.fakes import WordCountEmbedder

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
    for process in started:
        assert process.returncode is not None
        with pytest.raises(ProcessLookupError):  # nor what it started itself
            os.killpg(process.pid, 0)


@pytest.fixture
def measured(store: Store, real_embedder: Embedder) -> Collection:
    """A collection whose model can be measured."""
    return Collection(store, real_embedder, "ada")


def reached(store: Store, done: int) -> Job:
    """Wait until so many steps are done, or the experiment has ended."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        job = store.job("speed")
        assert job is not None
        if job.done >= done or job.state != "running":
            return job
        sleep(0.01)
    raise AssertionError(f"still {store.job('speed')}")


def ended(store: Store) -> Job:
    """Wait for the end of the experiment."""
    for thread in threading.enumerate():
        if thread.name == "job speed":
            thread.join(PATIENCE)
    job = store.job("speed")
    assert job is not None and job.state != "running"
    return job


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder, model_cache: Path
) -> Iterator[KeptExperiment]:
    """An experiment in which the first of two variants was killed."""
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
    assert (job.state, job.done, job.total) == ("done", 2 * STEPS_A_VARIANT, 2 * STEPS_A_VARIANT)
    [stored] = store.reports("speed", 10)
    assert not [text for text in FIXED if text in stored.content]
    [one] = report.kept(store)
    yield one
    store.close()


@pytest.mark.model
def test_figures_of_a_variant_are_kept(kept: KeptExperiment, real_embedder: Embedder) -> None:
    trial = kept.experiment.trials[1]
    assert (trial.name, trial.error) == ("OpenVINO, exact", "")
    assert trial.hardware.startswith("CPU (")
    assert trial.first_start_seconds and trial.start_seconds
    assert 0.1 < trial.start_seconds < 30
    assert trial.memory_mb and 50 < trial.memory_mb < 2000
    assert trial.single_p50_ms and trial.single_p95_ms and trial.single_total_ms
    assert 0 < trial.single_p50_ms <= trial.single_p95_ms <= trial.single_total_ms
    assert trial.batch_total_ms and trial.batch_per_text_ms
    assert trial.batch_total_ms == pytest.approx(20 * trial.batch_per_text_ms)
    assert trial.tokens == sum(t.count for t in real_embedder.count_tokens(FIXED[:20]))
    assert trial.tokens_per_second == pytest.approx(trial.tokens / trial.batch_total_ms * 1000)


@pytest.mark.model
def test_the_sweeps_end_where_the_model_stops_reading(kept: KeptExperiment) -> None:
    trial = kept.experiment.trials[1]
    assert [tokens for tokens, _ in trial.by_length] == [8, 16, 32, 64, 128, 256]
    assert tuple(size for size, _ in trial.by_batch_size) == BATCH_SIZES
    assert trial.by_length[-1][1] > trial.by_length[0][1]


@pytest.mark.model
def test_a_variant_that_is_killed_is_told_and_the_other_counts(kept: KeptExperiment) -> None:
    killed, _ = kept.experiment.trials
    assert killed.name == "PyTorch, exact"
    assert killed.error.startswith("Its process was killed (signal 9) before it was done.")
    assert killed.start_seconds is None
    assert [trial.name for trial in kept.experiment.measured] == ["OpenVINO, exact"]


@pytest.mark.model
def test_it_is_known_on_what_it_was_measured(kept: KeptExperiment, real_embedder: Embedder) -> None:
    made = kept.experiment
    assert (kept.actor, made.texts, made.source) == ("ada", 20, "fixed")
    assert made.fingerprint == real_embedder.model.fingerprint
    assert made.processor and made.cores
    assert set(made.versions) == {"Python", "openvino", "torch", "sentence-transformers"}


@pytest.mark.model
def test_cancelled_while_it_measures_it_leaves_no_process_and_no_report(
    measured: Collection, model_cache: Path, processes: Processes
) -> None:
    store = measured.store
    job = start_experiment(measured, model_cache, [OPENVINO], 500)
    assert reached(store, 2).state == "running"  # it has started twice
    began = monotonic()
    store.cancel_job(job.id)
    assert ended(store).state == "cancelled"
    assert monotonic() - began < 5
    assert processes[-1].returncode == -signal.SIGKILL
    assert store.reports("speed", 1) == []


def test_where_nothing_could_be_measured_the_reason_is_told(
    collection: Collection, tmp_path: Path, processes: Processes
) -> None:
    start_experiment(collection, tmp_path, [OPENVINO], 20)
    job = ended(collection.store)
    assert job.state == "failed"
    assert "tests/word-count" in job.result  # there is no such model on this machine
    assert collection.store.reports("speed", 1) == []
    assert len(processes) == 1


def test_a_process_that_never_ends_is_stopped(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_process, "LONGEST_SECONDS", 0)
    request = Request(OPENVINO, "tests/word-count", None, tmp_path, ["lost card"])
    with pytest.raises(TrialFailed, match=r"^It was stopped after 0 minutes\. Try fewer texts\.$"):
        run_trial(request, lambda: None, lambda: None, measure=True)
    assert [process.returncode for process in processes] == [-signal.SIGKILL]


def test_a_process_that_cannot_start_is_told(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_process, "ROOT", tmp_path)  # there is no faq.speed.trial
    request = Request(OPENVINO, "tests/word-count", None, tmp_path, ["lost card"] * 100_000)
    with pytest.raises(TrialFailed, match=r"^Its process ended with status 1 before it was done\."):
        run_trial(request, lambda: None, lambda: None, measure=True)


@pytest.mark.parametrize(
    ("precision", "device", "says"),
    [
        ("fast", "CPU", "It computed as exact where fast was wanted: this processor has no"),
        ("exact", "GPU", r"It ran on CPU \(by eye\) where a GPU was wanted\. Leave this one out"),
    ],
)
def test_what_runs_as_another_variant_is_not_measured_as_this_one(
    precision: str, device: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faq.speed.trial.open_embedder", lambda *_, **__: WordCountEmbedder())
    request = {"model": "", "revision": None, "engine": "torch", "cache": "", "texts": ["card"]}
    told: list[dict[str, Any]] = []
    with pytest.raises(EmbeddingError, match=f"^{says}"):
        answer(
            request | {"precision": precision, "device": device, "start_only": False},
            lambda **line: told.append(line),
        )
    assert told == []


def test_every_step_is_told_whatever_the_model_reads() -> None:
    told: list[dict[str, Any]] = []
    embedder = WordCountEmbedder()  # reads 8 tokens
    figures = measure(embedder, ["lost card", "new plan price"], lambda **line: told.append(line))
    assert told == [{"step": True}] * STEPS
    assert [tokens for tokens, _ in figures["by_length"]] == [8]
    assert max(len(text.split()) for text in embedder.encoded) == 8


def test_a_large_collection_is_measured_on_its_own_texts(collection: Collection) -> None:
    for number in range(10):
        collection.add(Content(f"card {number}", "the answer", phrasings=(f"plan {number}",)))
    removed = collection.add(Content("login", "in the bin"))
    collection.remove([removed.id])
    source, texts = texts_for(collection.store, 20)
    assert source == "collection"
    assert texts[:5] == ["card 0", "plan 0", "the answer", "card 1", "plan 1"]
    assert len(texts) == len(set(texts)) == 20
    assert texts_for(collection.store, 21)[0] == "collection"
    assert texts_for(collection.store, 22) == ("fixed", list(FIXED[:22]))


def test_there_are_enough_fixed_texts_for_the_largest_experiment() -> None:
    assert len(FIXED) == len(set(FIXED)) == 500
