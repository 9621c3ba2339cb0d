"""Tables in Excel workbooks: what cells say, and what no workbook may do to this machine."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from openpyxl import Workbook

from faq.transfer import excel_files
from faq.transfer.files import read_table
from faq.transfer.table import Column, Row, Table, Unreadable, UnreadableFile
from tests.faq.texts import HOSTILE, any_text


def saved(*rows: list[Any], then: Callable[[Workbook], object] = lambda book: None) -> bytes:
    """A workbook as Excel would save it."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)  # type: ignore[attr-defined]
    then(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(data: bytes) -> Table:
    return read_table(io.BytesIO(data), "x.xlsx")


def rows(data: bytes) -> list[Row]:
    return list(table(data).rows)


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with another part in the place of one."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part))
    return file.getvalue()


def with_sheet(rows: str) -> bytes:
    """A workbook whose one sheet holds this XML."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(saved(["question"]), "xl/worksheets/sheet1.xml", sheet.encode())


HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>question</t></is></c></row>'

cells = any_text | st.text("_x041\0\r\n=' ", max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=2).filter(any), max_size=4))
@example([["_x0041_", "_x005F_x0041_"]])
@settings(deadline=None, max_examples=60)
def test_any_table_comes_back(some: list[list[str]]) -> None:
    file = io.BytesIO()
    excel_files.write(file, [Column("question"), Column("answer")], some)
    assert list(excel_files.read(file).rows) == [
        (number, dict(zip(("question", "answer"), row, strict=True)))
        for number, row in enumerate(some, start=2)
        if any(map(str.strip, row))
    ]


def test_every_cell_has_a_text() -> None:
    values = [
        ("lost card", "lost card"),
        (5, "5"),
        (0.1 + 0.2, "0.3"),
        (1e20, "1e+20"),
        (True, "true"),
        (date(2026, 12, 31), "2026-12-31"),
        (datetime(2026, 12, 31, 8, 30), "2026-12-31 08:30:00"),
        (time(8, 30), "08:30:00"),
        ("'=1+1", "=1+1"),
        (None, ""),
        ("_x0041_", "A"),
    ]
    names = [f"column {place}" for place in range(len(values))]
    [(_, found)] = rows(saved(names, [value for value, _ in values]))
    assert found == dict(zip(names, [text for _, text in values], strict=True))


def test_a_formula_is_its_result_and_an_error_is_none() -> None:
    some = (
        HEAD + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'
        '<row r="3"><c r="A3" t="str"><f>"a"</f><v>a</v></c></row>'
        '<row r="4"><c r="A4"><f>1+1</f></c></row>'
        '<row r="5"><c r="A5" t="e"><v>#REF!</v></c></row>'
        '<row r="6"><c r="A6" t="s"><v>99</v></c></row>'
        '<row r="7"><c r="A7"><v>many</v></c></row>'
    )
    found = [cells["question"] for _, cells in rows(with_sheet(some)) if isinstance(cells, dict)]
    assert found == [
        "2",
        "a",
        "a formula without a result",
        "the error #REF!",
        "something that the workbook does not explain",
        "something that the workbook does not explain",
    ]
    assert [isinstance(text, Unreadable) for text in found] == [False, False, *[True] * 4]


def test_empty_rows_are_none_and_the_first_filled_one_is_the_names() -> None:
    assert rows(saved([], ["question", "answer"], [], ["lost", None], [None, None], ["new"])) == [
        (4, {"question": "lost", "answer": ""}),
        (6, {"question": "new", "answer": ""}),
    ]


def test_the_first_sheet_that_can_be_seen_is_read() -> None:
    def hide(book: Workbook) -> None:
        book["Sheet"].sheet_state = "hidden"
        book.create_sheet("FAQ").append(["question"])
        book.create_sheet("Old").append(["answer"])

    found = table(saved(["secret"], then=hide))
    assert (found.columns, found.description) == (("question",), "an Excel workbook, sheet 'FAQ'")


def with_shared(texts: str, rows: str) -> bytes:
    """A workbook whose cells may name these shared texts, as Excel writes them."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{kinds}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(
            [("worksheet", "/xl/worksheets/sheet1.xml"), ("sharedStrings", "texts.xml")], start=1
        )
    )
    data = with_part(
        with_sheet(rows),
        "xl/_rels/workbook.xml.rels",
        f"<Relationships>{relations}</Relationships>".encode(),
    )
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a", 8) as archive:
        archive.writestr("xl/texts.xml", f"<sst>{texts}</sst>")
    return file.getvalue()


def test_shared_texts_with_many_styles_and_readings_are_read() -> None:
    texts = "<si><r><t>lost </t></r><r><t>card_x000D_</t></r><rPh><t>reading</t></rPh></si>"
    data = with_shared(texts, HEAD + '<row r="2"><c t="s"><v>0</v></c></row>')
    assert rows(data) == [(2, {"question": "lost card\r"})]


