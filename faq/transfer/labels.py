"""What people write before a question and before its answer: `Q:`, `**Answer 2:**`, `Frage 1)`.

A letter says little by itself: C is an answer in Turkish, and the third of a list elsewhere. So a
document as a whole says which words and letters are labels in it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from faq.column_names import ANSWER, QUESTION, names, plain

# A letter for a question, then the letters for its answer, in several languages.
_PAIRS = (
    *("QA", "QR", "FA", "FR", "FS", "PR", "PO", "DR", "VA", "VO", "KV", "SC", "SY", "SJ", "TJ"),
    *("PJ", "HĐ", "HT", "ÎR", "IR", "GE", "KA", "JA", "ВО", "ПВ", "ЗВ", "ПО", "ΕΑ", "EA", "سج"),
    *("שת", "问答", "問答", "문답"),
)
_WORDS = names(QUESTION + "ques|quest|qn"), names(ANSWER.partition("body|")[0] + "ans|đáp")
_QUESTIONS, _ANSWERS = (frozenset(map(plain, words)) - {"a", "q"} for words in _WORDS)
_NAMES = sorted({name for words in _WORDS for name in words if len(name) > 1}, key=len)[::-1]
_LABEL = re.compile(
    r"(?P<before>[^\w\n]{0,8}(?:\d{1,3}\s?[.)]\s*)?[*_]{0,3})"
    rf"(?P<name>{'|'.join(map(re.escape, _NAMES))}|[^\W\d_])"
    r"(?P<number>(?:\s?[.#№]?\s?|\s[Nn][or]\.?\s?)\d{1,3})?"
    r"(?:\s?[*_]{0,3}\s?(?:[:：.)\]>]|[-–—](?=\s))|(?P<end>[*_]{0,3}\s*$))[*_]{0,3}[^\S\n]*",
    re.IGNORECASE | re.MULTILINE,
)


class Labels(NamedTuple):
    """The words and letters before questions and before answers in a document, in lower case."""

    questions: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()

    def after_question(self, text: str) -> str | None:
        """Return what follows the label of a question; None where there is none."""
        return _after(text, self.questions)

    def after_answer(self, text: str) -> str | None:
        """Return what follows the label of an answer; None where there is none."""
        return _after(text, self.answers)


def labels_in(lines: Iterable[str]) -> Labels:
    """Return the labels that lines of a document begin with."""
    found: Counter[str] = Counter()
    first: dict[str, int] = {}
    for place, line in enumerate(lines):
        if name := _name(line):
            found[name] += 1
            first.setdefault(name, place)
    words = Labels(
        frozenset(name for name in found if name in _QUESTIONS and len(name) > 1),
        frozenset(name for name in found if name in _ANSWERS and len(name) > 1),
    )
    pairs = [
        (min(found[pair[0]], found[pair[1]]), pair)
        for pair in (pair.lower() for pair in _PAIRS)
        if pair[0] in first and first[pair[0]] < first.get(pair[1], -1)
    ]
    letters = max(pairs, default=(0, ""))[1]
    question, answer = frozenset(letters[:1]), frozenset(letters[1:])
    if found["q"] > 1:
        question = frozenset("q")
    if words.questions and found["a"]:
        answer = frozenset("a")
    questions, answers = words.questions | question, words.answers | answer
    return Labels(questions, answers) if questions else Labels()


def _after(text: str, names: frozenset[str]) -> str | None:
    name = _name(text) if names else ""
    if name not in names or not (label := _LABEL.match(text)):
        return None
    after = text[label.end() :]
    # Bold that began before the label ends somewhere after it.
    if "**" in label[0] and label[0].count("**") % 2 and after.count("**") % 2:
        after = "**" + after
    return after


def _name(line: str) -> str:
    """Return the label that a line begins with, in lower case; empty where it has none."""
    label = _LABEL.match(line)
    if label is None:
        return ""
    name = label["name"]
    is_word = plain(name) in _QUESTIONS or plain(name) in _ANSWERS
    if label["end"] is not None and not ((label["number"] and is_word) or "**" in label["before"]):
        return ""
    return plain(name) if is_word else name.lower()
