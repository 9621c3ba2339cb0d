"""Texts that have broken programs before, and any text at all."""

import hypothesis.strategies as st

MEGABYTE = "lost card " * 104_858

HOSTILE = {
    "emoji": "👩‍👩‍👧 lost 🇩🇪 card 😀",
    "NUL": "lost\0card\0",
    "SQL": "Robert'); DROP TABLE entry; --",
    "FTS5 operators": 'lost AND NOT NEAR(card, 2) OR "x" * ^ col:lost -card (',
    "C++": 'it\'s C++ "quoted" 100% _under_ \\back',
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown image": "![lost card](https://example.com/beacon.png)",
    "formula": '=HYPERLINK("https://example.com")',
    "apostrophes": "''=1+1",
    "right to left": "\u202e\u05d1\u05d8\u05dc lost card\u202c",
    "combining": "e\u0301\u0327" * 40,
    "line breaks": "lost\r\ncard\rnew\nplan\u2028price\x85",
    "byte order mark": "\ufefflost card",
    "control characters": "".join(map(chr, range(1, 32))) + "x",
    "path": "../../etc/passwd",
    "format": "{0} %s %(x)s ${HOME} $(id)",
}

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    list(HOSTILE.values())
)
"""Whatever can be written as UTF-8: everything but halves of characters."""
