"""Tables in files of every kind: read row by row and written so, a part of them in memory."""

from faq.tables.reading import opened_table, read_table
from faq.tables.table import MOST_CHARACTERS, Column, Refused, Row, Table, UnreadableFile

__all__ = [
    "MOST_CHARACTERS",
    "Column",
    "Refused",
    "Row",
    "Table",
    "UnreadableFile",
    "opened_table",
    "read_table",
]
