"""The Inbox, as a person works through it."""

from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, drawer, field, save, settled, wait_until

pytestmark = pytest.mark.browser

LOST = Content("How do I replace a lost card?", "Call us on **555**.")
PARKING = "Where can visitors park?"
MOST_CLICKS = 4


class Hand:
    """Clicks, and counts."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.clicks = 0

    def click(self, what: Locator) -> None:
        settled(self._page)
        what.click()
        self.clicks += 1


@pytest.fixture
def asked(collection: Collection) -> Collection:
    """A collection that was asked in vain for a place to park, in two wordings."""
    collection.add(LOST)
    for query in (PARKING, "where can visitors park", "Where may visitors park their car?"):
        collection.log(collection.search(query))
    return collection


def inbox(page: Page) -> Locator:
    return page.get_by_role("link", name="Inbox")


def test_from_ask_a_question_is_answered_within_four_clicks(
    visit: Visit, collection: Collection
) -> None:
    collection.add(LOST)
    page = visit()
    hand = Hand(page)
    ask(page, "my plastic vanished")
    expect(page.get_by_text("No close match. Nearest entries:")).to_be_visible()
    hand.click(page.get_by_role("button", name="It is this entry"))
    expect(best(page)).to_contain_text("close")
    assert hand.clicks == 1
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("No close match. Nearest entries:")).to_be_visible()
    hand.click(page.get_by_role("button", name="It is this entry"))
    expect(best(page)).to_contain_text("close")
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()


def test_what_a_new_entry_answers_is_confirmed_with_one_click(
    visit: Visit, asked: Collection
) -> None:
    asked.add(Content("Where can guests park?", "Behind the house."))
    page = visit()
    hand = Hand(page)
    inbox(page).click()
    right = page.get_by_text("Now answered by “Where can guests park?”: right?")
    expect(right).to_be_visible()
    hand.click(page.get_by_role("button", name="No"))
    expect(page.get_by_text("Asked 3 times")).to_have_count(1)
    expect(page.get_by_role("button", name="Write an entry")).to_be_visible()
    expect(right).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(right).to_be_visible()
    hand.click(page.get_by_role("button", name="Yes"))
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    assert hand.clicks == 2


def test_from_the_inbox_an_entry_is_written_within_four_clicks(
    visit: Visit, asked: Collection
) -> None:
    page = visit()
    hand = Hand(page)
    hand.click(inbox(page))
    expect(page.get_by_text("Asked 3 times")).to_be_visible()
    hand.click(page.get_by_role("button", name="Write an entry"))
    field(page, "Answer").fill("Behind the house.")
    hand.click(drawer(page).get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("How this is answered now")).to_be_visible()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    assert hand.clicks <= MOST_CLICKS
    result = asked.search("Where may visitors park their car?")
    assert result.answered
    assert result.matches[0].entry.content.answer == "Behind the house."


def test_from_the_inbox_an_entry_is_chosen_within_four_clicks(
    visit: Visit, asked: Collection
) -> None:
    page = visit()
    hand = Hand(page)
    hand.click(inbox(page))
    hand.click(page.get_by_role("button", name="It is this entry"))
    hand.click(page.get_by_role("button", name=LOST.question))
    expect(page.get_by_text("How this is answered now")).to_be_visible()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    assert hand.clicks <= MOST_CLICKS
    wait_until(lambda: asked.search(PARKING).answered, bool)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Asked 3 times")).to_be_visible()


def test_the_list_is_worked_through_at_400_pixels(visit: Visit, asked: Collection) -> None:
    page = visit("/inbox", viewport={"width": 400, "height": 800})
    expect(page.get_by_text("Asked 3 times")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Asked 3 times")).to_be_visible()
    assert page.evaluate("document.body.scrollWidth") <= 400


def test_the_menu_counts_what_is_left_and_undo_stays(visit: Visit, asked: Collection) -> None:
    asked.add(Content("Where is the canteen?"))
    page = visit("/inbox")
    expect(page.get_by_role("link", name="Inbox 2", exact=True)).to_be_visible()
    expect(page.get_by_text("1 entry has no answer yet")).to_be_visible()
    page.get_by_role("button", name="Dismiss").first.click()
    expect(page.get_by_role("link", name="Inbox 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Inbox 2", exact=True)).to_be_visible()
    page.get_by_role("button", name="Write one now").click()
    expect(field(page, "Question")).to_have_value("Where is the canteen?")
    field(page, "Answer").fill("On the first floor.")
    save(page)
    expect(page.get_by_role("link", name="Inbox 1", exact=True)).to_be_visible()


def test_what_is_seldom_done_is_in_a_menu(visit: Visit, collection: Collection) -> None:
    collection.add(replace(LOST, review_by=date(2020, 1, 31)))
    page = visit("/inbox")
    page.get_by_role("button", name="Edit").click()
    expect(field(page, "Question")).to_have_value(LOST.question)
    drawer(page).get_by_role("button", name="Close").click()
    expect(drawer(page)).to_be_hidden()
    page.get_by_role("button", name="More").click()
    page.get_by_text("Needs no review", exact=True).click()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
