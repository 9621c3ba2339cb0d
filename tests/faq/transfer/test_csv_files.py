"""Tables in text files: nothing gets lost, nothing runs, nothing breaks."""

import csv
import io
import os
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.transfer import table as limits
from faq.transfer.csv_files import as_csv
from faq.transfer.files import opened_table, read_table
from faq.transfer.table import Refused, Row, Table, UnreadableFile, defused, restored
from tests.faq.texts import HOSTILE, MEGABYTE, any_text

MEGABYTES = 1_024 if os.environ.get("ASKWELL_LONG") else 16  # of the largest files

cells = any_text | st.text("'=+-@\t\r\n\", a;|", max_size=6)


def table(data: bytes | str, name: str = "x.csv") -> Table:
    return read_table(io.BytesIO(data.encode() if isinstance(data, str) else data), name)


def rows(data: bytes | str, name: str = "x.csv") -> list[Row]:
    return list(table(data, name).rows)


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
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=5)
    )
)
def test_any_table_comes_back(some: list[list[str]]) -> None:
    width = len(some[0]) if some else 1
    header = ["question", *(f"column {number}" for number in range(1, width))]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([defused(cell) for cell in row] for row in some)
    kept = [[cell.replace("\ufeff", "") for cell in row] for row in some]
    expected = [dict(zip(header, row, strict=True)) for row in kept if any(map(str.strip, row))]
    assert [cells for _, cells in rows(file.getvalue())] == expected


def test_columns_are_as_the_file_names_them_each_another_one() -> None:
    found = table(" Answer ,QUESTION,,answer,x\nyes,really?,a,b,c\n")
    assert found.columns == ("Answer", "QUESTION", "column 3", "answer (2)", "x")
    assert list(found.rows) == [
        (2, {"Answer": "yes", "QUESTION": "really?", "column 3": "a", "answer (2)": "b", "x": "c"})
    ]


def test_who_asks_for_one_column_gets_lower_case_names() -> None:
    assert list(table("Query,Expected\nlost,card\n").named("query")) == [
        (2, {"query": "lost", "expected": "card"})
    ]
    with pytest.raises(UnreadableFile, match=r"no column 'query'; its first line has 'a', 'b'\."):
        table("a,b\n").named("query")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_empty_lines_are_no_rows(line_end: str) -> None:
    text = line_end.join(["", "question", "", "one", " ", "two", ""])
    assert rows(text) == [(4, {"question": "one"}), (6, {"question": "two"})]


def test_a_short_row_lacks_its_last_columns_and_a_long_one_is_refused() -> None:
    found = rows("question,answer,topic\nshort,a\nlong,a,'=b,c\nfine,a,b\nopen\n")
    assert found == [
        (2, {"question": "short", "answer": "a"}),
        (3, "The row has 4 cells, the line with the names 3."),
        (4, {"question": "fine", "answer": "a", "topic": "b"}),
        (5, {"question": "open"}),
    ]
    assert isinstance(found[1][1], Refused)
    assert found[1][1].cells == ("long", "a", "=b", "c")


def test_a_cell_may_hold_a_megabyte_and_a_nul() -> None:
    [(_, found)] = rows(f'question,answer\n"{MEGABYTE}",a\0b\n')
    assert found == {"question": MEGABYTE, "answer": "a\0b"}


# Encodings


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
def test_the_encoding_is_detected(codec: str, name: str) -> None:
    text = "question,answer\nWo ist die Tür?,Über café\n"
    found = table(text.encode(codec))
    assert found.description == f"CSV, separated by commas, in {name}"
    assert list(found.rows) == [(2, {"question": "Wo ist die Tür?", "answer": "Über café"})]


def test_windows_quotes_and_bytes_that_it_lacks_are_read() -> None:
    found = rows(b"question\nF\xfcr \x93verlorene B\xfccher\x94 \x81\n")
    assert found == [(2, {"question": "Für “verlorene Bücher” \x81"})]


