"""Thresholds that are chosen by themselves, as the collection and its model change."""

from contextlib import suppress

from faq.collection import Collection
from faq.jobs import IMPORT, REEMBED, under_way
from faq.search.threshold import is_due
from store import StoreError
from ui.context import Context


def keep_up(run: Context) -> None:
    """Start choosing the threshold in the background where that is due. An import or an embedding
    comes to its end first."""
    state = run.collection.state
    if not (run.embedder.ready and state.held and is_due(state, run.ranking.name)):
        return
    from faq.evaluation.calibration import start_due_calibration  # the first page comes faster

    collection = run.editable
    latest = [collection.store.jobs.latest(kind) for kind in (IMPORT, REEMBED)]
    if not any(job and under_way(job) for job in latest):
        with suppress(StoreError):  # it is under way, or the disk is full: a later page tries again
            start_due_calibration(Collection(collection.store, run.embedder, collection.actor))
