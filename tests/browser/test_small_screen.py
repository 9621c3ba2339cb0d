"""Everything fits on a telephone."""

import pytest
from playwright.sync_api import expect

from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, drawer, settled

pytestmark = pytest.mark.browser

WIDER_THAN_SHOWN = """() => [document.documentElement,
    ...document.querySelectorAll("[data-testid=stAppViewContainer], [data-testid=stMain]")]
  .filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => `${one.tagName} ${one.dataset.testid}: ${one.scrollWidth} > ${one.clientWidth}`)"""


ADDRESSES = {
    "/": "Ask in your own words, for example",
    "/?q=where+is+the+canteen": "to search",
    "/entries": "1 to 3 of 3",
    "/quality": "When no entry answers",
    "/speed": "The large figures are medians over",
    "/explore": "The first numbers of each",
    "/explore?explore=Arithmetic": "Found among your words",
    "/explore?explore=Batch": "The most similar are",
    "/explore?explore=Tokens": "As the model sees them",
    "/explore?explore=Map": "are visible here",
    "/settings": "Your name",
    "/settings?tab=Model": "Runs on",
    "/settings?tab=Backups": "Back up now",
    "/settings?tab=Data": "Check now",
}


def test_no_page_is_wider_than_a_telephone(visit: Visit, collection: Collection) -> None:
    for question in ("Where is the canteen?", "When is payday?", "A" * 100 + "?"):
        collection.add(Content(question, "So. " * 50, category="A category with a long name"))
    collection.log(collection.search("canteen"))
    page = visit("/", {"width": 400, "height": 800})
    for address, landmark in ADDRESSES.items():
        page.goto(address)
        expect(page.get_by_text(landmark).first).to_be_visible()
        settled(page)
        assert page.evaluate(WIDER_THAN_SHOWN) == [], address


def test_an_entry_is_edited_on_a_telephone(visit: Visit, collection: Collection) -> None:
    collection.add(Content("Where is the canteen?", "Downstairs."))
    page = visit("/", {"width": 400, "height": 800})
    ask(page, "Where is the canteen?")
    best(page).get_by_role("button", name="Edit").click()
    expect(drawer(page)).to_be_visible()
    settled(page)
    area = drawer(page).bounding_box()
    assert area
    assert area["x"] >= 0
    assert area["width"] <= 400
    assert page.evaluate(WIDER_THAN_SHOWN) == []
