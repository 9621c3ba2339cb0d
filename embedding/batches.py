"""Texts in batches that are computed together."""

from collections.abc import Iterator, Sequence

MOST_TEXTS = 64


def batches(sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield the places of texts of these sizes, largest first, so many at a time that their number
    times the largest size is at most `most`, and never more than 64.

    Neighbours in a batch are of like size, because each is padded to the largest. A text too large
    for any batch gets one of its own.
    """
    waiting = sorted(range(len(sizes)), key=lambda place: sizes[place], reverse=True)
    start = 0
    while start < len(waiting):
        largest = max(sizes[waiting[start]], 1)
        count = min(MOST_TEXTS, max(most // largest, 1))
        yield waiting[start : start + count]
        start += count
