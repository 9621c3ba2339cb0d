"""What commands have in common: exit statuses, the collection they work on, what they print."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from embedding import Download, Runtime
from faq import access
from faq.collection import Collection
from faq.downloading import in_steps
from faq.opening import embedder_for
from faq.settings import Settings
from store import Store, open_store

DONE, FAILED, WRONG_USAGE = 0, 1, 2

Result = dict[str, Any]


def opened_store(chosen: argparse.Namespace, settings: Settings, *, create: bool = False) -> Store:
    """Return the store that a command works on."""
    store = open_store(chosen.database or settings.database, create=create)
    return access.restricted(store, settings.role)


def opened_collection(
    chosen: argparse.Namespace, settings: Settings, *, create: bool = False
) -> Collection:
    """Return the collection that a command works on."""
    store = opened_store(chosen, settings, create=create)
    return Collection(store, embedder_for(settings, store, tell_download()), settings.actor)


def runtime_of(runtime: Runtime) -> Result:
    """Return what computes the vectors, as JSON says it."""
    return {"engine": runtime.engine, "device": runtime.device, "precision": runtime.precision}


def tell(message: str) -> None:
    """Print a message or progress on standard error."""
    print(message, file=sys.stderr, flush=True)


def tell_download() -> Callable[[Download], None]:
    """Return a listener that tells, now and then, how far a model's download is."""
    return in_steps(tell)


def show(chosen: argparse.Namespace, result: Result, text: str) -> None:
    """Print a command's result on standard output, as JSON or as text."""
    print(json.dumps(result, ensure_ascii=False) if chosen.json else text, flush=True)
