"""Speed experiments as a table: one row a trial."""

from collections.abc import Sequence

from faq.speed.report import KeptExperiment, Trial

FIGURES = (
    "first_start_seconds",
    "start_seconds",
    "memory_mb",
    "single_p50_ms",
    "single_p95_ms",
    "single_total_ms",
    "batch_total_ms",
    "batch_per_text_ms",
    "tokens",
    "tokens_per_second",
)
VERSIONS = ("Python", "openvino", "torch", "sentence-transformers")


def as_table(kept: Sequence[KeptExperiment]) -> tuple[list[str], list[list[object]]]:
    """Return columns and rows, the experiments in their order; what is unknown is None.

    Times at given lengths and sizes of a batch, in milliseconds a text, have columns of their own.
    """
    trials = [(one, trial) for one in kept for trial in one.experiment.trials]
    lengths = sorted({tokens for _, trial in trials for tokens, _ in trial.by_length})
    sizes = sorted({size for _, trial in trials for size, _ in trial.by_batch_size})
    columns = ["at", "by", "processor", "cores", "system", "busy_before", "model", "fingerprint"]
    columns += ["texts", "source", "engine", "precision", "device", "hardware", "error", *FIGURES]
    columns += [f"ms_at_{tokens:g}_tokens" for tokens in lengths]
    columns += [f"ms_in_batch_of_{size:g}" for size in sizes]
    rows = [
        [
            *_circumstances(one),
            *(trial.engine, trial.precision, trial.device, trial.hardware, trial.error),
            *_figures(trial, lengths, sizes),
            *(one.experiment.versions.get(name) for name in VERSIONS),
        ]
        for one, trial in trials
    ]
    return [*columns, *VERSIONS], rows


def _circumstances(kept: KeptExperiment) -> list[object]:
    made = kept.experiment
    told = [kept.at.isoformat(timespec="seconds"), kept.actor, made.processor, made.cores]
    return [*told, made.system, made.load, made.model, made.fingerprint, made.texts, made.source]


def _figures(trial: Trial, lengths: Sequence[float], sizes: Sequence[float]) -> list[object]:
    by_length, by_batch_size = dict(trial.by_length), dict(trial.by_batch_size)
    figures: list[object] = [getattr(trial, name) for name in FIGURES]
    figures += [by_length.get(tokens) for tokens in lengths]
    return figures + [by_batch_size.get(size) for size in sizes]
