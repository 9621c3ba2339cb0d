"""How similarity is worded and drawn."""

from faq.ranking import COSINE

CLOSE = 0.65


def word(cosine: float) -> str:
    """Return "close", "fair" or "far" for a cosine similarity."""
    if cosine >= CLOSE:
        return "close"
    return "fair" if cosine >= COSINE.threshold else "far"


def told(cosine: float | None) -> str:
    """Return a similarity as it stands beside an entry; empty where none was worked out."""
    return "" if cosine is None else f"{cosine:.3f} {word(cosine)}"


def bar(cosine: float) -> float:
    """Return the length of the bar for a cosine similarity, 0 to 1."""
    return min(1.0, max(0.0, cosine))
