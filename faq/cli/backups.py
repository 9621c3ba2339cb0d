"""Commands that keep a copy of the collection, and bring one back."""

import argparse
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from faq.backups import back_up, keep_newest
from faq.backups import restore as put_back
from faq.cli.output import DONE, FAILED, WRONG_USAGE, opened_store, show, tell
from faq.settings import Settings
from store import Store, StoreError, Unsound

TELL_EVERY_SECONDS = 2


def backup(chosen: argparse.Namespace, settings: Settings) -> int:
    if chosen.keep and not chosen.folder:
        tell("--keep says how many backups stay in a folder: name it with --folder.")
        return WRONG_USAGE
    store = opened_store(chosen, settings)
    deleted: list[Path] = []
    try:
        if chosen.folder:
            path = back_up(store, chosen.folder, "scheduled", _now_and_then())
            if chosen.keep:  # only now that there is a new one
                deleted = keep_newest(chosen.folder, Path(store.info().location), chosen.keep)
        else:
            path = chosen.file
            store.backup(path, _now_and_then())
    except Unsound as error:
        return _unsound(chosen, error)
    show(
        chosen,
        {"ok": True, "problems": [], "file": str(path), "deleted": [str(old) for old in deleted]},
        "\n".join([f"Backed up to {path}.", *(f"Deleted {old}." for old in deleted)]),
    )
    return DONE


def restore(chosen: argparse.Namespace, settings: Settings) -> int:
    location = chosen.database or settings.database
    try:
        restored = put_back(_standing(chosen, settings), chosen.file, location, _now_and_then())
    except Unsound as error:
        return _unsound(chosen, error)
    kept = restored.kept and str(restored.kept)
    show(
        chosen,
        {"ok": True, "problems": [], "entries": restored.entries, "kept": kept},
        f"Restored {restored.entries:,} entries."
        + (f"\nWhat was there before is kept as {kept}." if kept else ""),
    )
    return DONE


def _standing(chosen: argparse.Namespace, settings: Settings) -> Store | None:
    try:
        return opened_store(chosen, settings)
    except StoreError:  # missing or damaged: that is what backups are for
        return None


def _unsound(chosen: argparse.Namespace, error: Unsound) -> int:
    show(chosen, {"ok": False, "problems": list(error.problems)}, str(error))
    return FAILED


def _now_and_then() -> Callable[[int, int], None]:
    told = monotonic()

    def report(done: int, total: int) -> None:
        nonlocal told
        if monotonic() - told >= TELL_EVERY_SECONDS:
            told = monotonic()
            tell(f"{done / total:.0%} copied")

    return report
