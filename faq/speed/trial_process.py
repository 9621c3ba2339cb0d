"""The process of one trial, seen from the program that wants its figures."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from embedding.variants import Variant, environment
from errors import AskwellError

ROOT = Path(__file__).parents[2]
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 10.0  # for a process that is done, to end
LONGEST_SECONDS = 600.0


class TrialFailed(AskwellError):
    """A variant could not be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: a variant of a model whose files are on this machine, on these texts."""

    variant: Variant
    model: str
    revision: str | None
    cache: Path
    texts: Sequence[str]

    def written(self, *, start_only: bool) -> bytes:
        """Return what `faq.speed.trial` reads."""
        own_folder = Path(self.model).is_dir()
        told = asdict(self.variant) | {
            "model": str(Path(self.model).resolve()) if own_folder else self.model,
            "revision": self.revision,
            "cache": str(self.cache.resolve()),
            "texts": list(self.texts),
            "start_only": start_only,
        }
        return json.dumps(told).encode()


def run_trial(
    request: Request, wait: Callable[[], None], step: Callable[[], None], *, measure: bool
) -> tuple[float, dict[str, Any]]:
    """Return the seconds from the process's start to its first vector, and the figures of
    `report.Trial`; none without `measure`.

    `wait` is called again and again meanwhile, and `step` after each part. What they raise ends the
    process at once. Raises `TrialFailed`.
    """
    began = perf_counter()
    start: float | None = None
    figures: dict[str, Any] | None = None if measure else {}
    with _process(request, start_only=not measure) as process:
        for at, line in _lines(process, wait):
            if "error" in line:
                raise TrialFailed(line["error"])
            if "figures" in line:
                figures = line["figures"]
                continue
            if "ready" in line:
                start = at - began
            step()
    if start is None or figures is None:
        raise TrialFailed(_ending(process.returncode))
    return start, figures


@contextmanager
def _process(request: Request, *, start_only: bool) -> Iterator[subprocess.Popen[bytes]]:
    """Run `faq.speed.trial`, and leave nothing of it behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "faq.speed.trial"],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1"} | environment(request.variant),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a group of its own, with whatever converts the model for it
    )
    assert process.stdin and process.stdout
    try:
        with suppress(OSError), process.stdin as given:  # it may have died already
            given.write(request.written(start_only=start_only))
        yield process
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        pass  # it told everything, and cannot end
    finally:
        if process.poll() is None:
            _kill(process)
        process.wait()
        process.stdout.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _lines(
    process: subprocess.Popen[bytes], wait: Callable[[], None]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield each line with the time when it came, until the process has closed its output."""
    arrived: queue.Queue[tuple[float, bytes]] = queue.Queue()
    assert process.stdout
    output = process.stdout

    def read() -> None:
        with suppress(ValueError):  # closed, because nobody waits for it any more
            for line in output:
                arrived.put((perf_counter(), line))
        arrived.put((perf_counter(), b""))

    threading.Thread(target=read, name="read trial", daemon=True).start()
    deadline = perf_counter() + LONGEST_SECONDS
    while True:
        try:
            at, line = arrived.get(timeout=POLL_SECONDS)
        except queue.Empty:
            wait()
            if perf_counter() > deadline:
                minutes = LONGEST_SECONDS / 60
                raise TrialFailed(
                    f"It was stopped after {minutes:.0f} minutes. Try fewer texts."
                ) from None
            continue
        if not line:
            return
        try:
            told = json.loads(line)
        except ValueError:  # cut off, because the process was killed
            return
        yield at, told


def _ending(status: int | None) -> str:
    """Return what became of a process that said neither what it found nor why not."""
    if status is not None and status < 0:
        return (
            f"Its process was killed (signal {-status}) before it was done. Where memory is short, "
            "the system does that: close other programs, or leave this one out."
        )
    return (
        f"Its process ended with status {status} before it was done. What it wrote last stands "
        "where Askwell was started."
    )
