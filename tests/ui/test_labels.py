"""The names of clusters on the map."""

import numpy as np

from ui.explore.labels import LINE, SHIFTS, shifts

CORNERS = np.array([(0, 0), (10, 10)], np.float32)
MIDDLE = np.array([(5, 5)], np.float32)


def test_names_in_one_place_cover_neither_each_other_nor_a_point() -> None:
    first, second, third = shifts(CORNERS, MIDDLE.repeat(3, axis=0), ["house", "money", "bus"], 400)
    assert first == SHIFTS[0]
    assert min(abs(first - second), abs(second - third), abs(first - third)) >= LINE

    above = MIDDLE - (0, SHIFTS[0] * 10 / 400)  # a point where the name would be
    [moved] = shifts(np.concatenate([CORNERS, above]), MIDDLE, ["house"], 400)
    assert moved == SHIFTS[1]


def test_points_in_one_place_are_no_error() -> None:
    assert len(shifts(MIDDLE.repeat(2, axis=0), MIDDLE, ["house"], 400)) == 1
