"""Rows as a careful person would have typed them: what other programs put into cells is taken out.

Files that Askwell wrote itself stay as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from faq.column_names import plain
from faq.fields import FIELDS
from faq.transfer.columns import guessed
from faq.transfer.markup import cleaned as without_markup
from faq.transfer.table import Refused, Row, Table, Unreadable

OWN = frozenset(field.name for field in FIELDS)
_BREAK = re.compile(r"\\r\\n|\\n")
_DRIVE = re.compile(r"\b[A-Za-z]:\\")  # C:\notes
_PATH = re.compile(r"\\\\\w|\\(?![nrt])\w")  # \\server, \new\reports


def cleaned(table: Table) -> Table:
    """Return a table with its texts cleaned, and the rows of an export of QnA Maker as entries."""
    if table.is_markdown or set(table.columns) >= OWN:
        return table
    rows = _cleaned(table.rows)
    names = {plain(column): column for column in table.columns}
    if "qnaid" in names and {"question", "answer"} <= guessed(table.columns).keys():
        return _grouped(replace(table, rows=rows), names["qnaid"])
    return replace(table, rows=rows)


def _cleaned(rows: Iterator[Row]) -> Iterator[Row]:
    for number, cells in rows:
        if isinstance(cells, dict):
            text = "".join(cells.values())
            if "<" in text or "&" in text or "\\" in text or "\ufeff" in text:
                cells = {
                    name: cell
                    if isinstance(cell, Unreadable)
                    else without_markup(_with_breaks(cell.replace("\ufeff", "")))
                    for name, cell in cells.items()
                }
        yield number, cells


def _with_breaks(cell: str) -> str:
    """Return a cell whose line breaks were written as two signs, with line breaks."""
    if "\\n" not in cell or "\n" in cell or _PATH.search(cell.replace("\\n", " ")):
        return cell
    return cell if _DRIVE.search(cell) else _BREAK.sub("\n", cell)


def _grouped(table: Table, id_column: str) -> Table:
    """Return an entry for each id: the first question, the others as its phrasings, and what
    stands as `name:value` in the metadata as tags."""
    found = guessed(table.columns)
    question, answer = found["question"], found["answer"]
    metadata = next((name for name in table.columns if plain(name) == "metadata"), "")
    entries: dict[str, tuple[int, dict[str, str]]] = {}
    refused: list[Row] = []
    for number, cells in table.rows:
        if not isinstance(cells, dict):
            refused.append((number, cells))
        elif (id_ := cells.get(id_column, "")) not in entries:
            tags = ", ".join(filter(None, cells.get(metadata, "").split("|")))
            source = cells.get(found.get("source", ""), "")
            entries[id_] = (
                number,
                {
                    "key": id_,
                    "question": cells.get(question, ""),
                    "answer": cells.get(answer, ""),
                    "tags": tags,
                    "phrasings": "",
                    "source": "" if source == "Editorial" else source,
                },
            )
        elif cells.get(answer, "") != entries[id_][1]["answer"]:
            reason = f"The id {id_!r} has another answer in row {entries[id_][0]}."
            refused.append((number, Refused(reason, cells.values())))
        else:
            entry = entries[id_][1]
            entry["phrasings"] = "\n".join(filter(None, (entry["phrasings"], cells[question])))
    rows = iter(sorted([*entries.values(), *refused], key=lambda row: row[0]))
    columns = ("key", "question", "answer", "tags", "phrasings", "source")
    return Table(columns, rows, f"{table.description}, of QnA Maker", table.notes)
