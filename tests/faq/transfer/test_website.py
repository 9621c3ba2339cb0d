"""Files for websites: they come back as they were, show what is published, and run nothing."""

import json
import os
import re
from io import BytesIO

import hypothesis.strategies as st
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from markdown_it import MarkdownIt

from faq.collection import Collection
from faq.content import validated
from faq.transfer.columns import by_field, chosen
from faq.transfer.exporting import entries_as_bytes, write_entries
from faq.transfer.files import HTML, MARKDOWN, Kind, read_table
from faq.transfer.table import Column
from store import Content, Status
from tests.faq.texts import HOSTILE, any_text

BOTH = pytest.mark.parametrize("kind", [MARKDOWN, HTML], ids=lambda kind: kind.title)
FIELDS = ("question", "answer", "category")

EVIL = {
    "the end of the script": "</script><script>alert(1)</script>",
    "a picture": "<img src=x onerror=alert(1)>",
    "a picture in a sentence": "Look: <IMG SRC=x OnError='alert(1)'>!",
    "quotes": "\"' onmouseover=alert(1) x='\"",
    "a link": "[Call us](javascript:alert(1))",
    "a link in disguise": "[Call us](java&#115;cript:alert(1)) [or](java%73cript:alert(1))",
    "a link, escaped": "\\[Call us](javascript:alert(1)) \\<b onclick=alert(1)>",
    "a link elsewhere": "[Call us][1]\n\n[1]: JavaScript:alert(1)",
    "a link to a page": "[Call us](data:text/html;base64,PHNjcmlwdD4=)",
    "the end of a comment": '--> <script>alert(1)</script> <!-- entry {"question": "?"} -->',
    "another entry": 'Yes.\n<!-- entry {"question":"a","answer":"b","category":"c"} -->\nNo.',
    "another entry in code": '```\n<!-- entry {"question":"","answer":"","category":""} -->\n```',
    "another entry of a page": '<details data-entry="{}"><summary>a</summary>b</details>',
    "a frame": "<iframe src=javascript:alert(1)></iframe><svg onload=alert(1)>",
    "format": "{data} {0} %s",
}


def written(kind: Kind, *contents: Content) -> str:
    file = BytesIO()
    assert kind.write is not None
    rows = [[getattr(content, name) for name in FIELDS] for content in contents]
    kind.write(file, [Column(name) for name in FIELDS], rows)
    return file.getvalue().decode()


def read(kind: Kind, text: str) -> list[Content]:
    table = read_table(BytesIO(text.encode()), f"faq{kind.ending}")
    columns = chosen(table)
    found = []
    for _, cells in table.rows:
        assert isinstance(cells, dict), cells
        found.append(Content(**by_field(cells, columns)))
    return found


entries = st.builds(
    Content,
    question=any_text.filter(str.strip),
    answer=any_text.filter(str.strip),
    category=any_text,
).map(validated)


@BOTH
@given(some=st.lists(entries, min_size=1, max_size=4))
@settings(max_examples=400 if os.environ.get("ASKWELL_LONG") else 25, deadline=None)
def test_what_is_written_comes_back_unchanged(kind: Kind, some: list[Content]) -> None:
    by_category = sorted(some, key=lambda content: content.category)
    assert read(kind, written(kind, *some)) == by_category


@BOTH
@pytest.mark.parametrize("text", [*EVIL.values(), *HOSTILE.values()], ids=[*EVIL, *HOSTILE])
def test_any_text_comes_back_unchanged(kind: Kind, text: str) -> None:
    some = validated(Content(text, answer=text, category=text))
    assert read(kind, written(kind, some)) == [some]


def refuse_what_runs(page: str, *, scripts: int) -> None:
    """Assert that a page has only so many scripts, which are data, and nothing else that runs."""
    soup = BeautifulSoup(page, "html.parser")
    found = soup.find_all("script")
    assert [script.get("type") for script in found] == ["application/ld+json"] * scripts
    for tag in soup.find_all(True):
        assert tag.name not in ("iframe", "svg", "object", "img")
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), tag
            if name in ("href", "src"):
                assert not str(value).lower().startswith(("javascript:", "data:")), tag


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)
def test_no_text_runs_on_a_page(text: str, field: str) -> None:
    some = Content(**{"question": "Lost card?", "answer": "Call us.", field: text})
    page = written(HTML, some)
    refuse_what_runs(page, scripts=1)
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.find_all("details")) == 1
    assert soup.summary is not None
    assert " ".join(soup.summary.get_text().split()) == " ".join(some.question.split())
    script = soup.find("script")
    assert script is not None
    [data] = json.loads(script.get_text())["mainEntity"]
    assert data["name"] == some.question
    refuse_what_runs(data["acceptedAnswer"]["text"], scripts=0)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)
