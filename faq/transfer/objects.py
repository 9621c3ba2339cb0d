"""Nested data, of JSON or YAML: where the entries are in it, and what they say.

People nest their questions in many ways: a list under some name, a map from questions to answers,
categories as names or as lists, a list for each column, languages as names, patterns and responses
of a bot, messages of a chat, schema.org's FAQPage. All become rows with an entry's fields.
"""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from faq.column_names import ANSWER, language_of, names, plain
from faq.transfer.columns import guessed
from faq.transfer.grid import is_asked, is_table, table_of
from faq.transfer.table import Refused, Row, Unreadable, UnreadableFile, as_text
from store import Status

MOST_DEPTH = 50  # lists and objects inside one another
# What lists of entries are called where it says nothing of what they are about.
WRAPPERS = frozenset(
    plain(name).replace(" ", "")
    for name in (
        *names(
            "faq|faqs|data|items|entries|results|result|records|rows|list|content|contents|main"
        ),
        *names("mainEntity|questions|qna|qnas|qa|qas|pairs|knowledge|knowledge base|intents|nlu"),
        *names("articles|docs|documents|response|payload|attributes|fields|node|edges|collection"),
        *names("export|children|sections|categories|topics|groups|body|value|values|rasa nlu data"),
        *names("common examples|qnaDocuments|qnaList|nodes|posts|objects"),
    )
)
_WRAPS = re.compile(f"(all|my|our|the|get|and|list|{'|'.join(sorted(WRAPPERS, reverse=True))})+")
_ANNOTATED = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\{[^}\n]*\})")  # [Berlin](city)
_CODE = re.compile("[a-z]{2}([-_][A-Za-z]{2})?")
NAMES = ("title", "name", "category", "label", "heading", "section", "topic", "group", "theme")
PATTERNS = (
    "patterns",
    "utterances",
    "examples",
    "user says",
    "userSays",
    "training phrases",
    "sampleUtterances",
    "trainingPhrases",
)
RESPONSES = ("responses", "answers", "response", "answer", "messages", "bot")
ASKED_BY = ("user", "human", "customer", "client", "prompter", "question")
ANSWERED_BY = ("assistant", "gpt", "bot", "agent", "model", "answer")
TEXTS_OF_ANSWERS = frozenset(map(plain, names(ANSWER)))
INNER = (
    "text",
    "utterance",
    "parts",
    "content",
    "value",
    "rendered",
    "html",
    "body",
    "markdown",
    "speech",
    "data",
    "messages",
)

_Form = tuple[Hashable, ...]


class Number(str):
    """A number as it is written: 1.10, and one of a thousand digits too."""

    __slots__ = ()


_TEXTS = {str, Number}


