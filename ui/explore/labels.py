"""Where the names of clusters are written on the map, so that none covers another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.float32]

WIDTH = 650  # pixels between the outermost points, on a screen that has room for names
LETTER = 7  # pixels, at most, of a letter
LINE = 18
DOT = 5  # pixels, the radius of a point
SHIFTS = (-12, 18, -30, 36, -48, 54, -66, 72)  # pixels to be moved down


def shifts(points: Positions, middles: Positions, names: Sequence[str], height: int) -> list[int]:
    """Return by how many pixels each name is moved down from the middle of its cluster: so that it
    covers no name before it and as few of the points as possible, and is not far. `height` is in
    pixels, between the outermost points."""
    low = points.min(axis=0)
    scale = np.array([WIDTH, -height]) / np.maximum(np.ptp(points, axis=0), 1e-9)  # y grows upwards
    dots, placed = (points - low) * scale, list[tuple[float, float, float]]()
    chosen = []
    for (x, y), name in zip((middles - low) * scale, names, strict=True):
        half = len(name) * LETTER / 2

        def covered(shift: int, x: float = x, y: float = y, half: float = half) -> tuple[int, int]:
            near = np.abs(dots - (x, y + shift)) < (half + DOT, LINE / 2 + DOT)
            others = [
                abs(x - to_x) < half + width and abs(y + shift - to_y) < LINE
                for to_x, to_y, width in placed
            ]
            return sum(others), int(near.all(axis=1).sum())

        best = min(SHIFTS, key=covered)
        placed.append((x, y + best, half))
        chosen.append(best)
    return chosen
