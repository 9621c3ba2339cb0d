"""What a word is, in every script: one definition for the index of words, for queries and for what
screens mark."""

import re
from collections.abc import Iterator
from itertools import pairwise

# Classes of characters, for regular expressions.
# Letters and vowel signs of scripts that put no spaces between words.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ece\u0edc-\u0edf"  # Lao
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d"  # Burmese
    "\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a-\uaa7f"
    "\u1780-\u17d3\u17dd"  # Khmer
    "\u3005-\u3007\u3041-\u309a\u309d-\u309f"  # Japanese
    "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Chinese
)
# Their vowel signs and other parts of a sign.
_UNSPACED_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d"
    "\u108f\u109a-\u109d\ua9e5\uaa7b-\uaa7d\u17b4-\u17d3\u17dd\u3099\u309a"
)
# Accents and vowel signs of the other scripts, which are no letters but parts of words; and letters
# between them.
_SPACED_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711-\u07f3"
    "\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u08e1\u08e3-\u0963\u0981-\u09e3\u09fe-\u0a75"
    "\u0a81-\u0ae3\u0afa-\u0b63\u0b82-\u0bd7\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0d4d"
    "\u0d57-\u0d63\u0d81-\u0df3\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc"
    "\u0fc6\u135d-\u135f\u1712-\u1734\u1752-\u1773\u180b-\u180d\u180f-\u193b\u1a17-\u1a1b"
    "\u1a55-\u1a7f\u1ab0-\u1b44\u1b6b-\u1b73\u1b80-\u1bf3\u1c24-\u1c37\u1cd0-\u1cd2"
    "\u1cd4-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f-\u2dff\u302a-\u302f\ua66f\ua674-\ua67d"
    "\ua69e-\ua6f1\ua802-\ua827\ua82c\ua880-\ua8c5\ua8e0-\ua8f1\ua8ff-\ua92d\ua947-\ua953"
    "\ua980-\ua9c0\uaa29-\uaa4d\uaab0-\uaac1\uaaeb-\uaaef\uaaf5-\uaaf6\uabe3-\uabea"
    "\uabec-\uabed\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f"
)
MARKS = _SPACED_MARKS + _UNSPACED_MARKS
_ASCII = re.compile("[A-Za-z0-9]+")
_RUN = re.compile(f"[{UNSPACED}]+")
_SIGN = f"[{UNSPACED}][{_UNSPACED_MARKS}]*"
_PAIR = re.compile(f"({_SIGN})(?:{_SIGN})?")
_WORD = re.compile(f"{_RUN.pattern}|[^\\W_{UNSPACED}](?:[^\\W_{UNSPACED}]|[{_SPACED_MARKS}])*")


def words(text: str) -> Iterator[re.Match[str]]:
    """Yield where the words of a text are: letters and digits with their accents and vowel signs.

    Where a script puts no spaces between words, each two neighbouring signs are a word, so that
    words overlap; a sign that is alone is one, too.
    """
    for word in (_ASCII if text.isascii() else _WORD).finditer(text):
        if not is_unspaced(word[0]):
            yield word
        else:
            yield from _pairs(text, *word.span())


def _pairs(text: str, start: int, stop: int) -> Iterator[re.Match[str]]:
    at = start
    while pair := _PAIR.match(text, at, stop):
        if pair.end() > pair.end(1) or at == start:
            yield pair
        at = pair.end(1)


def is_unspaced(word: str) -> bool:
    """Return whether a word is of a script that puts no spaces between words."""
    return bool(_RUN.match(word))


def signs(text: str) -> Iterator[str]:
    """Yield the signs of a text in scripts without spaces."""
    for run in _RUN.finditer(text):
        yield from re.findall(_SIGN, run[0])


def indexed(text: str) -> str:
    """Return text for an index that separates words at spaces: where a script has none, its pairs
    of signs, and each sign for who looks for it alone."""
    return text if text.isascii() else _RUN.sub(_spaced, text)


def _spaced(run: re.Match[str]) -> str:
    every = re.findall(_SIGN, run[0])
    pairs = [one + other for one, other in pairwise(every)]
    return f" {' '.join([*pairs, *every])} "
