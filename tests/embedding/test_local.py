"""Texts in batches, as local engines share them."""

from hypothesis import given
from hypothesis import strategies as st

from embedding.local import batches


@given(st.lists(st.integers(0, 40_000), max_size=200))
def test_every_text_is_in_one_batch_and_batches_are_bounded(lengths: list[int]) -> None:
    found = list(batches(lengths, most=16_384))
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    flat = [lengths[i] for batch in found for i in batch]
    assert flat == sorted(flat, reverse=True)
    for batch in found:
        assert 1 <= len(batch) <= 64
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 16_384


def test_short_texts_fill_a_batch() -> None:
    assert [len(batch) for batch in batches([5] * 130, most=1024)] == [64, 64, 2]
