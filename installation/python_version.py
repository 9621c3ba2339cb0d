"""The one thing to know before anything else runs: is this Python new enough.

Python 3.6 must be able to read this file, install.py and run.py, or their user would get a syntax
error in place of the sentence below. So annotations that 3.6 cannot evaluate stand in quotes.
"""

OLDEST = (3, 11)


def too_old(version: "tuple[int, ...]") -> "str | None":
    """The sentence for a Python older than Askwell needs, None for one that will do."""
    if version[:2] >= OLDEST:
        return None
    return (
        f"Askwell needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is Python "
        f"{version[0]}.{version[1]}: start it with a newer one, for example `python3.12 run.py` "
        "or `make run PYTHON=python3.12`."
    )
