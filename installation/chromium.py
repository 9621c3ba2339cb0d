"""A Chromium for the browser tests: one that is there already, or one that can be had."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from installation import process
from installation.process import InstallationError, Outcome

VARIABLE = "ASKWELL_CHROMIUM"
LINES = 5  # of what a failed attempt says
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

_ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: print(p.chromium.executable_path)"
)
_REMEDY = (
    "No Chromium for the browser tests: none on PATH, and none to be had from where it was tried. "
    f"Install Chromium or Chrome, or set {VARIABLE} to the path of one, then run this again."
)


def on_this_machine(
    environ: Mapping[str, str], which: Callable[[str], str | None], works: Callable[[str], bool]
) -> str | None:
    """The Chromium that the user names or PATH has, None where there is none that starts."""
    if named := environ.get(VARIABLE):
        if works(named):
            return named
        raise InstallationError(
            f"{VARIABLE} is {named!r}, which does not start as a Chromium: "
            "set it to the path of one, or unset it."
        )
    found = (path for name in NAMES if (path := which(name)))
    return next((path for path in found if works(path)), None)


def works(path: str) -> bool:
    """Whether the browser is there and starts; Ubuntu's `chromium-browser` may only be a note."""
    if os.name == "nt":  # where --version opens a window
        return Path(path).is_file()
    return process.run([path, "--version"], directory=Path.cwd()).ok


def find(python: Path) -> str | None:
    """The Chromium to test with, `python` being the one that has Playwright."""
    if browser := on_this_machine(os.environ, shutil.which, works):
        return browser
    asked = process.run([python, "-c", _ASK_PLAYWRIGHT], directory=Path.cwd())
    browser = asked.tail.rpartition("\n")[2]
    return browser if asked.ok and works(browser) else None


def ensure(python: Path, root: Path, say: Callable[[str], None]) -> str:
    """The Chromium to test with, fetched where there is none."""
    if browser := find(python):
        return browser
    for what, commands in _sources(python):
        say(f"Chromium for the browser tests, {what}:")
        outcome = Outcome(0, "")
        for command in commands:
            if outcome.ok:
                outcome = process.run(command, directory=root)
        if outcome.ok and (browser := find(python)):
            say("  done")
            return browser
        why = "\n".join(outcome.tail.splitlines()[-LINES:])
        say(why if not outcome.ok else "  it came, but does not start on this system")
    raise InstallationError(_REMEDY)


def _sources(python: Path) -> list[tuple[str, list[list[str]]]]:
    """Where a Chromium may come from, best first: a name, and the commands that fetch it."""
    sources = [
        ("Playwright's, about 0.3 GB", [[str(python), "-m", "playwright", "install", "chromium"]])
    ]
    if (apt := shutil.which("apt-get")) and is_root():
        install = [apt, "install", "-y", "--no-install-recommends", "chromium"]
        sources.append(("Debian's package, about 0.1 GB", [[apt, "update"], install]))
    return sources


def is_root() -> bool:
    """Whether this process may install packages of the system."""
    return os.name != "nt" and os.geteuid() == 0
