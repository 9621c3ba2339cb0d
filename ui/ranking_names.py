"""How rankings are called on screens."""

NAMES = {"cosine": "By meaning alone", "blend": "By meaning and words"}


def named(ranking: str) -> str:
    """Return what people call a ranking."""
    return NAMES.get(ranking, ranking)
