"""Files are recognised by what is in them, whatever they are called."""

import io

import pytest

from faq.transfer.files import read_table
from faq.transfer.table import UnreadableFile


@pytest.mark.parametrize("name", ["", "faq", "faq.txt", "faq.csv"])
@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("<!doctype html>\n<h2>When?</h2><p>At six.</p>", "a web page"),
        ("<!-- saved --><div><h2>When?</h2><p>At six.</p></div>", "a web page"),
        ('[{"question": "When?", "answer": "At six."}]', "JSON"),
    ],
)
def test_texts_are_recognised(text: str, read_as: str, name: str) -> None:
    table = read_table(io.BytesIO(text.encode()), name)
    assert read_as in table.description
    assert [cells for _, cells in table.rows] == [{"question": "When?", "answer": "At six."}]


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (b"%PDF-1.7", "is a PDF. Open it in Word"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\xd0\xcf\x11\xe0W\0o\0r\0d\0D\0o\0c", "an old Word document"),
        (b"\x89PNG", "a picture"),
        (b"{\\rtf1", "a text document of an old kind"),
    ],
)
def test_foreign_files_are_refused_with_advice(start: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_table(io.BytesIO(start), "faq.csv")
