"""A model's download, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedding import Download
from faq.downloading import in_steps, sentence


@pytest.mark.parametrize(
    ("done", "total", "says"),
    [
        (0, 90_900_000, "Downloading the language model: 0 of 91 MB"),
        (34_400_000, 90_900_000, "Downloading the language model: 34 of 91 MB"),
        (2_340_000, 9_900_000, "Downloading the language model: 2.3 of 9.9 MB"),
    ],
)
def test_a_download_is_told_in_megabytes(done: int, total: int, says: str) -> None:
    assert sentence(Download(done, total)) == says


@given(st.lists(st.integers(0, 90_000_000)))
def test_it_is_told_ten_times_at_most_and_at_the_end(places: list[int]) -> None:
    told: list[str] = []
    hear = in_steps(told.append)
    for place in [0, *sorted(places), 90_000_000]:
        hear(Download(place, 90_000_000))
    assert len(told) <= 11
    assert told[0] == "Downloading the language model: 0 of 90 MB"
    assert told[-1] == "Downloading the language model: 90 of 90 MB"


def test_a_second_try_is_told_from_where_it_goes_on() -> None:
    told: list[str] = []
    hear = in_steps(told.append)
    for done, total in [
        (0, 90_000_000),
        (50_000_000, 90_000_000),
        (0, 0),
        (50_000_000, 90_000_000),
    ]:
        hear(Download(done, total))
    assert [words.split()[4] for words in told] == ["0", "50", "50"]
