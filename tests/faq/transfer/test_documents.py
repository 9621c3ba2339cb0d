"""Questions and answers as people write them into documents of every kind."""

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from faq.transfer.columns import by_field, chosen
from faq.transfer.files import read_table
from faq.transfer.table import Table, UnreadableFile

Expected = list[tuple[str, ...]]


def read(source: str | bytes, name: str) -> Table:
    data = source if isinstance(source, bytes) else source.encode()
    return read_table(io.BytesIO(data), name)


def entries(source: str | bytes, name: str) -> Expected:
    """Return the questions, answers and, where there are any, categories in a document; of a row
    that is left out, why."""
    table = read(source, name)
    columns = chosen(table)
    found: Expected = []
    for _, cells in table.rows:
        if isinstance(cells, str):
            found.append((cells,))
            continue
        row = by_field(cells, columns)
        texts = (row["question"], row.get("answer", ""), row.get("category", ""))
        found.append(texts if texts[2] else texts[:2])
    return found


WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>{more}</w:style>'
    for id_, name, more in (
        ("Titel", "Title", ""),
        ("berschrift1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("berschrift2", "heading 2", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>'),
        ("Meine", "My heading", '<w:basedOn w:val="berschrift2"/>'),
        ("Fett", "Strong line", "<w:rPr><w:b/></w:rPr>"),
        ("Frage", "FAQ Question", ""),
        ("Nummern", "List Number", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
        ("Inhalt", "toc 1", ""),
    )
)
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:numFmt w:val="{kind}"/></w:lvl>'
    "</w:abstractNum>"
    for n, kind in ((1, "decimal"), (2, "bullet"))
) + "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in (1, 2))


def run(text: str, settings: str = "") -> str:
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(map(escape, text.split("\n")))
    return f'<w:r><w:rPr>{settings}</w:rPr><w:t xml:space="preserve">{lines}</w:t></w:r>'


