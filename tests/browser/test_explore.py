"""Explore in a real browser: what charts do, which only a browser draws."""

import pytest
from playwright.sync_api import Page, expect

from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import drawer, field, save, settled

pytestmark = pytest.mark.browser

QUESTIONS = ("Where is the canteen?", "When is payday?", "I lost my key", "Is there a bus?")


def click_point(page: Page, question: str) -> None:
    settled(page)
    page.locator(f"[data-testid=stVegaLiteChart] path[aria-label*='{question}']").first.click()
    expect(page.get_by_text(f"Nearest to {question}")).to_be_visible()
    settled(page)


def edit(page: Page) -> None:
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(drawer(page)).to_be_visible()
    settled(page)


def test_a_click_on_the_map_shows_what_is_nearest_and_opens_the_entry(
    visit: Visit, collection: Collection
) -> None:
    for question in QUESTIONS:
        collection.add(Content(question, "So.", category="Work"))
    page = visit("/explore?explore=Map")
    for question in (QUESTIONS[1], QUESTIONS[2], QUESTIONS[1]):
        click_point(page, question)
        edit(page)
        expect(field(page, "Question")).to_have_value(question)
        drawer(page).get_by_role("button", name="Close").click()
        expect(drawer(page)).to_be_hidden()
    page.get_by_text("t-SNE", exact=True).click()
    expect(page.get_by_text("t-SNE keeps similar questions together")).to_be_visible()
    expect(drawer(page)).to_be_hidden()
    click_point(page, QUESTIONS[2])
    edit(page)
    field(page, "Answer").fill("Ask at the door.")
    save(page)
    expect(page.get_by_text("Saved “I lost my key”.")).to_be_visible()


def test_what_was_typed_outlives_a_look_at_another_tab(visit: Visit) -> None:
    page = visit("/explore?first=Good+morning&second=Good+evening")
    expect(page.get_by_label("First sentence")).to_have_value("Good morning")
    expect(page.get_by_text("The first numbers of each")).to_be_visible()
    page.get_by_role("tab", name="Arithmetic").click()
    page.get_by_label("Start with").fill("prince")
    page.get_by_label("Start with").press("Enter")
    expect(page.get_by_text("prince alone, to queen")).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_label("Second sentence")).to_have_value("Good evening")
    page.get_by_role("tab", name="Arithmetic").click()
    expect(page.get_by_label("Start with")).to_have_value("prince")
