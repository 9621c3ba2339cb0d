"""What other programs put into cells is taken out, and nothing else."""

import pytest

from faq.transfer.cleaning import cleaned
from faq.transfer.table import Table


def clean(cell: str, *, is_markdown: bool = False) -> str:
    rows = iter([(1, {"question": "When?", "answer": cell})])
    table = Table(("question", "answer"), rows, "CSV", is_markdown=is_markdown)
    ((_, cells),) = cleaned(table).rows
    assert isinstance(cells, dict)
    return cells["answer"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("At six.", "At six."),
        (
            "<p>At <b>six</b>.</p><p>Or <a href='https://example.org'>later</a></p>",
            "At **six**.\n\nOr [later](https://example.org)",
        ),
        ("one<br>two", "one\ntwo"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("caf&eacute; &amp; bar", "café & bar"),
        ("<script>alert(1)</script><p>So</p>", "So"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("write <your name> here", "write <your name> here"),
        ("fish & chips", "fish & chips"),
        (r"one\ntwo", "one\ntwo"),
        (r"C:\notes\new", r"C:\notes\new"),
        (r"\\server\new", r"\\server\new"),
    ],
)
def test_cells(cell: str, text: str) -> None:
    assert clean(cell) == text


def test_markdown_is_left_as_it_is() -> None:
    code = "```html\n<p>&amp;</p>\\n\n```"
    assert clean(code, is_markdown=True) == code
