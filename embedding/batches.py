"""Texts in batches that are computed together."""

from collections.abc import Iterator, Sequence

_TEXTS = 64
# About 4,000 tokens of English: half a second on two cores. Whoever waits for a batch, waits no
# longer than that, and 64 texts of usual FAQ length still fit.
_CHARACTERS = 16_384


def batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the texts' indices, longest texts first, at most 64 at a time and fewer of long ones.

    Neighbours in a batch are of like length, because each is padded to the longest. A text too long
    for any batch gets one of its own.
    """
    waiting = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
    start = 0
    while start < len(waiting):
        longest = max(len(texts[waiting[start]]), 1)
        size = min(_TEXTS, max(_CHARACTERS // longest, 1))
        yield waiting[start : start + size]
        start += size
