"""Commands that look after a collection and its model: check, re-embed, back up, measure."""

from dataclasses import asdict
from pathlib import Path

from embedding import Embedder, EmbeddingError
from faq.backups import back_up, backup_folder, keep_newest
from faq.backups import restore as restore_backup
from faq.cli.command import (
    Run,
    WrongUsage,
    choose_thresholds,
    message,
    printer,
    runtime_as_json,
)
from faq.collection import Collection
from faq.jobs import REEMBED, REPAIR, Cancelled, Report
from faq.models import Models
from faq.reembedding import reembed as embed_again
from faq.reembedding import switch
from faq.repair import Repaired, examine, repair
from faq.speed.trial import TEXTS, measure
from store import Copied, Restored, Store, StoreError, Unsound, copy_collection

SOUND = "Nothing is wrong with the collection."
QUIET_SECONDS = 2  # a backup that takes no longer prints nothing: it may be a cron job


def check(run: Run) -> int:
    store = run.store(changes=run.arguments.repair)
    own = run.models(store).own()
    if run.arguments.repair:
        return _repair(run, store, own)
    health = examine(store, own)
    if health.note:
        message(health.note)
    problems = health.problems
    return run.show(
        {"ok": not problems, "problems": problems},
        "\n".join(problems) or SOUND,
        ok=not problems,
    )


def _repair(run: Run, store: Store, own: Embedder) -> int:
    health = store.upkeep.check()
    if health.damaged:  # nothing is written into such a file, not even a job
        repaired = Repaired((), health.problems)
    else:
        repaired = run.job(store, REPAIR, lambda report: repair(store, own, report))
    return run.show(
        {"ok": not repaired.problems, **asdict(repaired)},
        "\n".join([*repaired.repaired, *(repaired.problems or [SOUND])]),
        ok=not repaired.problems,
    )


def reembed(run: Run) -> int:
    """Embed the collection again, and switch to the new vectors."""
    store = run.store()
    models: Models = run.models(store)
    own = models.own()
    new = models.named(run.arguments.model) if run.arguments.model else own
    new.load()  # or say why it is unavailable, before anything is begun
    try:
        done = run.job(store, REEMBED, lambda report: embed_again(store, own, new, report))
    except (EmbeddingError, Cancelled, KeyboardInterrupt):
        message("The vectors in use stay. The next run continues where this one stopped.")
        raise
    switch(store, new)
    choose_thresholds(Collection(store, new, run.settings.actor))
    return run.show(
        {
            "entries": done.entries,
            "phrasings": done.phrasings,
            "seconds": done.seconds,
            "fingerprint": done.fingerprint,
        },
        f"{done.phrasings:,} phrasings of {done.entries:,} entries embedded with {done.model} in "
        f"{done.seconds:.1f} s.\n{done.preview.changed:,} of {done.preview.asked:,} questions have "
        "another best entry now.",
    )


def backup(run: Run) -> int:
    folder: Path | None = run.arguments.folder
    if run.arguments.keep and not folder:
        raise WrongUsage("--keep says how many backups stay in a folder: name it with --folder.")
    store = run.store()
    deleted: list[Path] = []
    try:
        if folder:
            path = back_up(store, folder, "scheduled", _copied())
            if run.arguments.keep:  # only now that there is a new one
                deleted = keep_newest(folder, Path(store.info().location), run.arguments.keep)
        else:
            path = run.arguments.file
            store.upkeep.backup(path, _copied())
    except Unsound as error:
        return _show_unsound(run, error)
    return run.show(
        {"ok": True, "problems": [], "file": str(path), "deleted": [str(old) for old in deleted]},
        "\n".join([f"Backed up to {path}.", *(f"Deleted {old}." for old in deleted)]),
    )


def restore(run: Run) -> int:
    try:
        store = run.store()
    except StoreError:  # missing or damaged: that is what backups are for
        store = None
    try:
        restored = restore_backup(store, run.arguments.file, run.location, _copied())
    except Unsound as error:
        return _show_unsound(run, error)
    return _show_replaced(run, restored, f"Restored {restored.entries:,} entries.")


def copy(run: Run) -> int:
    """Copy the collection to another file or database."""
    given = run.arguments
    try:
        copied = copy_collection(
            given.source,
            given.target,
            backups=backup_folder(run.settings),
            replace=given.replace,
            progress=_copied(),
        )
    except Unsound as error:
        return _show_unsound(run, error)
    return _show_replaced(
        run, copied, f"Copied {copied.entries:,} entries to {given.target}, and compared."
    )


def _copied() -> Report:
    return printer(lambda done, total: f"{done / total:.0%} copied", QUIET_SECONDS)


def _show_replaced(run: Run, done: Copied | Restored, said: str) -> int:
    kept = done.kept and str(done.kept)
    return run.show(
        {"ok": True, "problems": [], "entries": done.entries, "kept": kept},
        said + (f"\nWhat was there before is kept as {kept}." if kept else ""),
    )


def _show_unsound(run: Run, error: Unsound) -> int:
    return run.show({"ok": False, "problems": error.problems}, str(error), ok=False)


def speed(run: Run) -> int:
    embedder = run.models().own()
    trial = measure(embedder)
    count = len(TEXTS)
    return run.show(
        {
            "single": {"n": count, "p50_ms": trial.single_p50_ms, "p95_ms": trial.single_p95_ms},
            "batch": {
                "n": count,
                "total_ms": trial.batch_total_ms,
                "per_text_ms": trial.batch_per_text_ms,
            },
            "tokens_per_second": trial.tokens_per_second,
            **runtime_as_json(embedder.runtime),
        },
        f"one at a time: {trial.single_p50_ms:.1f} ms a text (95 % under "
        f"{trial.single_p95_ms:.1f} ms)\n"
        f"in one batch of {count}: {trial.batch_per_text_ms:.1f} ms a text, "
        f"{trial.tokens_per_second:,.0f} tokens a second\n"
        f"{trial.engine} on {trial.hardware}",
    )
