"""Tables in CSV files: nothing gets lost, nothing runs, nothing breaks."""

import csv
import io
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.csv_table import (
    Row,
    UnreadableFile,
    defused,
    opened,
    read_rows,
    restored,
    uploaded,
    written,
)
from tests.faq.texts import MEGABYTE, any_text

cells = any_text | st.text("'=+-@\t\r\n\", a", max_size=6)


def rows(data: bytes | str, required: str = "question") -> list[Row]:
    return list(
        read_rows(uploaded(data.encode() if isinstance(data, str) else data), required=required)
    )


@given(cells)
def test_any_text_comes_back_and_none_of_it_runs(text: str) -> None:
    assert restored(defused(text)) == text
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("it's = fine", "it's = fine"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_an_apostrophe_stops_what_a_spreadsheet_would_run(text: str, safe: str) -> None:
    assert defused(text) == safe


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=5)
    )
)
def test_any_table_comes_back(table: list[list[str]]) -> None:
    width = len(table[0]) if table else 1
    header = ["question", *(f"column {number}" for number in range(1, width))]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([defused(cell) for cell in row] for row in table)
    expected = [
        (number, dict(zip(header, row, strict=True))) for number, row in enumerate(table, start=1)
    ]
    assert rows(file.getvalue()) == expected


def test_columns_are_told_by_name_whatever_their_case_and_order() -> None:
    assert rows(" Answer ,QUESTION\nyes,really?\n") == [
        (1, {"answer": "yes", "question": "really?"})
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert rows("\ufeffquestion\nlost card\n") == [(1, {"question": "lost card"})]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_empty_lines_are_no_rows(line_end: str) -> None:
    text = line_end.join(["question", "", "one", "", "two", ""])
    assert rows(text) == [(1, {"question": "one"}), (2, {"question": "two"})]


def test_a_short_row_lacks_its_last_columns_and_a_long_one_is_refused() -> None:
    assert rows("question,answer\nshort\nlong,a,b,c\nfine,a\n") == [
        (1, {"question": "short"}),
        (2, "The row has 4 cells, the first line 2."),
        (3, {"question": "fine", "answer": "a"}),
    ]


def test_a_cell_may_hold_a_megabyte_and_a_nul() -> None:
    [(_, cells)] = rows(f'question,answer\n"{MEGABYTE}",a\0b\n')
    assert cells == {"question": MEGABYTE, "answer": "a\0b"}


def test_bytes_that_are_no_utf8_stay_in_their_row() -> None:
    assert rows(b"question\ncaf\xe9\nfine\n") == [
        (1, {"question": "caf\udce9"}),
        (2, {"question": "fine"}),
    ]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "nothing"),
        (b"\n\n", "nothing"),
        (b"lost card\nnew card\n", "'lost card'"),
        (b"question;answer\na;b\n", "'question;answer'"),
        ("question\nlost card\n".encode("utf-16"), r"'\udcff\udcfeq\x00u"),
        (bytes(range(256)), r"'\x00\x01"),
    ],
)
def test_a_file_without_the_column_is_refused_with_what_it_holds(data: bytes, shown: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        rows(data)
    assert f"The file has no column 'question'; its first line holds {shown}" in str(refused.value)
    assert "Save it as CSV in UTF-8, separated by commas" in str(refused.value)


def test_a_long_foreign_first_line_is_not_shown_whole() -> None:
    with pytest.raises(UnreadableFile) as refused:
        rows(",".join([MEGABYTE] * 20))
    assert len(str(refused.value)) < 1000


def test_a_file_that_cannot_be_opened_gives_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(UnreadableFile, match=r"none\.csv cannot be read: No such file"),
        opened(tmp_path / "none.csv"),
    ):
        pass
    with pytest.raises(UnreadableFile, match="cannot be read: Is a directory"), opened(tmp_path):
        pass


def test_a_file_on_disk_reads_as_an_upload_does(tmp_path: Path) -> None:
    data = '\ufeffquestion,answer\r\n\'=1,"a\nb"\r\n'.encode() + b"\xff,b\r\n"
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with opened(path) as file:
        assert list(read_rows(file, "question")) == rows(data)


def test_a_written_table_comes_back_and_none_of_its_text_runs() -> None:
    text = written(["question", "=x"], [["=1+1", -0.5], ["two\nlines, one comma", 3]])
    [header, *_] = csv.reader(io.StringIO(text))
    assert header == ["question", "'=x"]
    assert "-0.5" in text and "'-0.5" not in text  # a number stays one
    assert rows(text) == [
        (1, {"question": "=1+1", "'=x": "-0.5"}),
        (2, {"question": "two\nlines, one comma", "'=x": "3"}),
    ]
