"""An answer in passages, each so short that a model reads it with its question to the end.

How much a model reads is estimated from the characters, so that a text has the same passages
whatever the model is: a token is about four Latin letters of a word, two letters of another
alphabet, or one sign of a script that writes words or syllables with a sign.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from store.words import UNSPACED

Span = tuple[int, int]
"""Where a passage is in its answer: its first character, and the one behind its last."""

MOST_TOKENS = 220  # of a passage with its question: models read 256 or more, and estimates err
MOST_OF_QUESTION = 80
LONGEST_TOKEN = 8  # characters, with a space behind
UNBROKEN = 16  # characters: text without any break is cut at multiples of it

# A word of Latin letters, a sign that is a word or syllable, two letters, two digits, a sign.
_TOKEN = re.compile(
    rf"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+|[{UNSPACED}\uac00-\ud7a3]|[^\W\d_]{{1,2}}|\d\d?|[^\w\s]|_"
)
_ASCII_TOKEN = re.compile(r"[A-Za-z]+|\d\d?|[^\w\s]|_")

_SENTENCE_END = re.compile(
    r"""(?<=[.?!\u2026\u0589\u061f\u06d4\u0964\u0965\u104b\u17d4])["'\u2019\u201d\u00bb)\]]*\s+"""
    r"|(?<=[\u3002\uff01\uff1f\uff61])[\u300d\u300f\u201d\uff09]*\s*"
    rf"|\n\s*|(?<=[{UNSPACED}])[ \t]+(?=[{UNSPACED}])"
)
_WORD_END = re.compile(r"\s+")


@lru_cache(maxsize=1_024)  # what is embedded is written next
def spans_of(question: str, answer: str) -> tuple[Span, ...]:
    """Return where the passages of an answer are, in order: each begins where the one before ends,
    and none is empty. They end at the ends of sentences where they can."""
    if not answer:
        return ()
    room = MOST_TOKENS - tokens(beginning(question))
    if len(answer) <= room or tokens(answer) <= room:
        return ((0, len(answer)),)
    return tuple(_together(list(_parts(answer, room)), room))


def passage_text(question: str, passage: str) -> str:
    """Return the text whose vector stands for a passage: the question before it, the beginning of
    a very long one."""
    return f"{beginning(question)}\n{passage.strip()}"


def tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    parts = (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)
    return sum([len(part) // 4 or 1 for part in parts])


@lru_cache(maxsize=8)
def beginning(question: str) -> str:
    """Return as much of a question as stands before each passage of its answer: all of it, unless
    it is very long."""
    if len(question) <= MOST_OF_QUESTION:
        return question
    enough = question[: MOST_OF_QUESTION * LONGEST_TOKEN]
    if enough == question and tokens(question) <= MOST_OF_QUESTION:
        return question
    question = enough
    [(start, stop), *_] = _together(list(_parts(question, MOST_OF_QUESTION)), MOST_OF_QUESTION)
    return question[start:stop].rstrip()


def _parts(text: str, room: int) -> Iterator[tuple[int, int]]:
    """Yield length and tokens of the parts of a text, in order, none of more than `room` tokens:
    sentences where they fit, else words, else a few characters."""
    for sentence in _cut(text, _SENTENCE_END):
        if (count := tokens(sentence)) <= room:
            yield len(sentence), count
            continue
        for word in _cut(sentence, _WORD_END):
            if (count := tokens(word)) <= UNBROKEN:
                yield len(word), count
                continue
            for start in range(0, len(word), UNBROKEN):
                piece = word[start : start + UNBROKEN]
                yield len(piece), tokens(piece)


def _cut(text: str, end: re.Pattern[str]) -> Iterator[str]:
    """Yield the parts of a text, each up to and with an `end`."""
    start = 0
    for found in end.finditer(text):
        if found.end() > start:
            yield text[start : found.end()]
            start = found.end()
    if start < len(text):
        yield text[start:]


def _together(parts: list[tuple[int, int]], room: int) -> Iterator[Span]:
    """Yield spans of parts, given by length and tokens, of at most `room` tokens each. The last two
    are about equally long, so that there is no short rest."""
    left = sum(count for _, count in parts)
    start = stop = held = 0
    for length, count in parts:
        wanted = left / 2 if room < left <= 2 * room else room
        if held and count and (held + count > room or held + count / 2 > wanted):
            yield start, stop
            start, left, held = stop, left - held, 0
        stop += length
        held += count
    yield start, stop
