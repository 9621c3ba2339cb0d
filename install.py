"""Installs Askwell into .venv: `python3 install.py`, and `--dev` for what `make test` needs."""

import sys

from setup.python_version import too_old

if __name__ == "__main__":
    problem = too_old(sys.version_info[:3])
    if problem:
        sys.exit(problem)
    # Only now: what follows is written for a Python that is new enough.
    from setup.packages import main

    main()
