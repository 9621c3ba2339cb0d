"""How many rows are told in a sentence."""

from collections.abc import Sequence

SHOWN = 5


def told(message: str, ids: Sequence[int]) -> list[str]:
    """Return a sentence with the first of these ids; none where there are none."""
    if not ids:
        return []
    more = f" and {len(ids) - SHOWN:,} more" if len(ids) > SHOWN else ""
    return [f"{message}: {', '.join(map(str, sorted(ids)[:SHOWN]))}{more}."]
