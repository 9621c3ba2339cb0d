"""Choosing thresholds in the background."""

from faq.calibration import calibrate
from faq.collection import Collection
from faq.jobs import CALIBRATION, Progress, start_job
from faq.quality.queries import LabelledQueries
from store import Job


def start_calibration(
    collection: Collection, file: LabelledQueries | None, false_answers: float | None
) -> Job:
    """Start choosing every ranking's threshold, with the queries of a file where there is one; see
    `calibrate`. Raises `JobRunning` where that is under way."""

    def work(progress: Progress) -> str:
        queries = file.queries if file else ()
        calibrate(collection, queries, false_answers, progress.report)
        return ""

    return start_job(collection.store, CALIBRATION, collection.actor, None, work)
