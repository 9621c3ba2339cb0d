"""How similarity is worded and drawn, and what people call the rankings."""

from faq.search.ranking import COSINE, Closeness
from ui.text import plain, shortened

CLOSE_FROM = 0.65
CLOSE, FAIR, FAR = "close", "fair", "far"


def word(cosine: float) -> str:
    """Return the word for a cosine similarity."""
    if cosine >= CLOSE_FROM:
        return CLOSE
    return FAIR if cosine >= COSINE.threshold else FAR


def text(cosine: float | None) -> str:
    """Return a similarity as it is shown beside an entry; empty where none was computed."""
    return "" if cosine is None else f"{rounded(cosine):.3f} {word(cosine)}"


def rounded(cosine: float) -> float:
    """Return a similarity to three places, zero without a minus."""
    return round(float(cosine), 3) + 0.0


def labelled(question: str, how: str) -> str:
    """Return markdown with a question, cut to a line, and how similar it is."""
    return f"{plain(shortened(question, 80))}  :gray[{how}]"


def badge(close: Closeness) -> str:
    """Return markdown that says how sure a match is."""
    return f":{COLOURS[close]}-badge[{close}]"


COLOURS: dict[Closeness, str] = {"very close": "green", "close": "blue", "not sure": "gray"}
RANKINGS = {
    "cosine": "By meaning alone",
    "balanced": "By meaning and words",
    "blend": "By meaning and words, as before",
}


def named(name: str) -> str:
    """Return what people call a ranking."""
    return RANKINGS.get(name, name)
