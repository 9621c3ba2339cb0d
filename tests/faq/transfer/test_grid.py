"""Lines of cells: where their names are, what they are without names, which of them are rows."""

import pytest

from faq.transfer.columns import by_field, chosen, guessed
from faq.transfer.grid import Line, is_table, table_of
from faq.transfer.table import Refused, Table


def lines(text: str) -> list[Line]:
    """The lines of a text, with bars between their cells."""
    return [(n, line.split("|")) for n, line in enumerate(text.strip("\n").split("\n"), 1)]


def grid(text: str, *, joint: str = "", padded: bool = False) -> Table:
    return table_of(lines(text), "a text", joint=joint, padded=padded)


def entries(read: Table) -> list[tuple[int, dict[str, str]]]:
    columns = chosen(read)
    return [(n, by_field(cells, columns)) for n, cells in read.rows if isinstance(cells, dict)]


ENTRY = {"question": "Who pays?", "answer": "Nobody"}


@pytest.mark.parametrize(
    ("text", "row", "above"),
    [
        ("Question|Answer\nWho pays?|Nobody", 2, []),
        ("Our questions 2026\n\nQuestion|Answer\nWho pays?|Nobody", 4, ["Our questions 2026"]),
        ("FAQ|\nas of May|\nFrage|Antwort\nWho pays?|Nobody", 4, ["FAQ", "as of May"]),
        ("FAQ||Version 2\nQuestion|Answer\nWho pays?|Nobody", 3, ["FAQ Version 2"]),
        ("Questions?|\nFrage|Antwort\n|\nWho pays?|Nobody", 4, ["Questions?"]),
        ("|Question|Answer|\n|---|:---:|\n|Who pays?|Nobody|", 3, []),
        ("Question|Answer||\nWho pays?|Nobody||", 2, []),
    ],
)
def test_lines_above_the_names_are_passed_over_and_said(
    text: str, row: int, above: list[str]
) -> None:
    read = grid(text)
    assert entries(read) == [(row, ENTRY)]
    assert read.notes == tuple(
        f"The line {line!r} above the columns is not used." for line in above
    )


def test_letters_below_the_names_are_no_names() -> None:
    read = grid("question|first|second\nWhich vitamin?|A|C\n|A|Q")
    assert read.columns == ("question", "first", "second")
    assert [number for number, _ in read.rows] == [2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "Who pays?|Nobody\nIs it far?|Ten minutes",
        "Nobody|Who pays?\nTen minutes|Is it far?",
        "7|Who pays?|Nobody\n8|Is it far?|Ten minutes",
        "Who pays for it|Nobody\nIs it far|Ten minutes",
        "だれが払いますか。|だれも\nいつですか。|毎日",
        "Чья это книга?|Ничья\nЧья сумка?|Твоя",
    ],
)
def test_columns_without_names_are_recognised_by_their_questions(text: str) -> None:
    read = grid(text)
    assert is_table(read)
    assert [number for number, _ in entries(read)] == [1, 2]
    assert read.notes == (
        "The columns have no names; what they are was recognised by their texts.",
    )
    found = entries(grid(text))[0][1]
    assert found["question"].startswith(("Who", "だれ", "Чья")) and found["answer"]


def test_a_column_that_repeats_itself_is_the_category() -> None:
    text = "Money|Who pays?|Nobody\nMoney|How much?|Nothing\nWay|Is it far?|No"
    assert [cells["category"] for _, cells in entries(grid(text))] == ["Money", "Money", "Way"]


def test_lines_without_questions_have_their_names_in_the_first_one() -> None:
    read = grid("key|size\na|1")
    assert not is_table(read)
    assert list(read.rows) == [(2, {"key": "a", "size": "1"})]


def test_rows_that_do_not_fit_are_refused_with_their_cells() -> None:
    text = "no|question|answer\n1|Who pays?|Nobody|extra\n2|Who?\n3|Who pays?|Nobody|\n4"
    rows = list(grid(text).rows)
    assert [number for number, _ in rows] == [2, 3, 4, 5]
    long, short, fine, _ = [cells for _, cells in rows]
    assert long == "The row has 4 cells, the line with the names 3."
    assert isinstance(long, Refused) and long.cells == ("1", "Who pays?", "Nobody", "extra")
    assert short == "The row has only 2 of 3 cells: one is missing."
    assert isinstance(fine, dict) and by_field(fine, guessed(list(fine))) == ENTRY


def test_a_sheet_may_end_its_rows_early() -> None:
    text = "no|question|answer\n2|Who?"
    assert entries(grid(text, padded=True)) == [(2, {"question": "Who?", "answer": ""})]


@pytest.mark.parametrize(
    ("row", "question", "answer"),
    [
        ("Who pays?|Nobody| or all", "Who pays?", "Nobody, or all"),
        ("If it rains| who pays?|Nobody", "If it rains, who pays?", "Nobody"),
        ("Price|Nothing| or little", "Price", "Nothing, or little"),
    ],
)
def test_commas_without_quotes_stay_in_their_text(row: str, question: str, answer: str) -> None:
    found = entries(grid(f"question|answer\n{row}", joint=","))
    assert found == [(2, {"question": question, "answer": answer})]


def test_the_names_that_come_again_are_no_row() -> None:
    text = "Question|Answer\nWho pays?|Nobody\nQuestion|Answer\nWho pays?|Nobody"
    assert entries(grid(text)) == [(2, ENTRY), (4, ENTRY)]


def test_names_are_different() -> None:
    assert grid("question|answer||Answer\na|b|c|d").columns == (
        "question",
        "answer",
        "column 3",
        "Answer (2)",
    )
