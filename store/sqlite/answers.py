"""The vectors of answers: of question and answer in one text. A row has its entry's id."""

from collections.abc import Mapping, Sequence

import apsw

from store.records import Content, Vector, question_and_answer
from store.sqlite.sql import id_array, select
from store.sqlite.vectors import VectorTable, checked

_ANSWERED = (
    "SELECT entry.id, text, answer FROM entry JOIN phrasing ON entry_id = entry.id"
    " WHERE position = 0 AND answer <> ''"
)


def write(
    connection: apsw.Connection,
    table: VectorTable,
    entry_id: int,
    content: Content,
    vectors: Mapping[str, Vector],
) -> None:
    """Write the vector of an entry's answer beside those of its phrasings, where it is given."""
    _write(
        connection,
        table,
        [(entry_id, text, vectors[text]) for text in content.answer_texts if text in vectors],
    )


def fill(
    connection: apsw.Connection, table: VectorTable, vectors: Mapping[tuple[int, str], Vector]
) -> None:
    """Write vectors by entry id and text, over those that stand; see `Store.fill`."""
    standing = select(
        connection,
        f"{_ANSWERED} AND entry.id IN carray(?)",
        (id_array(entry_id for entry_id, _ in vectors),),
    )
    said = [(entry_id, question_and_answer(*rest)) for entry_id, *rest in standing]
    _write(connection, table, [(*about, vectors[about]) for about in said if about in vectors])


def _write(
    connection: apsw.Connection, table: VectorTable, rows: Sequence[tuple[int, str, Vector]]
) -> None:
    dimension = table.model.dimension
    connection.executemany(
        "INSERT OR REPLACE INTO answer_vector (model_id, entry_id, embedding) VALUES (?, ?, ?)",
        [
            (table.model_id, entry_id, checked(vector, dimension, text))
            for entry_id, text, vector in rows
        ],
    )


def forget(connection: apsw.Connection, entry_id: int) -> None:
    """Delete the vectors of an entry's answer, of every model."""
    connection.execute("DELETE FROM answer_vector WHERE entry_id = ?", (entry_id,))


def count(connection: apsw.Connection, table: VectorTable) -> int:
    """Return how many answers have a vector of the table's model."""
    [(held,)] = select(
        connection, "SELECT count(*) FROM answer_vector WHERE model_id = ?", (table.model_id,)
    )
    return int(held)


def lacking(connection: apsw.Connection, table: VectorTable) -> int:
    """Return how many answers have none."""
    [(answered,)] = select(connection, "SELECT count(*) FROM entry WHERE answer <> ''")
    return int(answered) - count(connection, table)


def texts(
    connection: apsw.Connection, limit: int, after: int, lacking: VectorTable | None
) -> list[tuple[int, str]]:
    """Return entry ids with the texts of their answers; see `Store.texts`."""
    condition, values = "entry.id > ?", [after]
    if lacking is not None:
        condition += " AND entry.id NOT IN (SELECT entry_id FROM answer_vector WHERE model_id = ?)"
        values.append(lacking.model_id)
    rows = select(
        connection,
        f"{_ANSWERED} AND {condition} ORDER BY entry.id LIMIT ?",
        (*values, limit),
    )
    return [(entry_id, question_and_answer(*rest)) for entry_id, *rest in rows]