@dataclass(slots=True)
class Reading:
    """What is noticed while nested data is read. `language` is the one that is wanted; else the
    first is taken, and the `others` are named."""

    language: str = ""
    taken: str = ""
    others: dict[str, None] = field(default_factory=dict)
    without_answers: bool = False
    more_answers: bool = False
    _simple: set[_Form] = field(default_factory=set)

    @property
    def languages(self) -> tuple[str, ...]:
        """What the languages are called, the one that is taken first."""
        return (self.taken, *self.others) if self.others else ()

    def rows(self, values: Iterator[Any], what: str) -> Iterator[Row]:
        """Yield the entries in values, numbered from 1."""
        number = 0
        for value in _together(values):
            if isinstance(value, Refused):
                number += 1
                yield number, value
                continue
            if isinstance(value, dict) and (form := _form(value)) in self._simple:  # most rows
                number += 1
                yield number, value if len(form) == len(value) else _row(value, "")
                continue
            found = iter(self._of_list([value], "", 0))
            while True:
                number += 1
                try:
                    cells = next(found, None)
                except UnreadableFile as error:
                    cells = Refused(str(error))
                    found = iter(())
                if cells is None:
                    number -= 1
                    break
                if isinstance(cells, Refused):
                    cells = Refused(f"The {what} {number}: {cells}", cells.cells)
                yield number, cells

    def _entries(self, value: Any, category: str, depth: int) -> Iterator[dict[str, str] | Refused]:
        if depth > MOST_DEPTH:
            raise UnreadableFile(f"The file has more than {MOST_DEPTH} levels inside one another.")
        if isinstance(value, Mapping):
            yield from self._of_object({str(n): v for n, v in value.items()}, category, depth)
        elif isinstance(value, list):
            yield from self._of_list(value, category, depth)

    def _of_list(
        self, items: Sequence[Any], category: str, depth: int
    ) -> Iterator[dict[str, str] | Refused]:
        if items and all(map(_is_message, items)):
            yield from _of_messages(items)
            return
        if items and all(map(_is_line, items)):
            table = table_of(enumerate([[*map(as_text, item)] for item in items]), "")
            if is_table(table):
                yield from (
                    _row(cells, category) if isinstance(cells, dict) else Refused(cells)
                    for _, cells in table.rows
                )
                return
        for item in items:
            if isinstance(item, str) and not isinstance(item, Number) and item.strip():
                self.without_answers = True
                yield _row({"question": item}, category)
            elif isinstance(item, list) and _is_pair(item):
                yield _row({"question": item[0], "answer": item[1]}, category)
            elif isinstance(item, Mapping):
                if (form := _form(item)) in self._simple:
                    yield _row(item, category)
                    continue
                found = list(self._entries(item, category, depth + 1))
                if form and len(self._simple) < 100 and found == [_row(item, category)]:
                    self._simple.add(form)
                if not found and _nests(item):
                    found = [Refused(f"It has no question; its names are {_named(item)}.")]
                yield from found or [_row(item, category)]  # whatever its names mean
            elif isinstance(item, list) and not (_is_line(item) and len(item) > 2):
                yield from self._entries(item, category, depth + 1)
            else:
                text = as_text(item)
                yield Refused(f"It is {text[:40]!r}, expected an entry.", [text])

    def _of_object(
        self, given: dict[str, Any], category: str, depth: int
    ) -> Iterator[dict[str, str] | Refused]:
        if spoken := self._in_one_language(given):
            yield from self._entries(spoken[0], category, depth + 1)
            return
        if lines := _lines_with_names(given):
            yield from self._of_list(lines, category, depth + 1)
            return
        given = {
            name: (self._in_one_language(value) or [value])[0]
            if isinstance(value, Mapping)
            else value
            for name, value in given.items()
        }
        for special in (
            _of_chat,
            self._of_examples,
            self._of_bot,
            _of_schema,
            _of_columns,
            _as_entry,
        ):
            found = special(given)
            if found is not None:
                yield from (_with_category(row, category) for row in found)
                return
        if _is_map(given):
            for question, answer in given.items():
                if isinstance(answer, Mapping) and "question" not in guessed([*map(str, answer)]):
                    yield from self._entries({"question": question, **answer}, category, depth + 1)
                elif isinstance(answer, Mapping):
                    yield from self._entries(answer, category, depth + 1)
                elif isinstance(answer, list) and any(map(_nested, answer)):
                    yield from self._entries(answer, question, depth + 1)
                else:
                    yield _row({"question": question, "answer": answer}, category)
            return
        yield from self._in_parts(given, category, depth)

    def _in_parts(
        self, given: dict[str, Any], category: str, depth: int
    ) -> Iterator[dict[str, str] | Refused]:
        """Yield the entries in the lists and objects of an object; its title, or their names, are
        categories."""
        titles = [given[n] for name in NAMES for n in given if plain(n) == name]
        title = next((text for text in titles if isinstance(text, str)), "")
        nested = {n: v for n, v in given.items() if isinstance(v, Mapping | list)}
        for name, value in nested.items():
            wraps = name.startswith("@") or _wraps(name)
            has_texts = isinstance(value, list) and not any(map(_nested, value))
            if has_texts and "question" not in guessed([name]):
                continue  # tags, pages and the like
            is_entry = isinstance(value, Mapping) and _as_entry(dict(value)) is not None
            below = category if wraps or is_entry else name
            yield from self._entries(value, title or below, depth + 1)

    def _of_examples(self, given: dict[str, Any]) -> list[dict[str, str] | Refused] | None:
        """Return the entries of Rasa's examples, which name their intents: one for each intent."""
        examples = next((given[n] for n in given if plain(n) == "common examples"), None)
        asked: dict[str, list[Any]] = {}
        for example in _listed(examples):
            if not isinstance(example, Mapping) or "intent" not in example:
                return None
            asked.setdefault(as_text(example["intent"]), []).append(example.get("text"))
        intents = [{"intent": intent, "patterns": texts} for intent, texts in asked.items()]
        return [row for intent in intents for row in self._of_bot(intent) or ()] if asked else None

    def _of_bot(self, given: dict[str, Any]) -> list[dict[str, str] | Refused] | None:
        """Return the entry of an intent: its first pattern asks, the others are phrasings."""
        names = {plain(name): name for name in given}
        patterns = next((given[names[plain(p)]] for p in PATTERNS if plain(p) in names), None)
        tag = next((names[n] for n in ("tag", "intent", "name", "intent name") if n in names), "")
        if patterns is None or not tag:
            return None
        if isinstance(patterns, str):  # Rasa: a list in a text
            lines = _ANNOTATED.sub(r"\1", patterns).split("\n")
            patterns = [line.strip().removeprefix("-") for line in lines]
        asked = [text.strip() for p in _listed(patterns) if (text := _said(p)).strip()]
        responses = next(
            (given[n] for r in RESPONSES for n in given if plain(n) == r and given[n]), None
        )
        texts = [_said(response) for response in _listed(responses)]
        if responses is None:
            self.without_answers = True
        if not asked:
            what = f"{as_text(given[tag])!r} has no pattern to ask it by."
            return [Refused(what, [as_text(given[tag]), *texts])]
        self.more_answers |= len(texts) > 1
        row = {"question": asked[0], "answer": texts[0] if texts else "", "category": given[tag]}
        return [_row(row | {"phrasings": asked[1:]}, "")]

    def _in_one_language(self, value: Mapping[str, Any]) -> list[Any] | None:
        """Return, in a list, what an object has in one of the languages that are its names; None
        where they are something else."""
        spoken = [name for name in value if language_of(str(name))]
        if len(spoken) < 2 or len(spoken) < len(value):
            return None
        wanted = [name for name in spoken if language_of(name) == self.language]
        taken = (wanted or spoken)[0]
        self.taken = self.taken or taken
        self.others |= dict.fromkeys(name for name in spoken if name != taken)
        return [value[taken]]


