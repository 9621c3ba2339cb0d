"""Which column of a file is which field of an entry: guessed, then as somebody chooses."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from faq.column_names import TEXT, TITLE, language_of, names, plain
from faq.fields import FIELDS
from faq.transfer.table import MOST_COLUMNS, Table, UnreadableFile

Columns = Mapping[str, str]
"""Name of the column for each field that the file has one of."""
TEXTS = ("question", "answer")
_RANK = {
    field.name: {
        plain(name): rank for rank, name in reversed([*enumerate((field.name, *field.also))])
    }
    for field in FIELDS
}
_WEAK = {plain(name) for name in names(TEXT)}
_TITLES = {plain(name): rank for rank, name in reversed([*enumerate(names(TITLE))])}


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a column: as it is, as names are compared, and the language that it names."""

    column: str
    base: str
    language: str


def guessed(columns: Sequence[str], language: str = "") -> dict[str, str]:
    """Return what columns probably are.

    A field's own name is the strongest, then what others call it, in many languages; case,
    underscores and signs make no difference. Of columns in several languages the first is taken,
    or that of `language`, a code as `de`.
    """
    few = len(columns) <= MOST_COLUMNS  # more are no names of columns
    return dict(_guessed(tuple(columns), language)) if few else {}


@lru_cache(maxsize=64)
def _guessed(columns: Sequence[str], language: str) -> dict[str, str]:
    left = [_parsed(column) for column in columns]
    spoken = [name.language for name in left if name.language and _is_text(name.base)]
    wanted = language if language in spoken else next(iter(spoken), "")
    found: dict[str, str] = {}

    def take(field: str, rank: Mapping[str, int]) -> None:
        fitting = [name for name in left if name.base in rank and name.language in ("", wanted)]
        if fitting and field not in found:
            best = min(fitting, key=lambda name: (rank[name.base], not name.language))
            left.remove(best)
            found[field] = best.column

    for each in FIELDS:  # an own name is never another field's
        take(each.name, {plain(each.name): 0})
    for field in TEXTS:
        take(field, _RANK[field])
    for field in TEXTS * (len(columns) > 1):
        take(field, {name.base: len(name.base) for name in left if _names_part(field, name.base)})
    if "answer" in found or len(columns) == 1:
        take("question", _TITLES)
        last = {name.base: _TITLES.get(name.base.split(" ")[-1], -1) for name in left}
        take("question", {base: rank for base, rank in last.items() if rank >= 0})
    if plain(found.get("question", "")) == "intent" and plain(found["answer"]) == "text":
        del found["question"], found["answer"]  # what somebody says, and how it is labelled
    for each in FIELDS:
        take(each.name, _RANK[each.name])
    return found


def chosen(
    table: Table, choices: Iterable[str] = (), *, questions_only: bool = False, language: str = ""
) -> dict[str, str]:
    """Return the guess for a table, changed by `choices` as `question=Frage`; an empty name
    leaves a field out.

    Raises `UnreadableFile` where no column is the question, none is the answer though there are
    columns that nothing is known of (unless there are `questions_only`), or something named is not
    there.
    """
    columns = guessed(table.columns, language)
    for choice in choices:
        field, _, name = choice.partition("=")
        if field not in [field.name for field in FIELDS]:
            fields = ", ".join(field.name for field in FIELDS)
            raise UnreadableFile(f"There is no field {field!a}, expected one of {fields}.")
        if name and name not in table.columns:
            raise UnreadableFile(f"There is no column {name!r} in the file; {table.first_line}")
        columns = {f: column for f, column in columns.items() if f != field and column != name}
        columns |= {field: name} if name else {}
    require_question(columns, table)
    if not (questions_only or table.without_answers or "answer" in columns):
        unknown = [f"'{name}'" for name in table.columns if name not in columns.values()]
        if unknown and not any(choice.startswith("answer=") for choice in choices):
            raise UnreadableFile(
                f"No column was recognised as the answer; unknown are {', '.join(unknown[:8])}. "
                "Say which one it is, as --map answer=NAME, or that the file has questions alone, "
                "as --questions-only."
            )
    return columns


def require_question(columns: Mapping[str, str], table: Table) -> dict[str, str]:
    """Return the columns. Raises `UnreadableFile` where none is the question."""
    if "question" in columns:
        return dict(columns)
    advice = (
        "If it is a list of questions, write 'question' above them; if it is a text, write Q: "
        "before each question and A: before its answer."
        if len(table.columns) == 1
        else "Say which column is the question, as --map question=NAME, or name it in the file."
    )
    raise UnreadableFile(f"The file has no column 'question'; {table.first_line} {advice}")


def described(columns: Columns, table: Table) -> str:
    """Return in one line what each field is taken from, and which columns are not used."""
    parts = [f"{field}: {column}" for field, column in columns.items()]
    unused = [column for column in table.columns if column not in columns.values()]
    return "; ".join(parts + [f"not used: {', '.join(unused)}"] * bool(unused))


def languages(table: Table) -> tuple[str, ...]:
    """Return the languages of a file that has several, the one that is taken first."""
    parsed = [_parsed(column) for column in table.columns]
    spoken = dict.fromkeys(n.language for n in parsed if n.language and _is_text(n.base))
    return table.languages or (tuple(spoken) if len(spoken) > 1 else ())


def notes(table: Table) -> list[str]:
    """Return in sentences what of a file is not used, besides columns that nothing is known of."""
    taken, *others = languages(table) or ("",)
    said = f"Of several languages {taken!r} is taken; not used: {', '.join(others)}."
    alone = "A file of this kind has questions without answers."
    return [*table.notes, *[said] * bool(others), *[alone] * table.without_answers]


def by_field(cells: Mapping[str, str], columns: Columns) -> dict[str, str]:
    """Return a row's cells by field."""
    return {field: cells[column] for field, column in columns.items() if column in cells}


def _is_text(base: str) -> bool:
    return any(base in _RANK[field] for field in TEXTS)


def _names_part(field: str, base: str) -> bool:
    """Whether one of a column's several words is a name of the field, as in 'Your question'; 'FAQ
    answer' and 'Answer to the question' are answers."""
    words = {word for word in base.split() if len(word) > 2}
    asks = not words.isdisjoint(_RANK["question"].keys() - {"faq", "faqs"})
    says = not words.isdisjoint(_RANK["answer"].keys() - (_WEAK if asks else set()))
    return 1 < len(base.split()) < 5 and (says if field == "answer" else asks and not says)


def _parsed(column: str) -> _Name:
    base = plain(re.sub(r"(?<=[a-z])(?=[A-Z][a-z]|[A-Z]{2}$)", " ", column))
    if any(base in rank for rank in _RANK.values()):
        return _Name(column, base, "")
    words = base.split()
    for spoken, rest in (
        (words[-2:], words[:-2]),
        (words[-1:], words[:-1]),
        (words[:1], words[1:]),
    ):
        if rest and (language := language_of(" ".join(spoken))):
            return _Name(column, " ".join(rest), language)
    return _Name(column, base, "")
