"""Questions with slips of the finger: made up, the same each time."""

import random
import re
from collections.abc import Callable, Sequence

from bench.misspellings import MISSPELLED

SHORTEST = 4  # letters of a word that gets a slip
SHORTEST_TORN = 6
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    key: [row[at] for at in (place - 1, place + 1) if 0 <= at < len(row)]
    for row in _ROWS
    for place, key in enumerate(row)
}

Change = Callable[[str, random.Random], str]


def slips(count: int) -> Change:
    """Return what gives so many words of a question a slip each: two letters swapped, one dropped,
    doubled, or hit beside; anywhere in the word, its first letter too."""
    return lambda text, chance: _replaced(text, SHORTEST, count, chance, _slip)


def misspelled(count: int) -> Change:
    """Return what misspells so many of a question's words as people do; questions that have none of
    these words stay as they are."""

    def change(text: str, chance: random.Random) -> str:
        return _replaced(text, 1, count, chance, lambda word, _: MISSPELLED[word], MISSPELLED)

    return change


def torn(text: str, chance: random.Random) -> str:
    """Put a space into a long word of a question."""

    def tear(word: str, chance: random.Random) -> str:
        at = chance.randrange(2, len(word) - 1)
        return f"{word[:at]} {word[at:]}"

    return _replaced(text, SHORTEST_TORN, 1, chance, tear)


def run_together(text: str, chance: random.Random) -> str:
    """Remove the space between two words of a question, of three letters or more."""
    spaces = [found.start() for found in re.finditer(r"(?<=[A-Za-z]{3}) (?=[A-Za-z]{3})", text)]
    if not spaces:
        return text
    at = chance.choice(spaces)
    return text[:at] + text[at + 1 :]


def _replaced(
    text: str,
    shortest: int,
    count: int,
    chance: random.Random,
    change: Change,
    only: Sequence[str] | dict[str, str] = (),
) -> str:
    words = [
        word
        for word in re.finditer(rf"[A-Za-z]{{{shortest},}}", text)
        if not only or word[0] in only
    ]
    for word in sorted(
        chance.sample(words, min(count, len(words))), key=lambda word: -word.start()
    ):
        text = text[: word.start()] + change(word[0], chance) + text[word.end() :]
    return text


def _slip(word: str, chance: random.Random) -> str:
    kind = chance.choice(("swap", "drop", "double", "beside"))
    at = chance.randrange(len(word) - (kind == "swap"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice(_BESIDE[word[at].lower()]) + word[at + 1 :]
