"""Tables in JSON: every value has a text, a broken row is one row, and nothing is read whole."""

import io
import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.transfer import json_files
from faq.transfer.files import read_table
from faq.transfer.table import Column, Row, Table, Unreadable, UnreadableFile
from tests.faq.texts import any_text


def table(data: str | bytes, name: str = "") -> Table:
    return read_table(io.BytesIO(data.encode() if isinstance(data, str) else data), name)


def rows(data: str | bytes, name: str = "") -> list[Row]:
    return list(table(data, name).rows)


names = st.lists(
    any_text.filter(lambda t: t == t.strip() and bool(t)), min_size=1, max_size=3, unique=True
)


@given(names, st.data(), st.booleans())
def test_any_table_comes_back(columns: list[str], data: st.DataObject, lines: bool) -> None:
    values = any_text | st.lists(any_text, max_size=3).map(tuple)
    row = st.lists(values, min_size=len(columns), max_size=len(columns))
    some = data.draw(st.lists(row, min_size=1, max_size=4))
    file = io.BytesIO()
    json_files.write(file, [Column(name) for name in columns], some, lines=lines)
    found = read_table(io.BytesIO(file.getvalue()), "x.json")
    assert found.columns == tuple(columns)
    flat = [[value if isinstance(value, str) else "\n".join(value) for value in r] for r in some]
    assert [cells for _, cells in found.rows] == [dict(zip(columns, r, strict=True)) for r in flat]


def test_every_value_has_a_text() -> None:
    values = '{"a": 1.10, "b": true, "c": null, "d": ["x", 2, false], "e": 12345678901234567890}'
    [(_, cells)] = rows(f"[{values}]")
    assert cells == {
        "a": "1.10",
        "b": "true",
        "c": "",
        "d": "x\n2\nfalse",
        "e": "12345678901234567890",
    }


def test_an_object_in_an_object_is_no_text_but_harms_nothing_else() -> None:
    [(_, cells)] = rows('[{"question": "lost", "more": {"deep": 1}, "list": [{"x": 1}]}]')
    assert isinstance(cells, dict)
    assert cells["question"] == "lost"
    assert cells["more"] == cells["list"] == Unreadable("an object")
    assert isinstance(cells["more"], Unreadable) and isinstance(cells["list"], Unreadable)


@pytest.mark.parametrize("depth", [600, 900])
def test_lists_that_are_too_deep_are_no_text(depth: int) -> None:
    [(_, cells)] = rows(f'[{{"q": "a", "more": {"[" * depth}{"]" * depth}}}]')
    assert cells == {"q": "a", "more": Unreadable("lists too deep in lists")}


def test_columns_are_those_of_all_objects_together() -> None:
    found = table('[{"question": "a"}, {"answer": "b", "question": "c"}]')
    assert found.columns == ("question", "answer")
    assert [cells for _, cells in found.rows] == [
        {"question": "a"},
        {"answer": "b", "question": "c"},
    ]


def test_what_is_no_object_is_one_bad_row() -> None:
    assert rows('[{"q": "a"}, 5, "b", [1], null, true, {"q": "c"}]')[1:] == [
        (2, "The row is text or a number, expected an object with names."),
        (3, "The row is text or a number, expected an object with names."),
        (4, "The row is a list, expected an object with names."),
        (5, "The row is null, expected an object with names."),
        (6, "The row is true or false, expected an object with names."),
        (7, {"q": "c"}),
    ]


def test_a_broken_line_is_one_bad_row_and_empty_ones_are_none() -> None:
    assert rows('{"q": "a"}\n\n{"q": \n{"q": "b"} x\n{"q": "c"}') == [
        (1, {"q": "a"}),
        (2, "The row is not JSON: Expecting value."),
        (3, "The row is not JSON: Extra data."),
        (4, {"q": "c"}),
    ]


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("", "The file is not JSON at line 1, column 12: Expecting ',' or ']'. Nothing"),
        (", {", "line 1, column 15: Expecting property name enclosed in double quotes."),
        (',\n {"q": 1', "line 2, column 9: Expecting ',' delimiter."),
        (" x", "Expecting ',' or ']'"),
        ("] x", "line 1, column 14: Extra data."),
        (', {"q": ' + "[" * 99_999, "The file has objects too deep in objects."),
    ],
)
def test_a_damaged_list_is_read_to_the_damage(end: str, says: str) -> None:
    first, second, *more = rows('[{"q": "a"}' + end)
    assert first == (1, {"q": "a"})
    assert second[0] == 2 and says in str(second[1])
    assert more == []


def test_a_list_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "MOST_BYTES", 3 << 20)
    text = json.dumps({"question": "x" * (1 << 20)})
    assert len(rows("\n".join([text] * 4))) == 4
    with pytest.raises(UnreadableFile, match=r"may have 3 MB, this one has 4\. Save it as JSON L"):
        table(f"  [{','.join([text] * 4)}]")


def test_a_line_without_an_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "MOST_CHARACTERS", 1000)
    found = rows('{"q": "a"}\n{"q": "' + "x" * 2000)
    assert len(found) == 2
    assert "more than 1,000 characters" in str(found[1][1])


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_other_encodings_are_read(codec: str) -> None:
    assert rows('[{"question": "Tür"}]'.encode(codec), "x.json") == [(1, {"question": "Tür"})]


@pytest.mark.parametrize(
    "data", ["[1, 2]", "[", "5", "[[[]]]", "{]", "nothing", "[5" + " " * 99_999]
)
def test_a_file_without_an_object_is_refused(data: str) -> None:
    with pytest.raises(UnreadableFile, match=r"The file has no JSON objects with names\. The "):
        table(data, "x.json")


def test_a_csv_that_begins_like_json_is_recognised_by_its_name() -> None:
    assert table('[{"a",b\nc,d\n', "x.csv").columns == ('[{"a"', "b")


@pytest.mark.parametrize("data", ["", "\t", " \n" * 99_999])
def test_a_file_of_nothing_has_no_columns(data: str) -> None:
    assert table(data, "x.json").columns == ()
