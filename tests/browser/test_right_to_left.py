"""Texts in Arabic, Hebrew and other such scripts run from right to left, and no others do."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Locator, Page, expect

from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, drawer, field, open_row, settled

pytestmark = pytest.mark.browser

QUESTION = "كيف أغير كلمة المرور؟"
PHRASING = "نسيت كلمة المرور"
ANSWER = """افتح الإعدادات (في الأعلى).

- أولاً: كلمة المرور القديمة
- ثانياً: كلمة المرور الجديدة

> لا تشاركها مع أحد!

See the handbook.

- first
"""
ENGLISH = "How long is a loan?"
# Where the letters of an element are between the edges of what is around it, 0 left and 1 right.
SEEN = """(element) => {
  const range = document.createRange()
  range.selectNodeContents(element)
  const text = range.getBoundingClientRect()
  const room = element.closest("[data-testid=stMarkdownContainer]").getBoundingClientRect()
  return {
    direction: getComputedStyle(element).direction,
    left: text.left - room.left,
    right: room.right - text.right,
  }
}"""
AT_THE_EDGE = 3  # pixels


def seen(text: Locator) -> Mapping[str, float | str]:
    found: Mapping[str, float | str] = text.evaluate(SEEN)
    return found


def runs(text: Locator, direction: str, *, indented: bool = False) -> None:
    """Expect a text to run so, from the edge where it begins, or a little away from it."""
    expect(text).to_have_css("direction", direction)
    found = seen(text)
    begins, ends = ("right", "left") if direction == "rtl" else ("left", "right")
    assert float(found[begins]) < float(found[ends])
    assert (float(found[begins]) > AT_THE_EDGE) is indented


def field_runs(field: Locator, direction: str) -> None:
    expect(field).to_have_css("direction", direction)


@pytest.fixture
def arabic(collection: Collection) -> Collection:
    collection.add(Content(ENGLISH, "Three weeks."))
    collection.add(Content(QUESTION, ANSWER, phrasings=(PHRASING,), category="الحساب"))
    return collection


def test_an_answer_reads_from_the_side_where_it_begins(visit: Visit, arabic: Collection) -> None:
    page = visit()
    ask(page, PHRASING)
    card = best(page)
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        runs(card.get_by_role("heading"), "rtl")
        runs(card.get_by_text("افتح الإعدادات"), "rtl")
        runs(card.get_by_role("listitem").first, "rtl", indented=True)
        runs(card.locator("blockquote p"), "rtl", indented=True)
        runs(card.get_by_text("See the handbook."), "ltr")
        runs(card.get_by_role("listitem").last, "ltr", indented=True)
        expect(card.get_by_text("Matched")).to_have_css("direction", "ltr")
        # The marks of lists are where their texts begin.
        expect(card.get_by_role("listitem").first).to_have_css("margin-left", "0px")
        expect(card.get_by_role("listitem").last).to_have_css("margin-right", "0px")


def test_hebrew_persian_and_urdu_do_too(visit: Visit, collection: Collection) -> None:
    questions = ["איך אני משנה את הסיסמה שלי?", "چگونه رمز را عوض کنم؟", "میں پاس ورڈ کیسے بدلوں؟"]
    for question in questions:
        collection.add(Content(question, "OK"))
    page = visit()
    for question in questions:
        example = page.get_by_role("button", name=question).get_by_text(question)
        expect(example).to_have_css("direction", "rtl")
    ask(page, questions[0])
    runs(best(page).get_by_role("heading"), "rtl")
    runs(best(page).get_by_text("OK", exact=True), "ltr")


def test_fields_turn_while_somebody_writes(visit: Visit, arabic: Collection) -> None:
    page = visit()
    box = page.get_by_role("searchbox", name="Ask a question")
    box.fill(ENGLISH)
    field_runs(box, "ltr")
    box.fill(QUESTION)
    field_runs(box, "rtl")
    settled(page)


def test_the_drawer_and_its_preview(visit: Visit, arabic: Collection) -> None:
    page = visit("/entries")
    open_row(page, 0)
    for label in ("Question", "Answer", "Other ways people ask this", "Category"):
        field_runs(field(page, label), "rtl")
    drawer(page).get_by_text("Preview").click()
    runs(drawer(page).get_by_text("افتح الإعدادات").last, "rtl")
    settled(page)


def test_a_question_in_the_inbox(visit: Visit, collection: Collection) -> None:
    collection.add(Content(ENGLISH, "Three weeks."))
    collection.log(collection.search("أين المصعد في هذا المبنى؟"))
    page: Page = visit("/inbox")
    text = page.get_by_text("أين المصعد في هذا المبنى؟").first
    expect(text).to_be_visible()
    expect(text).to_have_css("direction", "rtl")
    settled(page)
