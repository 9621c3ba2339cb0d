"""The published entries as a website takes them: Markdown, or a page with schema.org's FAQPage.

Each entry carries its own text once more, in a comment or an attribute that no reader sees, so that
it comes back unchanged by import; unless somebody has changed the file, whose text counts then.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import unquote

from faq.transfer.table import Column, Value

_FIELDS = ("question", "answer", "category")
_COMMENT = re.compile(r"^<!-- entry (\{.*\}) -->$", re.MULTILINE)
_ATTRIBUTE = re.compile(r'<details data-entry="([^"]*)"')
_SCRIPT = re.compile(r"(java|vb)script:|data:(?!image/)", re.IGNORECASE)
_SIGNS = re.compile(r"[\\<\[\]]")  # that begin HTML and links
_PAGE = """<!doctype html>
<html lang="">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Questions and answers</title>
<script type="application/ld+json">
{data}
</script>
</head>
<body>
<main>
<h1>Questions and answers</h1>
{entries}</main>
</body>
</html>
"""


def write_markdown(
    file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> None:
    """Write a heading for each category and, below it, for each question with an answer."""
    lines = ["# Questions and answers", ""]
    category = ""
    for entry in _by_category(columns, rows):
        if entry["category"] != category:
            category = entry["category"]
            lines += [f"## {_inert(_one_line(category)) or 'More'}", ""]
        own = _as_json(entry).replace("--", "-\\u002d")  # which would end the comment
        lines += [f"<!-- entry {own} -->", f"### {_inert(_one_line(entry['question']))}", ""]
        lines += [_inert(entry["answer"]), ""]
    file.write("\n".join(lines).encode(errors="replace"))


def write_page(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """Write a page in which each answer is folded below its question, with schema.org's data."""
    from markdown_it import MarkdownIt

    # HTML in an answer is shown as text, and an address that runs a script is no link.
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    parts, data, category = [], [], ""
    for entry in _by_category(columns, rows):
        if entry["category"] != category:
            category = entry["category"]
            parts.append(f"<h2>{html.escape(_one_line(category) or 'More')}</h2>\n")
        answer = renderer.render(entry["answer"])
        own = html.escape(_as_json(entry))
        question = html.escape(_one_line(entry["question"]))
        parts.append(
            f'<details data-entry="{own}">\n<summary>{question}</summary>\n{answer}</details>\n'
        )
        data.append(
            {
                "@type": "Question",
                "name": entry["question"],
                "acceptedAnswer": {"@type": "Answer", "text": answer},
            }
        )
    page = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": data}
    written = json.dumps(page, ensure_ascii=False, indent=1)
    for sign in "<>&":  # nothing in it ends the script
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    file.write(_PAGE.format(data=written, entries="".join(parts)).encode(errors="replace"))


def own_entries(text: str) -> list[dict[str, str]]:
    """Return the entries in a text as `write_markdown` or `write_page` wrote it; none in another,
    nor where somebody has changed it since."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    comments = _COMMENT.findall(text)
    found = comments or [html.unescape(own) for own in _ATTRIBUTE.findall(text)]
    entries = []
    for own in found:
        try:
            entry: Any = json.loads(own)
        except (ValueError, RecursionError):
            return []
        if not isinstance(entry, dict) or not all(isinstance(entry.get(f), str) for f in _FIELDS):
            return []
        entries.append({field: entry[field] for field in _FIELDS})
    written, write = BytesIO(), write_markdown if comments else write_page
    if entries:
        write(written, [*map(Column, _FIELDS)], [tuple(entry.values()) for entry in entries])
    return entries if _lines(written.getvalue().decode()) == _lines(text) else []


def _by_category(
    columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> list[dict[str, str]]:
    """Return the texts of entries that are shown, sorted by category."""
    names = [column.name for column in columns]
    entries = [dict(zip(names, row, strict=True)) for row in rows]
    shown = [{field: str(entry[field]) for field in _FIELDS} for entry in entries]
    return sorted(shown, key=lambda entry: entry["category"])


def _as_json(entry: Mapping[str, str]) -> str:
    # Readers drop a byte order mark, wherever it is.
    return json.dumps(entry, ensure_ascii=False).replace("\ufeff", "\\ufeff")


def _inert(text: str) -> str:
    """Return Markdown as it is; but where it has HTML, or a link that runs a script, with these as
    text."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(text) if "<" in text else []  # parsing takes long
    kinds = {part.type for token in tokens for part in (token, *(token.children or ()))}
    addresses = "".join(sign for sign in html.unescape(unquote(text)) if sign > " ")
    runs = kinds & {"html_block", "html_inline"} or "<!--" in text or _SCRIPT.search(addresses)
    return _SIGNS.sub(r"\\\g<0>", text) if runs else text


def _lines(text: str) -> list[str]:
    """Return what is compared of two texts: line ends and byte order marks may differ."""
    return text.replace("\ufeff", "").rstrip().splitlines()


def _one_line(text: str) -> str:
    return " ".join(text.split())