def field(place: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{place}"/></w:r>'


def par(*runs: str, style: str = "", number: int = 0, depth: int = 0) -> str:
    """Return a paragraph of Word of texts and runs, those in ** bold."""
    settings = f'<w:pStyle w:val="{style}"/>' * bool(style) + (
        f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>' * bool(number)
    )
    inside = "".join(
        text if text.startswith("<w:") else run(text.strip("*"), "<w:b/>" * text.startswith("**"))
        for text in runs
    )
    return f"<w:p><w:pPr>{settings}</w:pPr>{inside}</w:p>"


def grid(*rows: tuple[str, ...]) -> str:
    """Return a table of Word, whose cells are texts or paragraphs."""
    return (
        "<w:tbl>"
        + "".join(
            "<w:tr>"
            + "".join(
                f"<w:tc>{cell if cell.startswith('<w:') else par(cell)}</w:tc>" for cell in row
            )
            + "</w:tr>"
            for row in rows
        )
        + "</w:tbl>"
    )


def word(*parts: str, plain: bool = False) -> bytes:
    """Return a Word document; a `plain` one has no styles."""
    names = f'xmlns:w="{WORDS}" xmlns:r="{RELATIONS}"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        body = f"<w:document {names}><w:body>{''.join(parts)}</w:body></w:document>"
        archive.writestr("word/document.xml", body)
        if not plain:
            archive.writestr("word/styles.xml", f"<w:styles {names}>{STYLES}</w:styles>")
            archive.writestr(
                "word/numbering.xml", f"<w:numbering {names}>{NUMBERING}</w:numbering>"
            )
            archive.writestr(
                "word/_rels/document.xml.rels",
                f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/hyperlink" '
                'Target="https://example.org/?a=1&amp;b=2" TargetMode="External"/></Relationships>',
            )
    return file.getvalue()


OVEN = ("When is the oven hot?", "From six.")
BREAD = ("Do you sell rye bread?", "On Fridays.")
BOTH: Expected = [OVEN, BREAD]
BAKING = [(*pair, "Baking") for pair in BOTH]

Q1, Q2 = OVEN[0], BREAD[0]
WORD: dict[str, tuple[bytes, Expected]] = {
    "headings": (
        word(
            par("FAQ", style="Titel"),
            par("Baking", style="berschrift1"),
            par(Q1, style="berschrift2"),
            par("From six."),
            par(Q2, style="berschrift2"),
            par("On Fridays."),
        ),
        BAKING,
    ),
    "headings of English styles that are not there": (
        word(
            par("FAQ", style="Title"),
            par("Baking", style="Heading1"),
            par(Q1, style="Heading2"),
            par("From six."),
            par(Q2, style="Heading2"),
            par("On Fridays."),
            plain=True,
        ),
        BAKING,
    ),
    "headings without question marks": (
        word(
            par("Opening hours", style="berschrift1"),
            par("Six to noon."),
            par("Dogs", style="berschrift1"),
            par("Outside."),
        ),
        [("Opening hours", "Six to noon."), ("Dogs", "Outside.")],
    ),
    "styles of one's own": (
        word(par(Q1, style="Meine"), par("From six."), par(Q2, style="Meine"), par("On Fridays.")),
        BOTH,
    ),
    "a style for questions": (
        word(
            par("The oven", style="Frage"),
            par("From six."),
            par("Rye bread", style="Frage"),
            par("On Fridays."),
        ),
        [("The oven", "From six."), ("Rye bread", "On Fridays.")],
    ),
    "a bold style": (
        word(
            par("Opening hours", style="Fett"),
            par("Six to noon."),
            par("Dogs", style="Fett"),
            par("Outside."),
        ),
        [("Opening hours", "Six to noon."), ("Dogs", "Outside.")],
    ),
    "bold": (
        word(
            par("**When is ", "**the oven hot?"),
            par("From six."),
            par("**" + Q2),
            par("On ", "**Fridays", "."),
        ),
        [OVEN, (Q2, "On **Fridays**.")],
    ),
    "bold and a line break": (
        word(par("**" + Q1, run("\nFrom six.")), par("**" + Q2, run("\nOn Fridays."))),
        BOTH,
    ),
    "bold and numbered": (
        word(
            par("**" + Q1, number=1), par("From six."), par("**" + Q2, number=1), par("On Fridays.")
        ),
        BOTH,
    ),
    "numbered": (
        word(
            par("Questions", style="Titel"),
            par(Q1, style="Nummern"),
            par("From six."),
            par(Q2, style="Nummern"),
            par("On Fridays."),
        ),
        BOTH,
    ),
    "numbers typed": (
        word(par("1. " + Q1), par("From six."), par("2. " + Q2), par("On Fridays.")),
        BOTH,
    ),
    "a list of questions and answers": (
        word(
            par(Q1, number=1),
            par("From six.", number=1, depth=1),
            par(Q2, number=1),
            par("On Fridays.", number=1, depth=1),
        ),
        [(Q1, "1. From six."), (Q2, "1. On Fridays.")],
    ),
    "a table": (
        word(
            grid(
                ("Question", "Answer"), (Q1, "From six."), (Q2, par("On Fridays.") + par("Early."))
            )
        ),
        [OVEN, (Q2, "On Fridays.\n\nEarly.")],
    ),
    "a table without names": (
        word(grid(("**" + Q1, "From six."), ("**" + Q2, "On Fridays."))),
        BOTH,
    ),
    "a table of three": (
        word(
            grid(
                ("Topic", "Question", "Answer"),
                ("Baking", Q1, "From six."),
                ("Baking", Q2, "On Fridays."),
            )
        ),
        BAKING,
    ),
    "labels": (
        word(par("Q: " + Q1), par("A: From six."), par("Q: " + Q2), par("A: On Fridays.")),
        BOTH,
    ),
    "bold labels": (
        word(
            par("**Q: ", Q1),
            par("**A: ", "From six."),
            par("**Q: ", Q2),
            par("**A: ", "On Fridays."),
        ),
        BOTH,
    ),
    "labels and line breaks": (
        word(
            par(f"Frage 1: {Q1}\nAntwort: From six."), par(f"Frage 2: {Q2}\nAntwort: On Fridays.")
        ),
        BOTH,
    ),
    "lists in an answer": (
        word(
            par("How do I order?", style="berschrift1"),
            par("So:"),
            par("By phone", number=2),
            par("before noon", number=2, depth=1),
            par("In the shop", number=2),
            par("Then pay."),
        ),
        [("How do I order?", "So:\n\n- By phone\n  - before noon\n- In the shop\n\nThen pay.")],
    ),
    "a link": (
        word(
            par("Where?", style="berschrift1"),
            par("See ", '<w:hyperlink r:id="r1"><w:r><w:t>the map</w:t></w:r></w:hyperlink>', "."),
        ),
        [("Where?", "See [the map](https://example.org/?a=1&b=2).")],
    ),
    "a link in a field": (
        word(
            par("Where?", style="berschrift1"),
            par(
                field("begin")
                + '<w:r><w:instrText> HYPERLINK "https://example.org" </w:instrText></w:r>'
                + field("separate")
                + run("Here")
                + field("end"),
                ".",
            ),
        ),
        [("Where?", "[Here](https://example.org).")],
    ),
    "contents": (
        word(
            "<w:sdt><w:sdtPr><w:docPartGallery w:val='Table of Contents'/></w:sdtPr><w:sdtContent>"
            + par(Q1 + " 3")
            + "</w:sdtContent></w:sdt>",
            par(Q2 + " 4", style="Inhalt"),
            par(Q1, style="berschrift1"),
            par("From six."),
            par(Q2, style="berschrift1"),
            par("On Fridays."),
        ),
        BOTH,
    ),
    "changes that are followed": (
        word(
            par(Q1, style="berschrift1"),
            par(
                "<w:ins><w:r><w:t>From six.</w:t></w:r></w:ins>"
                "<w:del><w:r><w:delText>From five.</w:delText></w:r></w:del>"
            ),
            par(Q2, style="berschrift1"),
            par("On Fridays."),
        ),
        BOTH,
    ),
    "paragraphs that ask": (
        word(par(Q1), par("From six."), par(""), par(Q2), par("On Fridays.")),
        BOTH,
    ),
    "signs": (
        word(par("Bread & <butter>?", style="berschrift1"), par("R&D <b>no</b>.\tYes")),
        [("Bread & <butter>?", "R&D <b>no</b>. Yes")],
    ),
}


def cases(name: str) -> Iterator[Any]:
    """Yield the documents in a file beside this one, each with what is in it."""
    text = (Path(__file__).parent / "documents" / f"{name}.txt").read_text()
    for case in re.split(r"\n*^######## (?!becomes)", text, flags=re.MULTILINE)[1:]:
        document, _, expected = case.partition("\n######## becomes\n")
        title, _, source = document.partition("\n")
        known = {"BOTH": BOTH, "BAKING": BAKING}.get(expected.strip())
        lines = known or [tuple(json.loads(line)) for line in expected.strip().split("\n")]
        yield pytest.param(source, lines, id=title)


@pytest.mark.parametrize(("source", "expected"), list(cases("markdown")))
def test_markdown(source: str, expected: Expected) -> None:
    assert entries(source, "faq.md") == expected
    assert entries(source.replace("\n", "\r\n"), "faq.md") == expected


@pytest.mark.parametrize(("source", "expected"), list(cases("pages")))
def test_web_pages(source: str, expected: Expected) -> None:
    assert entries(source, "faq.html") == expected


@pytest.mark.parametrize(("source", "expected"), list(cases("texts")))
def test_plain_texts(source: str, expected: Expected) -> None:
    assert entries(source, "faq.txt") == expected
    assert entries(source.replace("\n", "\r"), "faq.txt") == expected


@pytest.mark.parametrize(("source", "expected"), WORD.values(), ids=WORD)
def test_word_documents(source: bytes, expected: Expected) -> None:
    assert entries(source, "faq.docx") == expected


def test_what_is_not_used_is_named() -> None:
    notes = read("# FAQ\n\nWelcome to the bakery.\n\n## When?\n\nAt six.\n", "faq.md").notes
    assert notes == ("Text that belongs to no question is not used: 'Welcome to the bakery.'.",)


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">'
    '<!ENTITY c "' + "&b;" * 1000 + '">]>'
)


