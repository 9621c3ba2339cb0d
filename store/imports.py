"""The values that imports put into a store and get out of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportMark:
    """How far the import of a file has come: it is in up to and with a row. `file` stands for its
    bytes and how they are read."""

    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class OlderAlike:
    """An entry whose question is very near to a phrasing of an older one, with the cosine."""

    entry_id: int
    older_id: int
    cosine: float
