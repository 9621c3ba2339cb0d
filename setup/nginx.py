"""An nginx to test docs/deployment.md with: this machine's, or Debian's package, which is unpacked
and not installed, so that no service starts."""

from __future__ import annotations

import os
import shutil

from setup.environment import VENV, run

UNPACKED = VENV / "nginx"


def find() -> str | None:
    """Return the nginx to test with; None if there is none."""
    folders = os.environ["PATH"], "/usr/sbin", str(UNPACKED.absolute() / "usr/sbin")
    return shutil.which("nginx", path=os.pathsep.join(folders))


def ensure() -> str | None:
    """Return the nginx to test with, fetched if there is none; None where Debian's tools, or its
    packages, are out of reach."""
    if (found := find()) or not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return found
    UNPACKED.mkdir(parents=True, exist_ok=True)
    run("apt-get", "download", "nginx", quiet=True, folder=UNPACKED)
    for package in UNPACKED.glob("*.deb"):
        run("dpkg-deb", "--extract", package, UNPACKED, quiet=True)
    return find()
