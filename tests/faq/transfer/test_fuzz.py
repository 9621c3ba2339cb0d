"""Any bytes at all as a file: entries or a sentence, never a traceback, never without an end.

A few of each kind in the normal run; 100,000 in all with ASKWELL_LONG=1, which `make fuzz` sets.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from faq.content import InvalidEntry, validated
from faq.fields import FIELDS, content_of
from faq.transfer.columns import by_field, chosen
from faq.transfer.files import BY_ENDING, EXCEL, WRITTEN, Kind, read_table
from faq.transfer.table import Column, UnreadableFile
from store import Content
from tests.faq.texts import any_text

LONG = bool(os.environ.get("ASKWELL_LONG"))
INPUTS = 10_000 if LONG else 40
fuzzed = settings(
    max_examples=INPUTS,
    deadline=timedelta(seconds=30),  # far more than any of these takes: a hang
    suppress_health_check=list(HealthCheck),
)
ROWS_READ = 2_000
names = st.sampled_from(["", *(f"x{ending}" for ending in BY_ENDING)])
columns = st.lists(st.sampled_from([field.name for field in FIELDS]), min_size=1, unique=True)


def bring(data: bytes, name: str) -> None:
    """Do with a file all that an import does before it embeds."""
    try:
        table = read_table(io.BytesIO(data), name)
        found = chosen(table, [f"question={table.columns[0]}"] if table.columns else [])
    except UnreadableFile as error:
        assert str(error).endswith(".") or "?" in str(error)
        return
    numbers = []
    for (number, cells), _ in zip(table.rows, range(ROWS_READ), strict=False):
        numbers.append(number)
        if isinstance(cells, str):
            assert cells
            continue
        assert set(cells) <= set(table.columns) or "JSON" in table.description
        try:
            validated(content_of(by_field(cells, found), Content("")))
        except InvalidEntry as error:
            assert str(error)
    assert numbers == sorted(numbers)  # as the file counts them


@given(st.binary(max_size=300), names)
@fuzzed
def test_any_bytes(data: bytes, name: str) -> None:
    bring(data, name)


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-16-be"]), names)
@fuzzed
def test_any_text(text: str, codec: str, name: str) -> None:
    bring(text.encode(codec, errors="replace"), name)


@given(st.text("question,answer;|\t\"\r\n\0é'=", max_size=200), names)
@fuzzed
def test_anything_like_a_table(text: str, name: str) -> None:
    bring(text.encode(), name)


@given(st.text('[]{}",:0123456789.eE-+ntfrueals\\ u\n', max_size=120), names)
@fuzzed
def test_anything_like_json(text: str, name: str) -> None:
    bring(text.encode(), name)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(json_values, st.integers(0, 200), names)
@fuzzed
def test_any_json_cut_anywhere(value: object, cut: int, name: str) -> None:
    text = json.dumps([value, {"question": value}, value])
    bring(text.encode(), name)
    bring(text[:cut].encode(), name)


def pieces(*some: str) -> st.SearchStrategy[str]:
    """Texts of pieces that readers look for, in any order."""
    return st.lists(st.sampled_from(some) | st.text(max_size=4), max_size=40).map("".join)


@given(
    pieces(
        *(
            "<h1>",
            "</h1>",
            "<h2>",
            "</h2>",
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<br>",
            "<div>",
            "</div>",
        ),
        *("<details>", "<summary>", "</details>", "<dl>", "<dt>", "<dd>", "<ul>", "<ol>", "<li>"),
        *(
            "<table>",
            "<tr>",
            "<td rowspan=3>",
            "<td colspan=9>",
            "<th>",
            "</table>",
            "<pre>",
            "<a ",
        ),
        *("href='#a'>", "</a>", "<!--", "-->", "<script type='application/ld+json'>", "</script>"),
        *('{"@type":"Question","name":"', '"}', "<div class='faq-question'>", "<nav>", "</nav>"),
        *("<div itemtype='https://schema.org/Question'>", "<i itemprop='name'>", "<hr>", "&#0;"),
        *(
            "Q: ",
            "A: ",
            "When?",
            "1. ",
            "Question",
            "Answer",
            "<meta>",
            "<body>",
            "<template>",
            "\0",
        ),
    )
)
@fuzzed
def test_anything_like_a_page(text: str) -> None:
    bring(text.encode(errors="replace"), "x.html")


@given(
    pieces(
        *(
            "# ",
            "## ",
            "\n",
            "\n\n",
            "**",
            "*",
            "_",
            "- ",
            "1. ",
            "   ",
            "> ",
            "```",
            "---\n",
            "| ",
        ),
        *("|-|-|\n", "[", "](", ")", "<details>", "<summary>", "<!-- entry {", "} -->", "&amp;"),
        *(
            "Q: ",
            "A: ",
            "Frage 1: ",
            "When?",
            "Question",
            "Answer",
            "===\n",
            "\t",
            "\r",
            "BAKING\n",
        ),
    ),
    st.sampled_from(["x.md", "x.txt", ""]),
)
@fuzzed
def test_anything_like_markdown_or_text(text: str, name: str) -> None:
    bring(text.encode(errors="replace"), name)


@given(
    pieces(
        *(
            "- ",
            "\n",
            "  ",
            "question: ",
            "answer: ",
            "&a ",
            "*a",
            "!!python/object:os.system ",
            "[",
            "]",
        ),
        *(
            "{",
            "}",
            "|\n",
            ">\n",
            "nlu:\n",
            "examples: ",
            "---\n",
            "'",
            '"',
            "? ",
            ": ",
            "<<: ",
            "1e9",
        ),
    )
)
@fuzzed
def test_anything_like_yaml(text: str) -> None:
    bring(text.encode(errors="replace"), "x.yaml")


@given(
    pieces(
        *("<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:t>", "</w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>"),
        *(
            "</w:tr>",
            "<w:tc>",
            "</w:tc>",
            "<w:pPr>",
            "</w:pPr>",
            '<w:pStyle w:val="Heading1"/>',
            "<w:br/>",
        ),
        *(
            '<w:numPr><w:ilvl w:val="7"/><w:numId w:val="1"/></w:numPr>',
            "<w:rPr><w:b/></w:rPr>",
            "When?",
        ),
        *(
            "<w:vMerge/>",
            '<w:gridSpan w:val="x"/>',
            '<w:gridSpan w:val="99"/>',
            "<w:hyperlink>",
            "Q: ",
        ),
    ),
    st.sampled_from(["document", "styles", "numbering"]),
)
@fuzzed
def test_word_documents_with_any_xml(xml: str, where: str) -> None:
    file = io.BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    whole = "<w:p><w:r><w:t>Q: When?</w:t></w:r></w:p><w:p><w:r><w:t>A: Now.</w:t></w:r></w:p>"
    parts = {"document": f"<w:body>{whole}</w:body>", "styles": "", "numbering": ""}
    parts[where] = f"<w:body>{xml}</w:body>"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:a {space}>{content}</w:a>")
    bring(file.getvalue(), "x.docx")


table_of = st.lists(st.tuples(any_text, any_text), min_size=1, max_size=5)
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6)


@pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.title)
@given(some=table_of, changed=changes, cut=st.floats(0, 1) | st.just(1.0), name=names)
@fuzzed
def test_files_with_changed_bytes(
    kind: Kind, some: list[tuple[str, str]], changed: list[tuple[float, int]], cut: float, name: str
) -> None:
    file = io.BytesIO()
    assert kind.write
    columns = [Column("question"), Column("answer"), Column("category")]
    kind.write(file, columns, [(*texts, "") for texts in some])
    data = bytearray(file.getvalue())
    for place, byte in changed:
        data[int(place * (len(data) - 1))] = byte
    bring(bytes(data[: int(cut * len(data))]), name)


xml = st.text('<>/"=row c v t is si n s 0123 A9&;xl', max_size=80)


@given(st.lists(xml, min_size=1, max_size=4), st.sampled_from(["sheet1", "styles", "workbook"]))
@fuzzed
def test_workbooks_with_any_xml(parts: list[str], where: str) -> None:
    file = io.BytesIO()
    EXCEL.write(file, [Column("question")], [["lost"], ["new"]])
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if where in part:
                at = content.find(b"<row")
                middle = "".join(parts).encode()
                content = content[:at] + middle + content[at:] if at > 0 else middle
            new.writestr(part, content)
    bring(changed.getvalue(), "x.xlsx")


@given(st.lists(json_values, min_size=1, max_size=4))
@fuzzed
def test_parquet_of_any_type(values: list[object]) -> None:
    file = io.BytesIO()
    with unless_arrow_refuses():
        pq.write_table(pa.table({"question": values, "x": values}), file)
    if file.getvalue():
        bring(file.getvalue(), "")


@contextmanager
def unless_arrow_refuses() -> Iterator[None]:
    with suppress(pa.ArrowException, OverflowError, TypeError, ValueError):
        yield
