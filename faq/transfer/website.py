"""The published entries as a website takes them: Markdown, or a page with schema.org's FAQPage.

Each entry carries its own text once more, in a comment or an attribute that no reader sees, so that
it comes back unchanged by import.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from faq.transfer.table import Column, Value
from store import Status

_FIELDS = ("question", "answer", "category")
_COMMENT = re.compile(r"^<!-- entry (\{.*\}) -->$", re.MULTILINE)
_ATTRIBUTE = re.compile(r'<details data-entry="([^"]*)"')
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
    for entry in _published(columns, rows):
        if entry["category"] != category:
            category = entry["category"]
            lines += [f"## {_one_line(category) or 'More'}", ""]
        # Two hyphens would end the comment.
        own = json.dumps(entry, ensure_ascii=False).replace("--", "-\\u002d")
        lines += [f"<!-- entry {own} -->", f"### {_one_line(entry['question'])}", ""]
        lines += [entry["answer"], ""]
    file.write("\n".join(lines).encode(errors="replace"))


def write_page(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """Write a page in which each answer is folded below its question, with schema.org's data."""
    from markdown_it import MarkdownIt

    # HTML in an answer is shown as text, and an address that runs a script is no link.
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    parts, data, category = [], [], ""
    for entry in _published(columns, rows):
        if entry["category"] != category:
            category = entry["category"]
            parts.append(f"<h2>{html.escape(_one_line(category) or 'More')}</h2>\n")
        answer = renderer.render(entry["answer"])
        own = html.escape(json.dumps(entry, ensure_ascii=False))
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
    """Return the entries in a text that `write_markdown` or `write_page` wrote; none in another."""
    found = _COMMENT.findall(text) or [html.unescape(own) for own in _ATTRIBUTE.findall(text)]
    entries = []
    for own in found:
        try:
            entry: Any = json.loads(own)
        except (ValueError, RecursionError):
            return []  # somebody wrote into it
        if not isinstance(entry, dict) or not all(isinstance(entry.get(f), str) for f in _FIELDS):
            return []
        entries.append({field: entry[field] for field in _FIELDS})
    return entries


def _published(
    columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> Iterator[dict[str, str]]:
    """Yield the texts of published entries that have an answer, sorted by category."""
    names = [column.name for column in columns]
    entries = [dict(zip(names, row, strict=True)) for row in rows]
    shown = [e for e in entries if e["status"] == Status.PUBLISHED and e["answer"]]
    for entry in sorted(shown, key=lambda entry: str(entry["category"])):
        yield {field: str(entry[field]) for field in _FIELDS}


def _one_line(text: str) -> str:
    return " ".join(text.split())
