"""A Chromium for the browser tests: one of this machine, or one that is downloaded."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from setup.environment import run, say

VARIABLE = "ASKWELL_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: print(p.chromium.executable_path, end='')"
)


def find(python: Path) -> str | None:
    """Return the Chromium to test with: the user's, the one on PATH, or Playwright's.

    `python` is one that has Playwright.
    """
    if named := os.environ.get(VARIABLE):
        if works(named):
            return named
        sys.exit(
            f"{VARIABLE} is {named!r}, which does not start as a Chromium: "
            "set it to the path of one, or unset it."
        )
    paths = [path for name in NAMES if (path := shutil.which(name))]
    paths += filter(None, [run(python, "-c", _ASK_PLAYWRIGHT, quiet=True)])
    return next(filter(works, paths), None)


def works(path: str) -> bool:
    """Return whether the browser starts; Ubuntu's `chromium-browser` may be only a note."""
    if os.name == "nt":  # where --version opens a window
        return Path(path).is_file()
    return shutil.which(path) is not None and run(path, "--version", quiet=True) is not None


def ensure(python: Path) -> str:
    """Return the Chromium to test with, installed if there is none."""
    if browser := find(python):
        return browser
    say("Chromium for the browser tests, Playwright's, about 0.3 GB:")
    run(python, "-m", "playwright", "install", "chromium")
    if not find(python) and (apt := shutil.which("apt-get")) and is_root():
        say("Chromium for the browser tests, Debian's package, about 0.1 GB:")
        if run(apt, "update", "-q") is not None:
            run(apt, "install", "-q", "-y", "--no-install-recommends", "chromium")
    if browser := find(python):
        return browser
    sys.exit(
        "No Chromium for the browser tests: none that starts is on PATH, and none could be "
        f"installed. Install Chromium or Chrome, or set {VARIABLE} to one, then run this again."
    )


def is_root() -> bool:
    """Return whether this process may install packages of the system."""
    return os.name != "nt" and os.geteuid() == 0
