"""What an entry may contain, whoever wrote it: a person, a file or a script."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from errors import AskwellError
from store import Content, normalised

FIELDS = fields(Content)


class InvalidEntry(AskwellError):
    """An entry cannot be saved as it is; the message says what to change."""


def validated(content: Content) -> Content:
    """Return the content as it is saved: trimmed, and without repeated phrasings, tags and tests.

    Raises `InvalidEntry` where there is no question, where a tag contains a separator of tags,
    where a query both must and must not find the entry, or where text is not valid Unicode (as in
    broken files).
    """
    values = {field.name: _trimmed(field.name, getattr(content, field.name)) for field in FIELDS}
    if not values["question"]:
        raise InvalidEntry("The entry has no question. Write one.")
    values["key"] = values["key"] or None
    values["phrasings"] = _distinct(values["phrasings"], but=values["question"])
    for tag in values["tags"]:
        if re.search(r"[,\r\n]", tag):
            raise InvalidEntry(f"The tag {tag[:60]!r} contains a comma or a line break. Remove it.")
    wanted = {normalised(text) for text in values["must_find"]}
    for text in values["must_not_find"]:
        if normalised(text) in wanted:
            raise InvalidEntry(
                f"The query {text[:60]!r} is in both lists: it must find the entry, and must not. "
                "Remove it from one of them."
            )
    return replace(content, **values)


def one_a_line(text: str) -> tuple[str, ...]:
    """Return the lines of a text that are not blank: several phrasings in one cell."""
    return tuple(line.strip() for line in re.split(r"[\r\n]+", text) if line.strip())


def comma_separated(text: str) -> tuple[str, ...]:
    """Return the parts between commas or line breaks: several tags in one cell."""
    return tuple(part.strip() for part in re.split(r"[,\r\n]", text) if part.strip())


def _trimmed(name: str, value: Any) -> Any:
    """Return a field's value, its text trimmed; of a list, the distinct items."""
    if not value:
        return value
    texts = value if isinstance(value, tuple) else (value,)
    for text in texts:
        if isinstance(text, str) and not text.isascii() and re.search("[\ud800-\udfff]", text):
            raise InvalidEntry(
                f"The {name} contains bytes that are not text. Save the file as UTF-8 and try "
                "again."
            )
    if name == "tags":
        return tuple(dict.fromkeys(tag.strip() for tag in texts if tag.strip()))
    if isinstance(value, tuple):
        return _distinct(texts)
    return value.strip() if type(value) is str else value  # a status is a text, too


def _distinct(texts: Iterable[str], but: str = "") -> tuple[str, ...]:
    """Return the lines of texts without those that say the same as an earlier one or as `but`."""
    known = {normalised(but)}
    kept = []
    for line in (line for text in texts for line in one_a_line(text)):
        if normalised(line) not in known:
            known.add(normalised(line))
            kept.append(line)
    return tuple(kept)