def _form(item: Mapping[Any, Any]) -> _Form:
    """Return the names of an object and, unless all is text, what is under them: all that decides
    how an object without others inside is read. Empty where it has others inside."""
    if {*map(type, item), *map(type, item.values())} <= _TEXTS:
        return tuple(item)
    kinds = (*map(type, item.values()),)
    lists = [value for value in item.values() if type(value) is list] if list in kinds else ()
    if dict in kinds or not all(isinstance(text, str) for texts in lists for text in texts):
        return ()
    return (*item, *kinds, *map(bool, lists))


def _row(given: Mapping[str, Any], category: str) -> dict[str, str]:
    row = {str(name): as_text(value) for name, value in given.items() if value is not None}
    return row if not category or "category" in guessed(list(row)) else row | {"category": category}


def _with_category(row: dict[str, str] | Refused, category: str) -> dict[str, str] | Refused:
    return row if isinstance(row, Refused) else _row(row, category)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _said(value: Any) -> str:
    """Return the text of a pattern, a response or a message, however it is wrapped."""
    if isinstance(value, Mapping):
        return _said(next((value[name] for name in INNER + NAMES if name in value), ""))
    if isinstance(value, list):
        return "".join(map(_said, value))
    return as_text(value)


def _named(item: Mapping[str, Any]) -> str:
    return ", ".join(repr(str(name)[:30]) for name in list(item)[:8])


def _nests(item: Mapping[str, Any]) -> bool:
    return any(isinstance(value, Mapping | list) for value in item.values())


def _as_entry(given: Mapping[str, Any]) -> list[dict[str, str] | Refused] | None:
    """Return the row of an object that has a question itself; None for any other.

    Of several questions the first is the question, the others are phrasings.
    """
    flat = {n: _said(v) if _wraps_text(v) else v for n, v in given.items() if v is not None}
    for name, value in flat.items():
        if plain(name) in TEXTS_OF_ANSWERS and isinstance(value, list):
            flat[name] = [_said(part) if _wraps_text(part) else part for part in value]
    flat = {n: v for n, v in flat.items() if not isinstance(v, list) or not any(map(_nested, v))}
    columns = guessed(list(flat))
    if "question" not in columns and "answer" in columns and isinstance(flat.get("keywords"), list):
        columns["question"] = "keywords"
    if "question" not in columns or ("answer" not in columns and len(flat) < len(given)):
        return None
    asked = flat[columns["question"]]
    row = {name: as_text(value) for name, value in flat.items()}
    row |= {name: Unreadable("an object") for name in given if isinstance(given[name], list)} | row
    if isinstance(asked, list):
        if not asked or "answer" not in columns:
            return None  # a list of questions under a name
        others = [*asked[1:], *_listed(flat.get("phrasings"))]
        del row[columns["question"]]
        row |= {"question": as_text(asked[0]), "phrasings": as_text(others)}
    elif not isinstance(asked, str):
        return None
    is_draft = flat.get("draft") is True or flat.get("published") is False
    if is_draft and "status" not in columns:
        row["status"] = Status.DRAFT.value
    return [row]


