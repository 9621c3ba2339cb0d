"""The kinds of files that have rows, all in one place: recognised by what is in a file, and by its
name where that is not enough."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from faq.transfer import (
    csv_files,
    documents,
    excel_files,
    json_files,
    parquet_files,
    website,
    yaml_files,
)
from faq.transfer.cleaning import cleaned
from faq.transfer.encoding import detected
from faq.transfer.grid import is_table
from faq.transfer.table import (
    Reader,
    Table,
    UnreadableFile,
    Writer,
    refuse_bomb,
    to_the_end,
)

HEAD_BYTES = 4096
FOREIGN = {  # how files begin that have no questions to read
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password. Save it as .xlsx",
    b"%PDF": "a PDF. Open it in Word and save it as .docx, or copy its text and paste that",
    b"\x1f\x8b": "packed with gzip. Unpack it first",
    b"SQLite format 3\0": "a database. Export a table from it as CSV",
    b"\x89PNG": "a picture. Write its text into a text file",
    b"\xff\xd8\xff": "a picture. Write its text into a text file",
    b"GIF8": "a picture. Write its text into a text file",
    b"{\\rtf": "a text document of an old kind. Save it as .docx",
}
OLD_WORD = "an old Word document. Save it as .docx"
OPEN_DOCUMENT = "an OpenDocument file. Save it as .xlsx or .docx"
_JSON = re.compile(r"\s*(\[\s*[\[{\]\"]|\{\s*[\"}])")
_PAGE = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<"
    r"(!doctype html|html|head|body|main|article|section|div|details|dl|table|h[1-6]|p|ul|ol)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKDOWN = re.compile(r"^(#{1,6} |\*\*|[-*] \*\*|\|.*\|$|```)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what people call it, the ending of its names, its media type, and how it is
    read and, where it is, written.

    Files to read may have `other_endings` too. In a `flat` one a cell is one text; others have
    lists. Into one `for_website` only published entries with an answer are written.
    """

    title: str
    ending: str
    media_type: str
    read: Reader
    write: Writer | None = None
    other_endings: tuple[str, ...] = ()
    flat: bool = True
    for_website: bool = False


