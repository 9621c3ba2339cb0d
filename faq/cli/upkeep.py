"""Commands that look after a collection and its model."""

import argparse
from dataclasses import asdict
from time import sleep

from embedding import Embedder
from faq.access import refuse_reader
from faq.cli.output import DONE, FAILED, opened_store, runtime_of, show, tell, tell_download
from faq.jobs import REEMBED, REPAIR, Work, start_job
from faq.opening import Models, embedder_for
from faq.reembedding import Embedded, embed_anew, switch
from faq.repair import Repaired, examined, repair
from faq.settings import Settings
from faq.speed.trial import TEXTS, measure
from store import Job, Store

SOUND = "Nothing is wrong with the collection."


def check(chosen: argparse.Namespace, settings: Settings) -> int:
    store = opened_store(chosen, settings)
    own = embedder_for(settings, store, tell_download())
    if chosen.repair:
        refuse_reader(settings.role)
        return _repair(chosen, settings, store, own)
    health = examined(store, own)
    if health.note:
        tell(health.note)
    problems = list(health.problems)
    show(
        chosen,
        {"ok": not problems, "problems": problems},
        "\n".join(problems) or SOUND,
    )
    return FAILED if problems else DONE


def _repair(chosen: argparse.Namespace, settings: Settings, store: Store, own: Embedder) -> int:
    if damage := store.damage():  # nothing is written into such a file, not even a job
        repaired = Repaired((), tuple(damage))
    else:
        job = _finished(store, REPAIR, settings, lambda progress: repair(store, own, progress))
        if job.state != "done":
            tell(job.result)
            return FAILED
        repaired = Repaired.from_json(job.result)
    show(
        chosen,
        {"ok": not repaired.problems, **asdict(repaired)},
        "\n".join([*repaired.repaired, *(repaired.problems or [SOUND])]),
    )
    return FAILED if repaired.problems else DONE


def reembed(chosen: argparse.Namespace, settings: Settings) -> int:
    """Embed the collection anew, in the background as the screen does it, and switch."""
    store = opened_store(chosen, settings)
    models = Models(settings, store, tell_download())
    own = models.own()
    new = models.named(chosen.model) if chosen.model else own
    new.load()  # or say why it cannot be had, before anything is begun
    job = _finished(
        store, REEMBED, settings, lambda progress: embed_anew(store, own, new, progress)
    )
    if job.state != "done":
        tell(f"{job.result} The vectors in use serve as before; begun again, it goes on from here.")
        return FAILED
    embedded = Embedded.from_json(job.result)
    switch(store, new)
    result = {
        name: asdict(embedded)[name] for name in ("entries", "phrasings", "seconds", "fingerprint")
    }
    show(
        chosen,
        result,
        f"{embedded.phrasings:,} phrasings of {embedded.entries:,} entries embedded with "
        f"{embedded.model} in {embedded.seconds:.1f} s.\n"
        f"{embedded.preview.changed:,} of {embedded.preview.asked:,} questions have another best "
        "entry now.",
    )
    return DONE


def _finished(store: Store, kind: str, settings: Settings, work: Work) -> Job:
    """Do work in the background, as the screen does it; return how it ended."""
    job = start_job(store, kind, settings.actor, None, work)
    try:
        return _watched(store, kind)
    except KeyboardInterrupt:
        store.cancel_job(job.id)
        return _watched(store, kind)


def _watched(store: Store, kind: str) -> Job:
    """Tell how far the job is until it ends; return how it ended."""
    told = None
    while True:
        job = store.job(kind)
        assert job is not None
        if job.total is not None and (job.done, job.total) != told:
            told = job.done, job.total
            tell(f"{job.done:,} of {job.total:,} vectors saved")
        if job.state != "running":
            return job
        sleep(0.1)


def speed(chosen: argparse.Namespace, settings: Settings) -> int:
    embedder = embedder_for(settings, on_download=tell_download())
    trial = measure(embedder)
    count = len(TEXTS)
    result = {
        "single": {"n": count, "p50_ms": trial.single_p50_ms, "p95_ms": trial.single_p95_ms},
        "batch": {
            "n": count,
            "total_ms": trial.batch_total_ms,
            "per_text_ms": trial.batch_per_text_ms,
        },
        "tokens_per_second": trial.tokens_per_second,
        **runtime_of(embedder.runtime),
    }
    show(
        chosen,
        result,
        f"one at a time: {trial.single_p50_ms:.1f} ms a text (95 % under "
        f"{trial.single_p95_ms:.1f} ms)\n"
        f"in one batch of {count}: {trial.batch_per_text_ms:.1f} ms a text, "
        f"{trial.tokens_per_second:,.0f} tokens a second\n"
        f"{trial.engine} on {trial.hardware}",
    )
    return DONE
