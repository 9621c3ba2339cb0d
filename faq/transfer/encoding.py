"""Which encoding the text of a file has."""

import codecs
import re
from contextlib import suppress
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

AT_ONCE = 1 << 20
BOMS = (  # the longer ones first: that of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
_BROKEN = re.compile("[\udc80-\udcff]")


class Encoding(NamedTuple):
    """A codec and what it does with bytes that are none of its text: they become halves of
    characters, for `content.validated` to refuse row by row."""

    codec: str
    errors: str

    @property
    def told(self) -> str:
        """Its name, as people know it."""
        return NAMES.get(self.codec, self.codec[:6].upper())

    def text(self, file: BinaryIO, newline: str = "") -> TextIOWrapper:
        """Return the file as text, from its beginning."""
        file.seek(0)
        return _Text(file, encoding=self.codec, errors=self.errors, newline=newline)


class _Text(TextIOWrapper):
    """Text that leaves the file below it open: closing that is for who opened it."""

    def __del__(self) -> None:
        with suppress(ValueError):  # it was closed already
            self.detach()


UTF8 = Encoding("utf-8", "surrogateescape")
WESTERN = Encoding("cp1252", "askwell-latin-1")


def detected(file: BinaryIO) -> Encoding:
    """Return the encoding of a file, which is read whole, a part in memory at a time.

    Its byte order mark says it, or the NULs that UTF-16 puts between Latin letters. Else it is
    UTF-8, unless more of what is not ASCII is no UTF-8 than is: then Windows-1252, with Latin-1 for
    the five bytes that this lacks.
    """
    file.seek(0)
    head = file.read(4096)
    for bom, codec in BOMS:
        if head.startswith(bom):
            return UTF8._replace(codec=codec) if codec == "utf-8-sig" else _wide(codec)
    low, high = head[::2].count(0), head[1::2].count(0)
    for many, few, codec in ((high, low, "utf-16-le"), (low, high, "utf-16-be")):
        if len(head) % 2 == 0 and many > len(head) / 5 and few < len(head) / 50:
            return _wide(codec)
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = whole = 0
    while data := file.read(AT_ONCE):
        text = decoder.decode(data)
        if not text.isascii():
            wrong = len(_BROKEN.findall(text))
            broken += wrong
            whole += len(text) - len(text.encode("ascii", "ignore")) - wrong
    return WESTERN if broken > whole else UTF8


def _wide(codec: str) -> Encoding:
    return Encoding(codec, "askwell-broken")


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _as_broken(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(WESTERN.errors, _as_latin_1)
codecs.register_error("askwell-broken", _as_broken)
