"""The installation as a whole, and its command line."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import ssl
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from installation import chromium, plan, process
from installation.environment import Environment
from installation.process import InstallationError

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 4.0  # seconds that PyTorch's index has for its answer


def this_machine() -> plan.Machine:
    """What this machine is, as far as torch is concerned."""
    nvidia = shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()
    return plan.Machine(platform.system(), nvidia)


def answers(index: str) -> bool:
    """Whether a package index has torch for us, in one short try."""
    request = urllib.request.Request(f"{index}/torch/", method="HEAD")
    try:
        # pip's own certificates, where the user had to name some: the same proxy stands between.
        trust = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
        with urllib.request.urlopen(request, timeout=PATIENCE, context=trust) as response:
            return bool(response.status == 200)
    except (OSError, ValueError):  # no network, no name, no certificate, no such page
        return False


def install_app(environment: Environment) -> None:
    """Make the app ready to run; where it is, this takes no time and asks no one."""

    def steps() -> list[plan.Step]:
        machine = this_machine()
        index = plan.torch_index(machine, answers)
        environment.say(plan.announcement(machine, index))
        return plan.app_steps(index, plan.pin("torch", environment.read(plan.APP)))

    if not environment.ready("app"):
        environment.install("app", steps)
        make_model_ready(environment)


def make_model_ready(environment: Environment) -> None:
    """Convert the model for this machine, so that the first start need not. Where that fails, the
    first start does it, or says what is wrong."""
    environment.say("The model, made ready for this machine:")
    done = process.run(
        [environment.python, "-m", "faq", "--json", "speed"], directory=environment.root
    )
    environment.say("  done" if done.ok else "  left to the first start")


def install_dev(environment: Environment) -> None:
    """Make the tests ready to run: the app, the test tools and a Chromium."""
    install_app(environment)
    environment.install("dev", plan.dev_steps)
    browser = chromium.ensure(environment.python, environment.root, environment.say)
    environment.say(f"Ready to test, with {browser}.")


def say(words: str) -> None:
    """Tell the user at once, even where the output is a file."""
    print(words, flush=True)


def ended(work: Callable[[], None]) -> int:
    """Do the work and give its exit status; what went wrong is told in sentences."""
    # As with Ctrl-C: the child is stopped too, and what it left is put right the next time.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        work()
    except InstallationError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The installation could not go on: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run it again to go on.", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return 0


def main(arguments: Sequence[str]) -> int:
    """`python3 install.py [--dev]`."""
    parser = argparse.ArgumentParser(
        prog="install.py", description="Installs Askwell into .venv, next to this file."
    )
    parser.add_argument(
        "--dev", action="store_true", help="also what `make test` needs, a Chromium included"
    )
    dev: bool = parser.parse_args(arguments).dev
    environment = Environment(ROOT, say)

    def work() -> None:
        if dev:
            install_dev(environment)
        else:
            install_app(environment)
            say("Askwell is installed; `make run` or `python3 run.py` starts it.")

    return ended(work)
