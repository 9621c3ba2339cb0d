"""How a model's vectors of answers disagree with the text."""

from dataclasses import dataclass

import apsw

from store.sqlite.sql import select
from store.sqlite.telling import told
from store.sqlite.vector_health import is_broken
from store.sqlite.vectors import VectorTable


@dataclass(frozen=True, slots=True)
class AnswerDisorder:
    """What is wrong with the vectors of answers, by entry id: they stand for no answer, or cannot
    be right. An answer may lack its vector."""

    table: VectorTable
    unasked: tuple[int, ...]
    broken: tuple[int, ...]

    @classmethod
    def of(cls, connection: apsw.Connection, table: VectorTable) -> "AnswerDisorder":
        """Look for it."""
        rows = select(
            connection,
            "SELECT entry_id, embedding, coalesce(answer, '') FROM answer_vector"
            " LEFT JOIN entry ON entry.id = entry_id WHERE model_id = ?",
            (table.model_id,),
        )
        return cls(
            table,
            tuple(entry_id for entry_id, _, answer in rows if not answer),
            tuple(
                entry_id
                for entry_id, embedding, _ in rows
                if is_broken(embedding, table.model.dimension)
            ),
        )

    def told(self) -> list[str]:
        """Return it as sentences."""
        return [
            *told("Entries without an answer that have a vector of one", self.unasked),
            *told("Vectors of answers that are not of unit length", self.broken),
        ]