def _nested(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def _wraps_text(value: Any) -> bool:
    """Whether an object has a text under one of the names that mean nothing else, or a title."""
    return isinstance(value, Mapping) and any(isinstance(value.get(n), str) for n in INNER + NAMES)


def _is_pair(item: Sequence[Any]) -> bool:
    return len(item) == 2 and all(isinstance(text, str) for text in item)


def _is_map(given: Mapping[str, Any]) -> bool:
    """Whether the names of an object are questions."""
    return bool(given) and 2 * sum(map(is_asked, given)) >= len(given)


def _wraps(name: str) -> bool:
    """Whether a list's name says nothing of its entries, as 'allFaqs' and 'en-US' do."""
    is_code = _CODE.fullmatch(name) and language_of(name)
    return bool(is_code or _WRAPS.fullmatch(plain(name).replace(" ", "")[:60]))


def _is_line(item: Any) -> bool:
    """Whether a list is a line of cells."""
    return isinstance(item, list) and len(item) > 1 and not any(map(_nested, item))


def _lines_with_names(given: Mapping[str, Any]) -> list[Any]:
    """Return the lines of an object that has them apart from the names of their columns, which
    become the first line; empty for any other."""
    header = next((given[n] for n in given if plain(n) in ("columns", "headers", "header")), None)
    lines = next((v for v in given.values() if isinstance(v, list) and v and _is_line(v[0])), None)
    return [header, *lines] if lines and _is_line(header) and header is not lines else []


def _together(values: Iterator[Any]) -> Iterator[Any]:
    """Return values; those that mean something only together, as lines of cells or messages of a
    chat, as one list."""
    first = [*islice(values, 1)]
    if not any(_is_line(value) or _is_message(value) for value in first):
        return chain(first, values)
    found = [*first, *values]
    return iter(found if any(isinstance(value, Refused) for value in found) else [found])


def _is_message(item: Any) -> bool:
    if not isinstance(item, Mapping) or not ("role" in item or "from" in item):
        return False
    who = plain(as_text(item.get("role", item.get("from"))))
    return who in (*ASKED_BY, *ANSWERED_BY, "system", "tool")


def _of_chat(given: Mapping[str, Any]) -> list[dict[str, str] | Refused] | None:
    """Return what was asked and answered in the messages of a chat."""
    messages = next(
        (given[n] for n in ("messages", "conversations", "conversation") if n in given), None
    )
    if not isinstance(messages, list) or not all(isinstance(m, Mapping) for m in messages):
        return None
    return _of_messages(messages)


def _of_messages(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, str] | Refused]:
    found: list[dict[str, str] | Refused] = []
    asked = ""
    for message in messages:
        who = plain(as_text(message.get("role", message.get("from", message.get("author", "")))))
        text = _said(message.get("content", message.get("value", message.get("text", ""))))
        if who in ASKED_BY:
            asked = text
        elif who in ANSWERED_BY and asked:
            found.append({"question": asked, "answer": text})
            asked = ""
    return found


def _of_schema(given: Mapping[str, Any]) -> list[dict[str, str] | Refused] | None:
    """Return the entry of a schema.org Question."""
    answer = given.get("acceptedAnswer", given.get("suggestedAnswer"))
    asked = given.get("name", given.get("text"))
    if answer is None or not isinstance(asked, str):
        return None
    return [{"question": asked, "answer": "\n\n".join(map(_said, _listed(answer)))}]


def _of_columns(given: Mapping[str, Any]) -> list[dict[str, str] | Refused] | None:
    """Return the rows of an object that has a list for each column."""
    lists = {name: _numbered(value) for name, value in given.items() if _numbered(value)}
    columns = guessed(list(lists))
    if not {"question", "answer"} <= columns.keys():
        return None
    size = len(lists[columns["question"]])
    same = {name: column for name, column in columns.items() if len(lists[column]) == size}
    if "answer" not in same:
        return None
    return [
        {name: _first(lists[column][place]) for name, column in same.items()}
        for place in range(size)
    ]


def _numbered(value: Any) -> list[Any]:
    """Return the items of a list, or of an object whose names are numbers; else none."""
    if isinstance(value, Mapping) and all(str(name).isdecimal() for name in value):
        return [*value.values()]
    return value if isinstance(value, list) else []


def _first(value: Any) -> str:
    return Unreadable("an object") if isinstance(value, Mapping) else as_text(value)
