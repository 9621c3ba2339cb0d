"""What this process counts, for Prometheus: requests, questions and how long they take, errors of
pages, work in the background, memory."""

import os
import threading
from collections import Counter
from pathlib import Path

UP_TO = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5)  # seconds, of the histogram


class Metrics:
    """The process's counts. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._buckets: Counter[float] = Counter()
        self._questions, self._seconds = 0, 0.0
        self._errors = self._sessions = 0

    def request(self, status: int) -> None:
        """Count an answered request."""
        with self._lock:
            self._requests[f"{status // 100}xx"] += 1

    def session(self, opened: int) -> None:
        """Count a session that begins, 1, or ends, -1."""
        with self._lock:
            self._sessions += opened

    def question(self, seconds: float) -> None:
        """Count a question that was searched."""
        with self._lock:
            self._questions += 1
            self._seconds += seconds
            self._buckets.update(bound for bound in UP_TO if seconds <= bound)

    def error(self, error: BaseException) -> None:
        """Count an error that no page foresaw; Streamlit logs it."""
        with self._lock:
            self._errors += 1

    def text(self) -> str:
        """Return everything in Prometheus's format."""
        jobs = sum(thread.name.startswith("job ") for thread in threading.enumerate())
        with self._lock:
            lines = [
                "# TYPE askwell_requests_total counter",
                *(f'askwell_requests_total{{status="{s}"}} {n}' for s, n in self._requests.items()),
                "# TYPE askwell_sessions gauge",
                f"askwell_sessions {self._sessions}",
                "# TYPE askwell_search_seconds histogram",
                *(f'askwell_search_seconds_bucket{{le="{b}"}} {self._buckets[b]}' for b in UP_TO),
                f'askwell_search_seconds_bucket{{le="+Inf"}} {self._questions}',
                f"askwell_search_seconds_sum {self._seconds:.6f}",
                f"askwell_search_seconds_count {self._questions}",
                "# TYPE askwell_page_errors_total counter",
                f"askwell_page_errors_total {self._errors}",
                "# TYPE askwell_jobs_running gauge",
                f"askwell_jobs_running {jobs}",
                "# TYPE process_resident_memory_bytes gauge",
                f"process_resident_memory_bytes {_resident()}",
            ]
        return "\n".join(lines) + "\n"


OF_PROCESS = Metrics()


def _resident() -> int:
    """Return how much memory the process has; 0 where the system does not say."""
    pages = Path("/proc/self/statm")
    if not pages.exists():
        return 0
    return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
