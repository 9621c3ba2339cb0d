"""What somebody writes is never lost, and the keys do what people expect."""

import pytest
from playwright.sync_api import Locator, Page, expect

from faq.collection import Collection
from faq.editing import unsaved
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import (
    ask,
    best,
    box,
    choose_category,
    drawer,
    field,
    open_row,
    settled,
    tick_row,
    wait_until,
)

pytestmark = pytest.mark.browser

SHORT = {"width": 1280, "height": 500}


@pytest.fixture
def payday(collection: Collection) -> Collection:
    """A collection of one entry."""
    collection.add(Content("When is payday?", "On Friday.", category="Money"))
    return collection


def answer(collection: Collection) -> str:
    [entry] = collection.all_entries()
    return entry.content.answer


def kept(collection: Collection) -> list[str]:
    """Return the questions of what ada has not saved."""
    ada = Collection(collection.store, collection.embedder, "ada")
    return [one.content.question for one in unsaved.own(ada)]


def write(page: Page, label: str, text: str) -> None:
    """Write with the keyboard, and leave the cursor there."""
    field(page, label).click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def offer(page: Page) -> Locator:
    return page.locator(".st-key-unsaved")


def add(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="Add an entry").click()
    expect(drawer(page)).to_be_visible()
    settled(page)


def test_escape_in_a_field_keeps_its_text_also_over_a_reload(
    visit: Visit, payday: Collection
) -> None:
    page = visit("/entries")
    open_row(page)
    write(page, "Answer", "On Thursday.")
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    expect(offer(page)).to_contain_text("you began to change an entry: “When is payday?”.")
    page.reload()
    expect(offer(page)).to_be_visible()
    settled(page)
    open_row(page)  # the entry says so, too
    expect(field(page, "Answer")).to_have_value("On Friday.")
    drawer(page).get_by_role("button", name="Go on writing").click()
    expect(field(page, "Answer")).to_have_value("On Thursday.")
    expect(drawer(page).get_by_role("button", name="Go on writing")).to_be_hidden()
    field(page, "Answer").press("Control+s")
    expect(drawer(page)).to_be_hidden()
    expect(offer(page)).to_be_hidden()
    assert answer(payday) == "On Thursday."


def test_escape_on_ask_keeps_the_text_until_it_is_taken_back(
    visit: Visit, payday: Collection
) -> None:
    page = visit("/")
    ask(page, "When is payday?")
    best(page).get_by_role("button", name="Edit").click()
    write(page, "Answer", "On Thursday.")
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    offer(page).get_by_role("button", name="Go on writing").click()
    expect(field(page, "Answer")).to_have_value("On Thursday.")
    write(page, "Answer", "On Friday.")
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    expect(offer(page)).to_be_hidden()
    assert not kept(payday)


def test_what_is_typed_is_kept_in_a_pause_and_the_browser_asks_before(
    visit: Visit, collection: Collection
) -> None:
    page = visit("/entries")
    add(page)
    expect(field(page, "Question")).to_be_focused()
    leaves = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(leaves)
    page.keyboard.type("When is payday?")
    assert not page.evaluate(leaves)
    field(page, "Question").press("End")
    page.keyboard.type(" And why?")
    wait_until(lambda: kept(collection), lambda texts: "When is payday? And why?" in texts)
    expect(field(page, "Question")).to_be_focused()
    wait_until(lambda: page.evaluate(leaves), bool)
    page.reload()
    offer(page).get_by_role("button", name="Go on writing").click()
    expect(field(page, "Question")).to_have_value("When is payday? And why?")


def test_keys_save_from_within_a_field_and_the_button_stays_in_view(
    visit: Visit, payday: Collection
) -> None:
    page = visit("/entries", SHORT)
    open_row(page)
    expect(drawer(page).get_by_text("to apply")).to_be_hidden()
    field(page, "Category").scroll_into_view_if_needed()
    drawer(page).get_by_text("Tests", exact=True).click()
    field(page, "Must not find this entry").scroll_into_view_if_needed()
    expect(field(page, "Question")).not_to_be_in_viewport()
    expect(drawer(page).get_by_role("button", name="Save", exact=True)).to_be_in_viewport()
    drawer(page).get_by_role("button", name="Save", exact=True).click(trial=True)
    write(page, "Answer", "On Thursday.")
    page.keyboard.press("Control+Enter")
    expect(drawer(page)).to_be_hidden()
    wait_until(lambda: answer(payday), "On Thursday.".__eq__)


def test_escape_in_an_open_list_closes_only_the_list(visit: Visit, payday: Collection) -> None:
    page = visit("/entries")
    open_row(page)
    category = field(page, "Category")
    category.focus()  # which scrolls; a list closes at that
    settled(page)
    page.keyboard.press("ArrowDown")
    expect(category).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(category).to_have_attribute("aria-expanded", "false")
    expect(category).to_have_value("Money")
    expect(category).to_be_focused()
    choose_category(page, "Pay")
    settled(page)
    page.keyboard.press("Control+s")
    expect(drawer(page)).to_be_hidden()
    [entry] = payday.all_entries()
    assert entry.content.category == "Pay"


def test_letters_typed_into_a_list_are_not_lost(visit: Visit, payday: Collection) -> None:
    page = visit("/entries")
    for leaving in ("Escape", "Tab", "a click", "Control+s"):
        open_row(page)
        category = field(page, "Category")
        category.focus()  # which scrolls; a list closes at that
        settled(page)
        page.keyboard.press("Control+a")
        page.keyboard.type(f"By {leaving}")
        expect(category).to_have_attribute("aria-expanded", "true")
        if leaving == "a click":
            # By its place: a screen reader hears nothing but the list while that is open.
            page.locator(".st-key-drawer_save button:visible").first.click()
        else:
            page.keyboard.press(leaving)
        if leaving == "Escape":
            expect(category).to_have_attribute("aria-expanded", "false")
            expect(category).to_be_focused()
        if leaving in ("Escape", "Tab"):
            expect(category).to_have_value(f"By {leaving}")
            settled(page)
            page.keyboard.press("Control+s")
        expect(drawer(page)).to_be_hidden()
        [entry] = payday.all_entries()
        assert entry.content.category == f"By {leaving}"
        settled(page)

    tick_row(page)  # the same list, for many entries at once
    page.get_by_role("button", name="Change", exact=True).click()
    category = page.locator(".st-key-bulk_category").get_by_role("combobox")
    category.click()
    page.keyboard.type("Pay")
    expect(category).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(category).to_have_attribute("aria-expanded", "false")
    expect(category).to_have_value("Pay")
    page.get_by_role("button", name="Change 1 entry").click()
    wait_until(lambda: next(iter(payday.all_entries())).content.category, "Pay".__eq__)


def test_tags_are_separated_by_commas(visit: Visit, payday: Collection) -> None:
    page = visit("/entries")
    open_row(page)
    drawer(page).get_by_text("More", exact=True).click()
    write(page, "Tags", "pay, money,,bank ")
    page.keyboard.press("Control+s")
    expect(drawer(page)).to_be_hidden()
    [entry] = payday.all_entries()
    assert entry.content.tags == ("pay", "money", "bank")


def test_ask_has_the_cursor_in_its_box(visit: Visit, payday: Collection) -> None:
    page = visit("/entries")
    settled(page)
    page.get_by_role("link", name="Ask").click()
    expect(box(page)).to_be_focused()
    ask(page, "When is payday?")
    page.get_by_role("button", name="Clear entry").click()
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()
