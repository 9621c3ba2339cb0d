"""Tables in JSON: every value has a text, a broken row is one row, and nothing is read whole."""

import io
import json
import time

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
    any_text.filter(lambda t: t == t.strip() and bool(t)), max_size=2, unique=True
).map(lambda others: list(dict.fromkeys(["question", *others])))


@given(names, st.data(), st.booleans())
def test_any_table_comes_back(columns: list[str], data: st.DataObject, lines: bool) -> None:
    values = any_text.filter(str.strip)
    row = st.lists(values, min_size=len(columns), max_size=len(columns))
    some = data.draw(st.lists(row, min_size=1, max_size=4))
    file = io.BytesIO()
    json_files.write(file, [Column(name) for name in columns], some, lines=lines)
    found = json_files.read(io.BytesIO(file.getvalue()))
    assert found.columns == tuple(columns)
    assert [cells for _, cells in found.rows] == [dict(zip(columns, r, strict=True)) for r in some]


def test_every_value_has_a_text() -> None:
    values = '"a": 1.10, "b": true, "c": null, "d": ["x", 2, false], "e": 12345678901234567890'
    [(_, cells)] = rows(f'[{{"question": "lost", {values}}}]')
    assert cells == {
        "question": "lost",
        "a": "1.10",
        "b": "true",
        "d": "x\n2\nfalse",
        "e": "12345678901234567890",
    }


def test_an_object_in_an_object_is_no_text_but_harms_nothing_else() -> None:
    more = '"more": {"deep": 1}, "list": [{"x": 1}]'
    [(_, cells)] = rows(f'[{{"question": "lost", "answer": "a", {more}}}]')
    assert isinstance(cells, dict)
    assert (cells["question"], cells["answer"]) == ("lost", "a")
    assert isinstance(cells["more"], Unreadable) and isinstance(cells["list"], Unreadable)


@pytest.mark.parametrize("depth", [60, 600, 900])
def test_lists_that_are_too_deep_cost_their_entry_alone(depth: int) -> None:
    nested = f'{{"q": {"[" * depth}"a"{"]" * depth}}}'
    found = rows(f'[{{"q": "a"}}, {nested}, {{"q": "c"}}]')
    assert found[0] == (1, {"q": "a"}) and found[-1][1] == {"q": "c"}
    assert "more than 50 levels inside one another" in str(found[1][1])


def test_columns_are_those_of_all_objects_together() -> None:
    found = table('[{"question": "a"}, {"answer": "b", "question": "c"}]')
    assert found.columns == ("question", "answer")
    assert [cells for _, cells in found.rows] == [
        {"question": "a"},
        {"answer": "b", "question": "c"},
    ]


def test_what_is_no_entry_is_one_bad_row() -> None:
    assert rows('[{"q": "a"}, 5, [1], null, true, {"q": "c"}]') == [
        (1, {"q": "a"}),
        (2, "The item 2: It is '5', expected an entry."),
        (3, "The item 3: It is '1', expected an entry."),
        (4, "The item 4: It is '', expected an entry."),
        (5, "The item 5: It is 'true', expected an entry."),
        (6, {"q": "c"}),
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
def test_a_damaged_list_is_refused_whole_with_its_place(end: str, says: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        table('[{"q": "a"}' + end)
    assert says in str(refused.value)
    assert str(refused.value).endswith(" Nothing of it was imported.")


def test_names_without_end_are_read_in_a_moment() -> None:
    names = {f"Is it {number}?": "No." for number in range(20_000)}
    started = time.process_time()
    assert len(rows(json.dumps(names), "x.json")) == 20_000
    wide = {"question": "Who?", "answer": "Me."} | {f"k{n}": "x" for n in range(20_000)}
    assert len(rows(json.dumps([wide]), "x.json")) == 1
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "data", ["[" * 999_999, '{"a":' * 99_999, '{"a":' * 60 + "1" + "}" * 60, '[{"q":' * 99_999]
)
def test_objects_too_deep_in_objects_are_refused(data: str) -> None:
    with pytest.raises(UnreadableFile, match=r"too deep in objects|more than 50 levels"):
        table(data, "x.json")


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
    ("data", "says"),
    [
        ("[1, 2]", "The item 1: It is '1', expected an entry."),
        ("5", "The line 1: It is '5', expected an entry."),
        ("[[[]]]", "No questions and answers were found in the JSON."),
        ("[", "The file is not JSON at line 1, column 2: Expecting value."),
        ("{]", "The file is not JSON at line 1, column 2: Expecting property name"),
        ("nothing", "The row is not JSON: Expecting value."),
        ("[5" + " " * 99_999, "The file is not JSON at line 1, column 3: Expecting ',' or ']'"),
        ("", "No questions and answers were found in"),
        (" \n" * 99_999, "No questions and answers were found in"),
    ],
)
def test_a_file_without_an_entry_is_refused(data: str, says: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        table(data, "x.json")
    assert says in str(refused.value)


def test_json_is_recognised_whatever_its_name_says() -> None:
    assert rows('[{"q": "a"}]', "x.csv") == [(1, {"q": "a"})]
