"""What an entry may hold, whoever wrote it: a person, a file or a script."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from store import Content, normalised


class InvalidEntry(Exception):
    """An entry cannot be kept as it is; the message says what to change."""


def validated(content: Content) -> Content:
    """Return the content as it is kept: trimmed, and without phrasings that say nothing new.

    Raises `InvalidEntry` where there is no question, where a tag could not be told from two, or
    where text holds half a character (as broken files do).
    """
    for field in fields(content):
        value = getattr(content, field.name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and not text.isascii():
                _refuse_broken(text, field.name)
    question = content.question.strip()
    if not question:
        raise InvalidEntry("The entry has no question. Write one.")
    return replace(
        content,
        question=question,
        answer=content.answer.strip(),
        key=(content.key or "").strip() or None,
        category=content.category.strip(),
        tags=_tags(content.tags),
        phrasings=_phrasings(question, content.phrasings),
        owner=content.owner.strip(),
        source=content.source.strip(),
    )


def one_a_line(text: str) -> tuple[str, ...]:
    """Return the lines of a text that hold something: how several phrasings stand in one cell."""
    return tuple(line.strip() for line in re.split(r"[\r\n]+", text) if line.strip())


def comma_separated(text: str) -> tuple[str, ...]:
    """Return what stands between commas or line breaks: how several tags stand in one cell."""
    return tuple(part.strip() for part in re.split(r"[,\r\n]", text) if part.strip())


def _refuse_broken(text: str, name: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidEntry(
            f"The {name} holds bytes that are no text. Save the file as UTF-8 and try again."
        ) from None


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(tag.strip() for tag in tags if tag.strip())
    for tag in kept:
        if re.search(r"[,\r\n]", tag):
            raise InvalidEntry(f"The tag {tag[:60]!r} holds a comma or a line break. Leave it out.")
    return tuple(kept)


def _phrasings(question: str, phrasings: Iterable[str]) -> tuple[str, ...]:
    known = {normalised(question)}
    kept = []
    for text in (line for phrasing in phrasings for line in one_a_line(phrasing)):
        if normalised(text) not in known:
            known.add(normalised(text))
            kept.append(text)
    return tuple(kept)
