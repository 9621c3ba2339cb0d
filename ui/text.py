"""Text from users on its way into markdown, where it stays text and fetches nothing; and numbers,
sizes and dates in words."""

import re
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Where an address would begin that markdown makes a link of. Nothing, put there, prevents it.
_ADDRESS = re.compile(r"(?<=\S)(?=@|://)|(?<=www)(?=\.)", re.IGNORECASE)
NOTHING = ":small[]"
_MARKS = re.compile(r"[!\"#$&*+:<=>@\[\\\]^_`{|}~]")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_STRONG = re.compile(r"(\*\*|__|\*|`+)(?=\S)([^\n]+?)(?<=\S)\1")
_LEADING = re.compile(r"^ {0,3}(?:#{1,6}|>|[-*+])[ \t]+", re.MULTILINE)
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_IMAGE = re.compile(r"!(?=\[)")


def plain(text: str) -> str:
    """Return markdown that shows `text` as it is, on one line."""
    return escaped(on_one_line(text))


def on_one_line(text: str) -> str:
    """Return text with single spaces for its white space, and none of it that no markdown takes."""
    return " ".join(text.replace("\0", "\ufffd").split())


def escaped(line: str) -> str:
    """Return markdown that shows a line as it is."""
    return NOTHING.join(_PUNCTUATION.sub(r"\\\1", part) for part in _ADDRESS.split(line))


def spoken(text: str) -> str:
    """Return text for a label that is hidden, without the signs of markdown: a screen reader would
    read out what escapes them."""
    return on_one_line(_MARKS.sub(" ", text))


def shortened(text: str, length: int = 120) -> str:
    """Return `text` cut to `length` characters, on one line, with an ellipsis where it was cut."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def excerpt(text: str, length: int) -> str:
    """Return markdown that shows the beginning of a text of markdown on one line, without the marks
    of headings, lists, links and of what is bold or code."""
    beginning = _LEADING.sub("", text[: length * 4])
    return plain(shortened(_STRONG.sub(r"\2", _LINK.sub(r"\1", beginning)), length))


def markdown(text: str) -> str:
    """Return markdown without images, which would load from outside, and without formulas, for
    which two amounts in dollars would pass."""
    parts = _CODE.split(text.replace("\0", "\ufffd"))
    for place, part in enumerate(parts):
        # A zero-width space between the two ends every form of image, inside code too, where it
        # shows nothing: whether this is code is only the regular expression's opinion.
        part = _IMAGE.sub("!\u200b", part)
        is_code = place % 2 == 1
        parts[place] = part if is_code else part.replace("$", r"\$")
    return "".join(parts)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, in the plural where there is more than one of it; that ends in
    an s where none is given."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def size_of(count: int) -> str:
    """Return a number of bytes as people say it."""
    size = float(count)
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def when(at: datetime) -> str:
    """Return a time as the reader's clock showed it."""
    return f"{at.astimezone(_zone()):%d %b %Y, %H:%M}".lstrip("0")


def today() -> date:
    """Return the day that it is where the reader is."""
    return datetime.now(_zone()).date()


def _zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):  # a name that this machine does not know
        return UTC
