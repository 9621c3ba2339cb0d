"""What tests do with a store that the program does in other ways."""

import json
from itertools import count

import numpy as np

from store import ModelRecord, Store

_numbers = count(1)


def use_model(store: Store, model: ModelRecord) -> None:
    """Let a collection without a model have this one."""
    store.vectors.fill(model, "phrasing", [], np.zeros((0, model.dimension), np.float32))
    store.vectors.switch(model.fingerprint)


def keep_report(store: Store, kind: str, content: str, actor: str) -> None:
    """Keep a report with any content."""
    name = f"{kind} reports/2027-01-01T00:00:00+00:00 {next(_numbers):08}"
    store.settings.write({name: json.dumps({"actor": actor, "content": content})})