def test_a_letter_far_down_the_file_decides_the_encoding() -> None:
    found = rows(b"question\n" + b"lost card\n" * 200_000 + b"caf\xe9\n")
    assert found[-1] == (200_002, {"question": "café"})


def test_single_bytes_that_are_no_utf8_stay_in_their_row() -> None:
    data = "question\nTür\nÜber\n".encode() + b"caf\xe9\nfine\n"
    assert rows(data)[2:] == [(4, {"question": "caf\udce9"}), (5, {"question": "fine"})]


def test_utf16_that_was_cut_short_refuses_its_last_row_alone() -> None:
    found = rows("question\nlost card\nnew card\n".encode("utf-16")[:-3])
    assert found == [(2, {"question": "lost card"}), (3, {"question": "new car\udcff"})]


# Delimiters


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
def test_the_delimiter_is_detected(delimiter: str, name: str) -> None:
    others = "".join({",", ";", "\t", "|"} - {delimiter})
    text = f'question{delimiter}answer\nlost{others}{delimiter}"a{delimiter}b"\n'
    found = table(text)
    assert found.description == f"CSV, separated by {name}, in UTF-8"
    assert list(found.rows) == [(2, {"question": f"lost{others}", "answer": f"a{delimiter}b"})]


def test_of_two_delimiters_the_one_that_fits_every_line_is_it() -> None:
    found = table("question, if any;answer\nHow, when;now\nwhy;so, and so, and so\n")
    assert found.columns == ("question, if any", "answer")


@pytest.mark.parametrize(
    ("first", "delimiter"),
    [("sep=;", ";"), ("SEP=^", "^"), ('"sep=;"', ";"), ("\ufeffsep=\t", "\t")],
)
def test_a_line_that_names_the_delimiter_is_no_row(first: str, delimiter: str) -> None:
    text = f"{first}\r\nquestion{delimiter}answer\r\nWho, me?{delimiter}Yes, you\r\n"
    assert rows(text) == [(3, {"question": "Who, me?", "answer": "Yes, you"})]


def test_prices_with_commas_do_not_separate_cells() -> None:
    found = rows("Frage;Preis;Antwort\nWie viel?;2,50;Zwei, fünfzig\nWas?;3,00;Drei\n")
    assert found[0] == (2, {"Frage": "Wie viel?", "Preis": "2,50", "Antwort": "Zwei, fünfzig"})


@pytest.mark.parametrize(
    ("line", "question", "answer"),
    [
        ('"Who, me?","Yes, ""you"""', "Who, me?", 'Yes, "you"'),
        ('"Who, me?", "Yes, you"', "Who, me?", "Yes, you"),
        ('"Is \\"me\\" right, or I?","I, or \\"me\\""', 'Is "me" right, or I?', 'I, or "me"'),
        ('A 24" screen?,It has 24", and 3 kg', 'A 24" screen?', 'It has 24", and 3 kg'),
        ("Who?,First\\nsecond\\r\\nthird", "Who?", "First\nsecond\nthird"),
        ("Where?,C:\\notes\\new", "Where?", "C:\\notes\\new"),
        ("Who, me?,You, and me", "Who, me?", "You, and me"),
    ],
)
def test_what_careless_programs_write_is_read(line: str, question: str, answer: str) -> None:
    assert rows(f"question,answer\n{line}\n") == [(2, {"question": question, "answer": answer})]


def test_lines_that_are_quoted_whole_have_their_cells_inside() -> None:
    text = '"question,answer"\n"Who?,Me"\n"Where?,""Here, or there"""\n'
    assert rows(text) == [
        (2, {"question": "Who?", "answer": "Me"}),
        (3, {"question": "Where?", "answer": "Here, or there"}),
    ]


def test_marks_of_a_text_begin_cells_between_tabs() -> None:
    text = 'question\tanswer\n"Me" or "I"?\t"I" is right\n24" wide?\tYes\n'
    assert [cells for _, cells in rows(text, "x.tsv")] == [
        {"question": '"Me" or "I"?', "answer": '"I" is right'},
        {"question": '24" wide?', "answer": "Yes"},
    ]


