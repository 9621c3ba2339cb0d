"""What an entry may hold, whoever wrote it: a person, a file or a script."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from errors import AskwellError
from store import Content, normalised


class InvalidEntry(AskwellError):
    """An entry cannot be kept as it is; the message says what to change."""


def validated(content: Content) -> Content:
    """Return the content as it is kept: trimmed, and without phrasings or tests that say nothing
    new.

    Raises `InvalidEntry` where there is no question, where a tag could not be told from two, where
    a query both must and must not find the entry, or where text holds half a character (as broken
    files do).
    """
    for field in fields(content):
        value = getattr(content, field.name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and not text.isascii():
                _refuse_broken(text, field.name)
    question = content.question.strip()
    if not question:
        raise InvalidEntry("The entry has no question. Write one.")
    must_find = _distinct(content.must_find)
    must_not_find = _distinct(content.must_not_find)
    _refuse_contradiction(must_find, must_not_find)
    return replace(
        content,
        question=question,
        answer=content.answer.strip(),
        key=(content.key or "").strip() or None,
        category=content.category.strip(),
        tags=_tags(content.tags),
        phrasings=_distinct(content.phrasings, but=question),
        owner=content.owner.strip(),
        source=content.source.strip(),
        must_find=must_find,
        must_not_find=must_not_find,
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


def _distinct(texts: Iterable[str], but: str = "") -> tuple[str, ...]:
    """Return the lines of texts, those that say the same as an earlier one or as `but` left out."""
    known = {normalised(but)}
    kept = []
    for line in (line for text in texts for line in one_a_line(text)):
        if normalised(line) not in known:
            known.add(normalised(line))
            kept.append(line)
    return tuple(kept)


def _refuse_contradiction(must_find: Iterable[str], must_not_find: Iterable[str]) -> None:
    wanted = {normalised(text) for text in must_find}
    for text in must_not_find:
        if normalised(text) in wanted:
            raise InvalidEntry(
                f"The query {text[:60]!r} must find the entry and must not. Take it out of one of "
                "the two lists."
            )
