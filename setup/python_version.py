"""Whether this Python is new enough. Python 3.6 must be able to run this file, install.py and
run.py, or their user would see a syntax error instead of the sentence below."""

OLDEST = (3, 11)


def too_old(version: "tuple[int, ...]") -> "str | None":
    """Return the sentence for a Python that is older than Askwell needs, else None."""
    if version[:2] >= OLDEST:
        return None
    return (
        f"Askwell needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is Python "
        f"{version[0]}.{version[1]}: start it with a newer one, for example `python3.12 run.py` "
        "or `make run PYTHON=python3.12`."
    )
