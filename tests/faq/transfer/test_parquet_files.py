"""Tables in Parquet files: every type has a text, vectors are left out, damage gives a sentence."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from faq.transfer import parquet_files
from faq.transfer import table as limits
from faq.transfer.files import read_table
from faq.transfer.table import Column, Row, Table, Unreadable, UnreadableFile
from tests.faq.texts import any_text


def saved(columns: dict[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def table(data: bytes) -> Table:
    return read_table(io.BytesIO(data))


def rows(data: bytes) -> list[Row]:
    return list(table(data).rows)


several = st.lists(any_text, max_size=3).map(tuple)


@given(st.lists(st.tuples(any_text, several), max_size=4))
@settings(deadline=None)
def test_any_table_comes_back(some: list[tuple[str, tuple[str, ...]]]) -> None:
    file = io.BytesIO()
    parquet_files.write(file, [Column("question"), Column("tags", True)], some)
    assert [cells for _, cells in rows(file.getvalue())] == [
        {
            name: text.replace("\ufeff", "")
            for name, text in (("question", q), ("tags", "\n".join(t)))
        }
        for q, t in some  # byte order marks of joined files go
    ]


def test_many_rows_come_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_files, "WRITTEN_AT_ONCE", 7)
    file = io.BytesIO()
    parquet_files.write(file, [Column("question")], [[f"card {number}"] for number in range(200)])
    found = rows(file.getvalue())
    assert found == [(n + 1, {"question": f"card {n}"}) for n in range(200)]


def test_every_type_has_a_text() -> None:
    data = saved(
        {
            "text": ["lost"],
            "whole": [5],
            "float": [5.0],
            "part": [0.1],
            "nan": [float("nan")],
            "yes": [True],
            "none": pa.array([None], pa.string()),
            "day": [date(2026, 12, 31)],
            "moment": [datetime(2026, 12, 31, 8, 30)],
            "zone": [datetime(2026, 12, 31, tzinfo=UTC)],
            "decimal": [Decimal("1.10")],
            "list": [["a", "b"]],
            "large": pa.array(["large"], pa.large_string()),
            "dictionary": pa.array(["again"]).dictionary_encode(),
        }
    )
    [(_, cells)] = rows(data)
    assert cells == {
        "text": "lost",
        "whole": "5",
        "float": "5",
        "part": "0.1",
        "nan": "",
        "yes": "true",
        "none": "",
        "day": "2026-12-31",
        "moment": "2026-12-31 08:30:00",
        "zone": "2026-12-31",
        "decimal": "1.10",
        "list": "a\nb",
        "large": "large",
        "dictionary": "again",
    }


def test_vectors_are_no_columns() -> None:
    numbers = pa.array([[0.5, 0.5]], pa.list_(pa.float32(), 2))
    data = saved({"question": ["lost"], "embedding": numbers, "other": [[0.1]]})
    assert table(data).columns == ("question",)
    assert rows(data) == [(1, {"question": "lost"})]


def test_what_is_no_text_harms_nothing_else() -> None:
    broken = pa.array([b"caf\xe9", b"fine"]).view(pa.string())
    data = saved(
        {
            "question": ["lost", "new"],
            "bytes": [b"\0", b""],
            "object": [{"a": 1}, {"a": 2}],
            "broken": broken,
            "late": pa.array([2**62, 0], pa.timestamp("us")),
        }
    )
    (_, first), (_, second) = rows(data)
    assert isinstance(first, dict) and isinstance(second, dict)
    assert (first["question"], second["question"]) == ("lost", "new")
    for name in ("bytes", "object", "broken", "late"):
        assert isinstance(first[name], Unreadable)
    assert (second["broken"], second["late"]) == ("fine", "1970-01-01")


def test_a_file_that_was_cut_short_gives_a_sentence() -> None:
    data = saved({"question": [f"card {number}" for number in range(2000)]})
    for cut in range(4, len(data) - 1, len(data) // 20):
        with pytest.raises(UnreadableFile, match="not a whole Parquet file"):
            table(data[:cut])


def test_damage_inside_is_reported_where_it_is() -> None:
    data = bytearray(saved({"question": [f"card {n} {n * n}" for n in range(2000)]}))
    data[40:200] = b"\xff" * 160
    last, why = rows(bytes(data))[-1]
    assert last >= 1 and "not a whole Parquet file" in str(why)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNSUSPICIOUS", 100_000)
    data = saved({"question": ["x" * 1_000_000]}, compression="zstd", use_dictionary=False)
    with pytest.raises(UnreadableFile, match=r"would unpack to 1 MB from 0\.0 MB"):
        table(data)