def test_no_text_runs_in_markdown_that_is_shown_without_care(text: str, field: str) -> None:
    some = Content(**{"question": "Lost card?", "answer": "Call us.", field: text})
    careless = MarkdownIt("commonmark", {"html": True})
    careless.validateLink = lambda url: True  # type: ignore[method-assign]
    refuse_what_runs(careless.render(written(MARKDOWN, some)), scripts=0)


def test_harmless_markdown_stays_as_it_is() -> None:
    answer = "Write `a < b`, or see [our page](https://example.com).\n\n```html\n<b>bold</b>\n```"
    assert answer in written(MARKDOWN, Content("How?", answer=answer))
    [shown] = BeautifulSoup(written(HTML, Content("How?", answer=answer)), "html.parser")("a")
    assert shown["href"] == "https://example.com"


@BOTH
def test_drafts_and_questions_without_an_answer_stay_at_home(
    kind: Kind, collection: Collection
) -> None:
    collection.add(Content("Lost card?", answer="Call us.", category="Cards", owner="Ada"))
    collection.add(Content("Secret plan?", answer="Not yet.", status=Status.DRAFT))
    collection.add(Content("Old plan?", answer="It ended.", status=Status.ARCHIVED))
    collection.add(Content("Open question?"))
    text = entries_as_bytes(kind, collection.all_entries()).decode()
    assert read(kind, text) == [Content("Lost card?", answer="Call us.", category="Cards")]
    for hidden in ("Secret", "Not yet", "Old plan", "It ended", "Open question", "Ada"):
        assert hidden not in text
    assert write_entries(BytesIO(), kind, collection.all_entries()) == 1  # which is said


def test_a_page_has_what_search_engines_read() -> None:
    page = written(
        HTML,
        Content("Lost card?", answer="Call **us**.", category="Cards"),
        Content("New plan?", answer="Soon."),
    )
    soup = BeautifulSoup(page, "html.parser")
    assert [part.get_text() for part in soup(["h2", "summary"])] == [
        "New plan?",
        "Cards",
        "Lost card?",
    ]
    assert soup.script is not None
    data = json.loads(soup.script.get_text())
    assert (data["@context"], data["@type"]) == ("https://schema.org", "FAQPage")
    assert data["mainEntity"][1] == {
        "@type": "Question",
        "name": "Lost card?",
        "acceptedAnswer": {
            "@type": "Answer",
            "text": "<p>Call <strong>us</strong>.</p>\n",
        },
    }


SOME = (
    Content("How do I block a card?", answer="Call us.\n\nWe are there all day.", category="Cards"),
    Content("What is  a plan?", answer="What you <em>pay</em> for.", category="Plans"),
)


@BOTH
@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_other_line_ends_change_nothing(kind: Kind, ends: str) -> None:
    text = "\ufeff" + written(kind, *SOME).replace("\n", ends)
    assert read(kind, text) == list(SOME)


@BOTH
def test_what_somebody_wrote_into_the_file_counts(kind: Kind) -> None:
    text = re.sub('(?<![";])Call us', "Write to us", written(kind, *SOME))  # wherever it shows
    found = read(kind, text)
    assert [" ".join(content.question.split()) for content in found] == [
        "How do I block a card?",
        "What is a plan?",
    ]
    assert found[0].answer == "Write to us.\n\nWe are there all day."
    # Of a page, the data for search engines is read, which has no categories.
    assert found[0].category == ("" if kind is HTML else "Cards")
    assert not any("entry {" in f"{content}" for content in found)


def test_what_somebody_wrote_below_an_exported_text_comes_in() -> None:
    text = written(MARKDOWN, *SOME) + "\n### May I have two?\n\nYes.\n"
    assert read(MARKDOWN, text)[2:] == [Content("May I have two?", answer="Yes.", category="Plans")]