def test_many_shared_texts_are_kept_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_files, "IN_MEMORY", 100)
    texts = "".join(f"<si><t>Wo ist Tür {number}?</t></si>" for number in range(200))
    some = "".join(f'<row><c t="s"><v>{number}</v></c></row>' for number in reversed(range(200)))
    found = rows(with_shared(texts, HEAD + some))
    assert [cells for _, cells in found] == [
        {"question": f"Wo ist Tür {number}?"} for number in reversed(range(200))
    ]


# Workbooks as people keep them

NAMES = ["Question", "Answer"]


def test_all_sheets_with_questions_are_read_and_the_others_named() -> None:
    def add(book: Workbook) -> None:
        book["Sheet"].title = "Read me"
        for name, names, row in (
            ("Doors", NAMES, ["Where?", "Here"]),
            ("Geld", ["Antwort", "Frage"], ["Fünf Euro", "Wie viel?"]),
            ("Old", NAMES, ["Was it?", "Yes"]),
            ("Lists", ["Colour"], ["red"]),
        ):
            sheet = book.create_sheet(name)
            sheet.append(names)
            sheet.append(row)
        book["Old"].sheet_state = "hidden"

    found = table(saved(["This is our list."], then=add))
    assert found.description == "an Excel workbook, sheet 'Doors', sheet 'Geld'"
    assert [cells for _, cells in found.rows] == [
        {"Question": "Where?", "Answer": "Here", "sheet": "Doors"},
        {"Question": "Wie viel?", "Answer": "Fünf Euro", "sheet": "Geld"},
    ]
    assert found.notes == (
        "The hidden sheet 'Old' is not used.",
        "The sheet 'Read me' has no questions and is not used.",
        "The sheet 'Lists' has no questions and is not used.",
    )


def test_the_sheet_is_the_category_only_where_there_is_none() -> None:
    def add(book: Workbook) -> None:
        sheet = book.create_sheet("Doors")
        sheet.append(NAMES)
        sheet.append(["Where?", "Here"])

    found = table(saved([*NAMES, "Category"], ["Who?", "Me", "People"], then=add))
    categories = [cells["Category"] for _, cells in found.rows if isinstance(cells, dict)]
    assert categories == ["People", "Doors"]


def test_a_merged_cell_is_the_text_of_all_its_rows() -> None:
    rows_ = [["Topic", *NAMES], ["Doors", "A?", "B"], [None, "C?", "D"], ["Money", "E?", "F"]]
    found = rows(saved(*rows_, then=lambda book: book["Sheet"].merge_cells("A2:A3")))
    assert [cells["Topic"] for _, cells in found if isinstance(cells, dict)] == [
        "Doors",
        "Doors",
        "Money",
    ]


def test_a_title_and_empty_rows_are_above_the_names() -> None:
    data = saved(
        ["Our questions"],
        [],
        [None, *NAMES],
        [None, "Where?", "Here"],
        then=lambda book: book["Sheet"].merge_cells("A1:C1"),
    )
    found = table(data)
    assert list(found.rows) == [(4, {"column 1": "", "Question": "Where?", "Answer": "Here"})]
    assert found.notes == (
        "Sheet 'Sheet': The line 'Our questions' above the columns is not used.",
    )


@pytest.mark.parametrize(
    ("text", "address", "read"),
    [
        ("our form", "https://example.com/form", "[our form](https://example.com/form)"),
        ("write", "mailto:a@example.com", "[write](mailto:a@example.com)"),
        ("https://example.com/", "https://example.com/", "https://example.com/"),
        ("see there", "#Sheet2!A1", "see there"),
        ("run", "file:///bin/sh", "run"),
        ('=HYPERLINK("https://example.com/x","site")', "", "[site](https://example.com/x)"),
    ],
)
def test_the_address_of_a_link_stays_with_its_text(text: str, address: str, read: str) -> None:
    def link(book: Workbook) -> None:
        if address:
            book["Sheet"]["B2"].hyperlink = address
            book["Sheet"]["B2"].value = text

    [(_, cells)] = rows(saved(NAMES, ["Where?", text], then=link))
    assert cells == {"Question": "Where?", "Answer": read}


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [
        (0, "General", "0"),
        (False, "General", "false"),
        (0.25, "0%", "25%"),
        (0.125, "0.0%", "12.5%"),
        (1.5, "[h]:mm", "36:00"),
        (46387, "dd.mm.yyyy", "2026-12-31"),
        (2.5, "0.00", "2.5"),
    ],
)
def test_numbers_are_answers_as_they_are_shown(value: object, shown: str, read: str) -> None:
    def style(book: Workbook) -> None:
        book["Sheet"]["B2"].number_format = shown

    [(_, cells)] = rows(saved(NAMES, ["How much?", value], then=style))
    assert cells == {"Question": "How much?", "Answer": read}


