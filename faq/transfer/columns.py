"""Which column of a file is which field of an entry: guessed, then as somebody chooses."""

import re
from collections.abc import Iterable, Mapping, Sequence

from faq.fields import FIELDS
from faq.transfer.table import Table, UnreadableFile

Columns = Mapping[str, str]
"""Name of the column for each field that the file has one of."""


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """Return what columns probably are: a field's own name is stronger than what others call it;
    case, underscores and signs make no difference."""
    left = {_plain(column): column for column in reversed(columns)}
    found = {}
    for field in FIELDS:
        if column := left.pop(_plain(field.name), None):
            found[field.name] = column
    for field in FIELDS:
        for name in field.also:
            if field.name not in found and name in left:
                found[field.name] = left.pop(name)
    return found


def chosen(table: Table, choices: Iterable[str] = ()) -> dict[str, str]:
    """Return the guess for a table, changed by `choices` as `question=Frage`; an empty name
    leaves a field out.

    Raises `UnreadableFile` where no column is the question, or something named is not there.
    """
    columns = guessed(table.columns)
    for choice in choices:
        field, _, name = choice.partition("=")
        if field not in [field.name for field in FIELDS]:
            names = ", ".join(field.name for field in FIELDS)
            raise UnreadableFile(f"There is no field {field!a}, expected one of {names}.")
        if name and name not in table.columns:
            raise UnreadableFile(f"There is no column {name!a} in the file; {table.first_line}")
        columns = {f: column for f, column in columns.items() if f != field and column != name}
        columns |= {field: name} if name else {}
    return require_question(columns, table)


def require_question(columns: Mapping[str, str], table: Table) -> dict[str, str]:
    """Return the columns. Raises `UnreadableFile` where none is the question."""
    if "question" in columns:
        return dict(columns)
    advice = (
        "If it is a list of questions, write 'question' above them."
        if len(table.columns) == 1
        else "Write names of columns into the first line, or say which one is the question."
    )
    raise UnreadableFile(f"The file has no column 'question'; {table.first_line} {advice}")


def by_field(cells: Mapping[str, str], columns: Columns) -> dict[str, str]:
    """Return a row's cells by field."""
    return {field: cells[column] for field, column in columns.items() if column in cells}


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.replace("_", " ").casefold()))
