"""The encoding of the text in a file."""

import codecs
import re
from contextlib import suppress
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

AT_ONCE = 1 << 20
BOMS = (  # the longer ones first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What becomes of bytes that are not text in their encoding. Halves of characters are refused later,
# row by row, by `content.validated`; UTF-8 has them from Python's own "surrogateescape".
LATIN_1, BROKEN = "askwell-latin-1", "askwell-broken"
_BROKEN_UTF8 = re.compile("[\udc80-\udcff]")


class Encoding(NamedTuple):
    """A codec, how it treats bytes that are not text, and its name, as people know it."""

    codec: str
    errors: str
    name: str

    def text(self, file: BinaryIO, newline: str = "") -> TextIOWrapper:
        """Return the file as text, from its beginning."""
        file.seek(0)
        return _Text(file, encoding=self.codec, errors=self.errors, newline=newline)


class _Text(TextIOWrapper):
    """Text that leaves the file below it open: closing that is for who opened it."""

    def __del__(self) -> None:
        with suppress(ValueError):  # it was closed already
            self.detach()


def detected(file: BinaryIO) -> Encoding:
    """Return the encoding of a file, which is read to its end, a part in memory at a time.

    Its byte order mark says it, or the NULs that UTF-16 puts between Latin letters. Else it is
    UTF-8, unless more of what is not ASCII is invalid UTF-8 than valid: then Windows-1252, with
    Latin-1 for the five bytes that this lacks.
    """
    file.seek(0)
    head = file.read(4096)
    for bom, codec in BOMS:
        if head.startswith(bom):
            return _utf8(codec) if codec == "utf-8-sig" else _wide(codec)
    low, high = head[::2].count(0), head[1::2].count(0)
    for many, few, codec in ((high, low, "utf-16-le"), (low, high, "utf-16-be")):
        if len(head) % 2 == 0 and many > len(head) / 5 and few < len(head) / 50:
            return _wide(codec)
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    invalid = valid = 0
    while data := file.read(AT_ONCE):
        text = decoder.decode(data)
        if not text.isascii():
            wrong = len(_BROKEN_UTF8.findall(text))
            invalid += wrong
            valid += len(text) - len(text.encode("ascii", "ignore")) - wrong
    return Encoding("cp1252", LATIN_1, "Windows-1252") if invalid > valid else _utf8("utf-8")


def _utf8(codec: str) -> Encoding:
    return Encoding(codec, "surrogateescape", "UTF-8")


def _wide(codec: str) -> Encoding:
    return Encoding(codec, BROKEN, codec[:6].upper())


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _as_broken(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(LATIN_1, _as_latin_1)
codecs.register_error(BROKEN, _as_broken)