def test_files_that_were_joined_have_marks_of_their_bytes_inside() -> None:
    assert rows("\ufeffquestion,answer\nWho?,Me\n\ufeffquestion,answer\nWhere?,Here\n") == [
        (2, {"question": "Who?", "answer": "Me"}),
        (4, {"question": "Where?", "answer": "Here"}),
    ]


# Files that would do harm


def test_a_quotation_mark_that_is_never_closed_ends_the_file() -> None:
    found = rows('question,answer\none,a\ntwo,"b\nthree,c\nfour,d\n')
    assert found[0] == (2, {"question": "one", "answer": "a"})
    assert len(found) == 2
    assert found[1][0] == 3
    assert str(found[1][1]).startswith("A quotation mark before 'b' is never closed")


def test_a_quotation_mark_that_swallows_a_large_file_gives_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("faq.transfer.csv_files.MOST_CHARACTERS", 1000)
    found = rows('question\none\n"two\n' + "lost card\n" * 10_000)
    assert found[0] == (2, {"question": "one"})
    assert len(found) == 2
    assert "Here are more than 1,000 characters without the end of a row" in str(found[1][1])


def test_a_line_that_never_ends_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faq.transfer.csv_files.MOST_CHARACTERS", 1000)
    with pytest.raises(UnreadableFile, match="Here are more than 1,000 characters"):
        table("\0" * 100_000)


def test_a_line_of_countless_columns_is_no_table() -> None:
    with pytest.raises(UnreadableFile, match=r"has 5,000 columns, more than 1,000"):
        table("a," * 5_000 + "\nx\n")


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "large.csv"
    line = ("lost card," + "answer " * 140 + "\n").encode() * 1000
    with path.open("wb") as file:
        file.write(b"question,answer\n")
        for _ in range(MEGABYTES):
            file.write(line)
    assert path.stat().st_size > 980_000 * MEGABYTES
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened_table(path) as found:
        assert sum(1 for _ in found.rows) == 1_000 * MEGABYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # in KiB


def test_a_large_file_of_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(MEGABYTES << 20)
    with pytest.raises(UnreadableFile, match="Is a quotation mark"), opened_table(path):
        pass


def test_a_file_that_cannot_be_opened_gives_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(UnreadableFile, match=r"none\.csv cannot be read: No such file"),
        opened_table(tmp_path / "none.csv"),
    ):
        pass
    with (
        pytest.raises(UnreadableFile, match="cannot be read: Is a directory"),
        opened_table(tmp_path),
    ):
        pass


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no name for a pipe")
def test_what_cannot_be_read_twice_is_kept_first() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write("question\nTür\n".encode("cp1252"))
    with opened_table(Path(f"/dev/fd/{reading}")) as found:
        assert list(found.rows) == [(2, {"question": "Tür"})]
    os.close(reading)


def test_a_written_table_comes_back_and_none_of_its_text_runs() -> None:
    text = as_csv([["question", "=x"], ["=1+1", -0.5], ["two\nlines, one comma", 3]])
    [header, *_] = csv.reader(io.StringIO(text))
    assert header == ["question", "'=x"]
    assert "-0.5" in text and "'-0.5" not in text  # a number stays one
    assert rows(text) == [
        (2, {"question": "=1+1", "=x": "-0.5"}),
        (3, {"question": "two\nlines, one comma", "=x": "3"}),
    ]


def test_a_row_that_is_too_long_by_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CHARACTERS", 100)
    data = '[{"question": "' + "x" * 200 + '"}, {"question": "fine"}]'
    assert rows(data) == [
        (1, "The row has more than 100 characters."),
        (2, {"question": "fine"}),
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_as_a_file_breaks_nothing(text: str) -> None:
    assert table(text).columns
