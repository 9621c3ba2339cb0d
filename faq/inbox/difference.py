"""How two similar texts differ all the same: by a negation, a number, a name."""

import re
from dataclasses import dataclass
from typing import Literal

NEGATIONS = {
    "no", "not", "never", "none", "nothing", "nobody", "nowhere", "neither", "nor", "without",
    "cannot", "cant", "dont", "wont",
}  # fmt: skip
PREFIXES = ("un", "in", "im", "ir", "il", "dis", "de", "non", "mis")
NUMBERS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "hundred": "100", "thousand": "1000",
    "first": "1st", "second": "2nd", "third": "3rd",
}  # fmt: skip

LONGEST = 2000  # characters that are compared: models read no more
SHORTEST_STEM = 4  # letters that must be left of a word without its prefix
TITLE_WORDS, TITLE_SHARE = 4, 0.6  # from here on capitals are a style and mark no names

_WORD = re.compile(r"\d+(?:[.,:/]\d+)*\w*|\w+(?:'\w+)*")

Kind = Literal["negation", "number", "name"]


Words = dict[str, str]  # how a word is compared -> how it was written


@dataclass(frozen=True, slots=True)
class WordDifference:
    """Of which kind the difference is, and the words that only the one and only the other has."""

    kind: Kind
    left: tuple[str, ...]
    right: tuple[str, ...]


def word_difference(left: str, right: str) -> WordDifference | None:
    """Return by what words two texts differ; None where they do not in any of these kinds.

    Names are known by capitals inside a sentence, so one that is written small goes unseen.
    """
    left, right = (text[:LONGEST].replace("\u2019", "'") for text in (left, right))
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    found: tuple[tuple[Kind, Words, Words], ...] = (
        ("negation", _negation(ours, theirs), _negation(theirs, ours)),
        ("number", _numbers(ours), _numbers(theirs)),
        ("name", _names(left, theirs), _names(right, ours)),
    )
    for kind, one, other in found:
        if one.keys() != other.keys():
            return WordDifference(
                kind,
                tuple(word for same, word in one.items() if same not in other),
                tuple(word for same, word in other.items() if same not in one),
            )
    return None


def _negation(words: list[str], others: list[str]) -> Words:
    """Return the first negating word; all of them count as one, for "can't" says "cannot"."""
    known = {word.casefold() for word in others}
    for word in words:
        small = word.casefold()
        if small in NEGATIONS or small.endswith("n't") or _is_opposite(small, known):
            return {"not": word}
    return {}


def _is_opposite(word: str, others: set[str]) -> bool:
    stems = (word.removeprefix(prefix) for prefix in PREFIXES if word.startswith(prefix))
    return any(len(stem) >= SHORTEST_STEM and stem in others for stem in stems)


def _numbers(words: list[str]) -> Words:
    found = {NUMBERS.get(word.casefold(), word.casefold()): word for word in words}
    return {same: word for same, word in found.items() if any(map(str.isdigit, same))}


def _names(text: str, others: list[str]) -> Words:
    """Return the names in a text that the other one does not mention at all."""
    if text.isupper():
        return {}
    known = {word.casefold() for word in others}
    sentences = re.split(r"[.!?:]\s+", text)
    inside = [word for sentence in sentences for word in _WORD.findall(sentence)[1:]]
    capital = [word for word in inside if word[0].isupper()]
    in_titles = len(inside) >= TITLE_WORDS and len(capital) > TITLE_SHARE * len(inside)
    shouted = [word for word in _WORD.findall(text) if len(word) > 1 and word.isupper()]
    names = shouted if in_titles else [*shouted, *capital]
    return {
        word.casefold(): word
        for word in names
        if word.casefold() not in known and word.split("'")[0] != "I"
    }
