"""The download of a model's files, in words."""

from collections.abc import Callable

from embedding import Download

_MEGABYTE = 1_000_000
_STEPS = 10


def sentence(download: Download) -> str:
    """Return how far a download is: `Downloading the language model: 34 of 91 MB`."""
    digits = 0 if download.total >= 10 * _MEGABYTE else 1
    done, total = (f"{size / _MEGABYTE:.{digits}f}" for size in (download.done, download.total))
    return f"Downloading the language model: {done} of {total} MB"


def in_steps(tell: Callable[[str], None]) -> Callable[[Download], None]:
    """Return a listener that tells of a download when it begins and whenever another tenth of it is
    here."""
    told = -1

    def hear(download: Download) -> None:
        nonlocal told
        step = download.done * _STEPS // download.total if download.total else -1
        if step > told:
            tell(sentence(download))
        told = step

    return hear
