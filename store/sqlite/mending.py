"""Mending what the text alone can tell. What a model has to embed is only taken away here."""

from collections.abc import Iterable, Mapping

import apsw

from store.sqlite import entries, keywords
from store.sqlite.answer_health import AnswerDisorder
from store.sqlite.health import Disorder, KeywordDisorder
from store.sqlite.vector_health import PARTS, VectorDisorder, places
from store.sqlite.vectors import VectorTable


def mend(connection: apsw.Connection, disorder: Disorder) -> list[str]:
    """Mend what was found, within a transaction; return what was done, a sentence each."""
    done = _mend_keywords(connection, disorder.keywords)
    for active, vectors, answers in disorder.sets:
        mended = _mend_vectors(connection, vectors) + _mend_answers(connection, answers)
        if mended:
            connection.execute(
                "UPDATE model SET filled = filled + 1 WHERE id = ?", (vectors.table.model_id,)
            )
        beside = "" if active else f"Beside the vectors in use, {vectors.table.model.name}: "
        done += [f"{beside}{sentence}" for sentence in mended]
    return done


def _mend_keywords(connection: apsw.Connection, disorder: KeywordDisorder) -> list[str]:
    if not disorder.told():
        return []
    if disorder.malformed:
        keywords.rebuild(connection)
    keywords.remove(connection, disorder.orphans)
    for entry in entries.load(connection, disorder.stale):
        keywords.write(connection, entry.id, entry.content)
    if disorder.malformed:
        return ["The keyword index was built anew."]
    rows = len(disorder.orphans) + len(disorder.stale)
    return [f"Rows of the keyword index put in order: {rows:,}."]


def _mend_vectors(connection: apsw.Connection, disorder: VectorDisorder) -> list[str]:
    table = disorder.table
    if disorder.unreadable:
        _make_anew(connection, table)
        return ["The table of vectors, which could not be read, was made anew."]
    if disorder.unfound:
        sound = places(connection).keys() - {*disorder.unfound, *disorder.broken}
        kept = _standing(connection, table, sound)
        _make_anew(connection, table)
        _file(connection, table, kept)
        return [f"The table of vectors was built anew. Vectors kept: {len(kept):,}."]
    done = []
    gone = {*disorder.orphans, *disorder.broken}
    if gone:
        table.delete(list(gone))
        done.append(f"Vectors deleted that stood for nothing or could not be right: {len(gone):,}.")
    wrong = [row for row in disorder.misfiled if row not in gone]
    if wrong:
        kept = _standing(connection, table, wrong)
        table.delete(wrong)
        _file(connection, table, kept)
        done.append(f"Vectors filed as their entries say: {len(wrong):,}.")
    return done


def _mend_answers(connection: apsw.Connection, disorder: AnswerDisorder) -> list[str]:
    gone = {*disorder.unasked, *disorder.broken}
    if not gone:
        return []
    connection.executemany(
        "DELETE FROM answer_vector WHERE model_id = ? AND entry_id = ?",
        [(disorder.table.model_id, entry_id) for entry_id in gone],
    )
    return [
        f"Vectors of answers deleted that stood for nothing or could not be right: {len(gone):,}."
    ]


def _standing(
    connection: apsw.Connection, table: VectorTable, rows: Iterable[int]
) -> dict[int, bytes]:
    """Return the vectors that stand for these phrasings."""
    wanted = set(rows)
    standing = connection.execute(f"SELECT rowid, embedding FROM {table.name}")
    return {row: vector for row, vector in standing if row in wanted}


def _make_anew(connection: apsw.Connection, table: VectorTable) -> None:
    for part in PARTS:  # none of them may be missing when the table is dropped
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table.name}_{part} (missing)")
    connection.execute(f"DROP TABLE IF EXISTS {table.name}")
    for part in PARTS:  # they stay where the table itself was missing
        connection.execute(f"DROP TABLE IF EXISTS {table.name}_{part}")
    table.create()


def _file(connection: apsw.Connection, table: VectorTable, vectors: Mapping[int, bytes]) -> None:
    """Write vectors by phrasing id, filed as their entries say."""
    filed = places(connection)
    table.insert_rows([(row, vector, *filed[row]) for row, vector in vectors.items()])
