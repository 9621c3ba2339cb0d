"""What counts as a part of a word, in every script."""

import re
import unicodedata

from store.words import MARKS, UNSPACED, words

SIGN = re.compile(f"[{MARKS}{UNSPACED}]")


def test_every_accent_and_vowel_sign_is_a_part_of_a_word() -> None:
    marks = [c for c in map(chr, range(0x300, 0x10000)) if unicodedata.category(c) in ("Mn", "Mc")]
    assert [hex(ord(c)) for c in marks if not SIGN.match(c)] == []


def test_nothing_but_letters_digits_and_marks_is() -> None:
    wrong = [
        hex(ord(c))
        for c in map(chr, range(0x80, 0x10000))
        if SIGN.match(c) and unicodedata.category(c)[0] not in "LMNC"
    ]
    assert wrong == []


def test_a_sign_keeps_its_vowels() -> None:
    assert [word[0] for word in words("ที่นี่ abc")] == ["ที่นี่", "abc"]
    assert [word[0] for word in words("กากี")] == ["กา", "ากี"]
    assert [word[0] for word in words("か\u3099ぎく")] == ["か\u3099ぎ", "ぎく"]