def _read_text(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return what a text of an unknown kind has: a table, or questions and answers one after the
    other; a table of one column where it is neither."""
    table = csv_files.read(file, encoding)
    if is_table(table):
        return table
    file.seek(0)
    try:
        found = detected(file, encoding)
        file.seek(0)
        is_markdown = _MARKDOWN.search(file.read(HEAD_BYTES).decode(found.codec, found.errors))
        read = documents.read_markdown if is_markdown else documents.read_text
        return read(file, encoding, language)
    except UnreadableFile:
        return csv_files.read(file, encoding)


CSV = Kind("CSV", ".csv", "text/csv", csv_files.read, csv_files.write, (".tab",))
TSV = Kind(
    "TSV",
    ".tsv",
    "text/tab-separated-values",
    csv_files.read,
    partial(csv_files.write, delimiter="\t"),
)
EXCEL = Kind(
    "Excel",
    ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    excel_files.read,
    excel_files.write,
    (".xlsm",),
)
JSON = Kind("JSON", ".json", "application/json", json_files.read, json_files.write, flat=False)
JSON_LINES = Kind(
    "JSON Lines",
    ".jsonl",
    "application/jsonl",
    json_files.read,
    partial(json_files.write, lines=True),
    (".ndjson",),
    flat=False,
)
PARQUET = Kind(
    "Parquet",
    ".parquet",
    "application/vnd.apache.parquet",
    parquet_files.read,
    parquet_files.write,
    flat=False,
)
YAML = Kind("YAML", ".yaml", "application/yaml", yaml_files.read, other_endings=(".yml",))
WORD = Kind(
    "Word",
    ".docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    documents.read_word,
)
MARKDOWN = Kind(
    "Markdown",
    ".md",
    "text/markdown",
    documents.read_markdown,
    website.write_markdown,
    (".markdown",),
    for_website=True,
)
HTML = Kind(
    "Web page",
    ".html",
    "text/html",
    documents.read_html,
    website.write_page,
    (".htm",),
    for_website=True,
)
TEXT = Kind("Plain text", ".txt", "text/plain", _read_text)
KINDS = (EXCEL, CSV, TSV, JSON, JSON_LINES, PARQUET, WORD, MARKDOWN, HTML, YAML, TEXT)
WRITTEN = tuple(kind for kind in KINDS if kind.write)
BY_ENDING = {ending: kind for kind in KINDS for ending in (kind.ending, *kind.other_endings)}
"""How files that are read end, as a rule; what is in them decides."""


def kind_to_write(name: str) -> Kind:
    """Return the kind of file that a name asks for, CSV where it has no ending.

    Raises `UnreadableFile` where it has one that none of them has.
    """
    ending = PurePath(name).suffix.lower() or CSV.ending
    for kind in WRITTEN:
        if kind.ending == ending:
            return kind
    endings = ", ".join(kind.ending for kind in WRITTEN)
    raise UnreadableFile(f"{name!a} ends in {ending!a}, expected {endings}.")


@contextmanager
def opened_table(path: Path, encoding: str = "", language: str = "") -> Iterator[Table]:
    """Open the table in a file; its rows can be read inside the context.

    Raises `UnreadableFile` where there is none, or it is of a kind that is not read.
    """
    with opened(path) as file, tempfile.TemporaryFile() as copy:
        if not file.seekable():  # a pipe, say
            shutil.copyfileobj(file, copy)
        whole = file if file.seekable() else cast(BinaryIO, copy)
        yield read_table(whole, path.name, encoding, language)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file. Raises `UnreadableFile` where it cannot be opened."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield file


def read_table(file: BinaryIO, name: str = "", encoding: str = "", language: str = "") -> Table:
    """Return the table in an open file, which is read as the rows are asked for.

    The `encoding` of a text is guessed where none is given. Of texts in several languages the first
    is taken, or the `language` of a code as `de`. Raises `UnreadableFile` where there is no table,
    or it is of a kind that is not read.
    """
    try:
        file.seek(0)
        kind = _kind(file, name)
        table = cleaned(kind.read(file, encoding, language))
        if kind in (HTML, MARKDOWN, YAML, TEXT) and not table.encoding:
            table = replace(table, encoding=detected(file, encoding).name)
    except OSError as error:
        raise UnreadableFile(f"The file cannot be read: {error.strerror}.") from None
    except LookupError:
        raise UnreadableFile(f"There is no encoding {encoding!a}; one is windows-1252.") from None
    except UnicodeError:
        raise UnreadableFile(f"The file is no text in the encoding {encoding!a}.") from None
    return replace(table, rows=to_the_end(table.rows))


def _kind(file: BinaryIO, name: str) -> Kind:
    head = file.read(HEAD_BYTES)
    ending = PurePath(name).suffix.lower()
    for start, what in FOREIGN.items():
        if head.startswith(start):
            is_word = ending in (".doc", ".dot") or (b"W\0o\0r\0d\0D\0o\0c" in head)
            raise UnreadableFile(f"The file is {OLD_WORD if is_word else what}.")
    if head.startswith(b"PK"):
        return _kind_of_zip(file, head)
    if head.startswith(b"PAR1"):
        return PARQUET
    named = BY_ENDING.get(ending)
    if named not in (None, EXCEL, PARQUET, WORD, CSV, TEXT):
        return named
    # It is text, whatever its name says.
    encoding = detected(file)
    text = head.decode(encoding.codec, encoding.errors)
    if _JSON.match(text):
        return JSON
    if _PAGE.match(text):
        return HTML
    return CSV if named is CSV else TEXT


def _kind_of_zip(file: BinaryIO, head: bytes) -> Kind:
    if b"opendocument" in head[:200]:
        raise UnreadableFile(f"The file is {OPEN_DOCUMENT}.")
    try:
        with zipfile.ZipFile(file) as archive:
            is_word = "word/document.xml" in archive.NameToInfo
            for part in archive.infolist() if is_word else ():
                refuse_bomb("document", part.file_size, part.compress_size)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return EXCEL  # which says what is wrong with it
    return WORD if is_word else EXCEL
