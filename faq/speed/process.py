"""A trial in a process of its own, `python -m faq.speed.process`: an engine that crashes takes
nothing else down, and torch stays out of the memory of the program that asked.

It reads a `Request` as JSON from standard input, and writes a `Trial` as JSON to standard output.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from embedding import EmbeddingError, Network, open_embedder
from embedding.engines import Variant
from faq.json_records import from_json, to_json
from faq.speed.trial import PAUSES, Trial, measure

ROOT = Path(__file__).parents[2]
ROUNDS = 3  # of the batch
POLL_SECONDS = 0.1
LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: a variant of a model whose files are on this machine, on these texts."""

    variant: Variant
    model: str
    revision: str | None
    cache: str
    texts: tuple[str, ...]


def run_trial(request: Request, wait: Callable[[], None]) -> Trial:
    """Measure in a new process; where that fails, the trial's `error` says why.

    `wait` is called again and again until the process ends. What it raises ends the process.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "faq.speed.process"],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1"} | request.variant.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a group of its own, with whatever converts the model for it
    ) as process:
        try:
            return from_json(Trial, _output(process, to_json(request), wait))
        except TimeoutError:
            minutes = LONGEST_SECONDS / 60
            error = f"It was stopped after {minutes:.0f} minutes. Try fewer texts."
        except ValueError:  # it ended before it wrote anything
            error = _describe_end(process.returncode)
        finally:
            if process.poll() is None and os.name == "posix":
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            elif process.poll() is None:
                process.kill()
    return failed(request.variant, error)


def failed(variant: Variant, error: str) -> Trial:
    """Return the trial of a variant that has no figures."""
    return Trial(variant.engine, variant.precision, variant.device, error=error)


def _output(process: subprocess.Popen[bytes], given: str, wait: Callable[[], None]) -> str:
    """Return what a process writes. Raises `TimeoutError`."""
    deadline = monotonic() + LONGEST_SECONDS
    sent: bytes | None = given.encode()
    while True:
        try:
            return process.communicate(sent, POLL_SECONDS)[0].decode()
        except subprocess.TimeoutExpired:
            sent = None  # `communicate` goes on where it was
        wait()
        if monotonic() > deadline:
            raise TimeoutError


def _describe_end(status: int) -> str:
    if status < 0:
        return (
            f"Its process was killed (signal {-status}) before it was done. The system does that "
            "where memory is short: close other programs, or do without this engine."
        )
    return (
        f"Its process ended with status {status} before it was done. Its last output is where "
        "Askwell was started."
    )


def main() -> None:
    """Answer the request on standard input."""
    request = from_json(Request, sys.stdin.read())
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print there, too
        output.write(to_json(answer(request)))


def answer(request: Request) -> Trial:
    """Measure in this process."""
    variant = request.variant
    embedder = open_embedder(
        request.model,
        revision=request.revision,
        network=Network(offline=True),
        engine=variant.engine,
        precision=variant.precision,
        cache=Path(request.cache),
    )
    try:
        trial = measure(embedder, request.texts, ROUNDS, PAUSES)
    except EmbeddingError as error:
        return failed(variant, str(error))
    if (trial.precision, trial.device) != (variant.precision, variant.device):
        return failed(
            variant,
            f"It computed as {trial.precision} on {trial.hardware}, where {variant.precision} on a "
            f"{variant.device} was wanted. Do without this engine, or see that PyTorch finds the "
            "device.",
        )
    return trial


if __name__ == "__main__":
    main()