def packed(xml: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return file.getvalue()


@pytest.mark.parametrize(
    ("source", "name", "why"),
    [
        ("<div>" * 100_000, "faq.html", "more than 200 elements inside one another"),
        ("<b>x" * 1_000_000, "faq.html", "Split it"),
        ("<!--", "faq.html", "No questions and answers|empty"),
        ("## a\n" * 8_000_000, "faq.md", "more than 20,000,000 characters"),
        ("a\n" * 1_000_000, "faq.md", "more than 300,000 lines"),
        ("<p>Nothing to ask.</p>", "faq.html", "No questions and answers were found in a web page"),
        (packed("<a"), "faq.docx", "Save it again as .docx"),
        (packed("<a/>"), "faq.docx", "it has no text"),
        (packed(ENTITIES + "<a>&c;</a>"), "faq.docx", "Save it again as .docx"),
        (packed("<a>" + " " * 200_000_000 + "</a>"), "faq.docx", "would unpack to"),
        (packed("<a>" + "<b/>" * 3_000_000 + "</a>"), "faq.docx", "too large"),
        (packed("<a>" * 100_000), "faq.docx", "Save it again as .docx"),
    ],
    ids=range(12),
)
def test_what_cannot_be_read_is_refused_at_once(source: str | bytes, name: str, why: str) -> None:
    start = time.process_time()
    with pytest.raises(UnreadableFile, match=why):
        read(source, name)
    assert time.process_time() - start < 5


def test_scripts_without_an_end_and_far_merged_cells_take_no_time() -> None:
    start = time.process_time()
    page = "<h2>When?</h2><p>Now.</p>" + "<table>" + "<tr><td rowspan=999 colspan=999>x" * 1_000
    assert entries(page, "faq.html")[0][0] == "When?"
    with pytest.raises(UnreadableFile):
        read("<script type=application/ld+json>" * 50_000, "faq.html")
    assert time.process_time() - start < 5