# Workbooks that would do harm


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(saved(["question"]))) as book:
            for part in book.namelist():
                if "sheet1" not in part:
                    archive.writestr(part, book.read(part))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(100):
                sheet.write(b" " * 1_000_000)
    with pytest.raises(UnreadableFile, match=r"would unpack to 95 MB from 0\.1 MB"):
        table(bomb.getvalue())


def test_entities_that_multiply_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    xml = (
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><worksheet><sheetData><row><c t="str"><v>'
        "&l9;</v></c></row></sheetData></worksheet>"
    )
    data = with_part(saved(["question"]), "xl/worksheets/sheet1.xml", xml.encode())
    with pytest.raises(UnreadableFile, match="damaged from here on: limit on input amplification"):
        table(data)


def test_a_row_that_never_ends_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_files, "MOST_OF_ELEMENT", 100_000)
    some = HEAD + '<row r="2">' + '<c t="str"><v>x</v></c>' * 50_000 + "</row>"
    [(number, why)] = rows(with_sheet(some))
    assert (number, why) == (1, "A row of the workbook is larger than any that fits.")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('<row r="999999999999"><c r="A999999999999" t="str"><v>x</v></c></row>', "x"),
        ('<row r="2"><c r="ZZZZ2" t="str"><v>x</v></c></row>', "has 16385 cells, the line with"),
        ('<row r="2"><c r="?" t="str"><v>x</v></c></row>', "x"),
        ('<row r="2"><c r="C2" t="str"><v>x</v></c></row>', "has 3 cells, the line with"),
        ('<row r="2"><c s="77"><v>' + "9" * 400 + "</v></c></row>", "does not explain"),
        ('<row r="2"><c s="-5"><v>1</v></c></row>', "1"),
        ('<row r="2"><c s="x"><v>1</v></c></row>', "does not explain"),
        ('<row r="2"><c t="b"><v>maybe</v></c></row>', "does not explain"),
        ('<row r="2"><c t="inlineStr"/><c t="str"><v>x</v></c></row>', "has 2 cells"),
    ],
)
def test_cells_that_make_no_sense_cost_their_row_alone(row: str, says: str) -> None:
    fine = '<row r="3"><c r="A3" t="str"><v>fine</v></c></row>'
    bad, good = rows(with_sheet(HEAD + row + fine))
    assert says in str(bad[1])
    assert good == (3, {"question": "fine"})


def test_a_workbook_that_was_cut_short_gives_a_sentence() -> None:
    data = saved(["question"], *([f"card {number}"] for number in range(500)))
    for cut in range(0, len(data), len(data) // 40):
        with pytest.raises(UnreadableFile):
            list(table(data[: cut + 4]).rows)
            raise AssertionError(f"cut at {cut}")


def test_a_damaged_sheet_is_read_to_the_damage() -> None:
    first, second = rows(with_sheet(HEAD + '<row r="2"><c t="str"><v>x</v></c></row><row><c'))
    assert first == (2, {"question": "x"})
    assert "The workbook is damaged from here on" in str(second[1])


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"],
)
@pytest.mark.parametrize("content", [b"", b"<", b"\0\0", b"<a/>", "<x>é".encode("utf-16")])
def test_parts_that_are_damaged_give_a_sentence(part: str, content: bytes) -> None:
    data = with_part(saved(["question"], ["lost"]), part, content)
    try:
        table(data)
    except UnreadableFile as error:
        assert "workbook" in str(error)


def test_a_zip_of_another_kind_gives_a_sentence() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other/document.xml", "<w/>")
    with pytest.raises(UnreadableFile, match="a zip, but no Excel workbook"):
        table(file.getvalue())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel workbook, or one with a"),
        (b"%PDF-1.7\n", "The file is a PDF."),
        (b"\x1f\x8b\x08", "packed with gzip"),
    ],
)
def test_files_of_other_kinds_are_recognised_whatever_their_name(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        table(data)


def test_a_csv_named_as_a_workbook_is_a_csv(tmp_path: Path) -> None:
    assert table(b"question\nlost\n").description == "CSV, separated by commas, in UTF-8"


def test_hostile_texts_stay_as_they_are() -> None:
    file = io.BytesIO()
    excel_files.write(file, [Column("question")], [[text] for text in HOSTILE.values()])
    found = [
        cells["question"] for _, cells in excel_files.read(file).rows if isinstance(cells, dict)
    ]
    assert found == list(HOSTILE.values())
