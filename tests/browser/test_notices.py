"""What is said of what was done: where it appears, what it names, and when it goes."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from faq.backups import back_up, restore
from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, box, field, save, tick_row
from tests.browser.server import Server

pytestmark = pytest.mark.browser

CARD, CANTEEN = Content("How do I replace a lost card?"), Content("Where is the canteen?")


def test_what_was_done_is_said_for_a_short_time_and_moves_nothing(
    visit: Visit, collection: Collection
) -> None:
    collection.add(CARD)
    page = visit()
    ask(page, "lost card")
    before = box(page).bounding_box()
    best(page).get_by_role("button", name="Edit").click()
    field(page, "Answer").fill("Call us.")
    save(page)
    said = page.get_by_text(f"Saved “{CARD.question}”.")
    expect(said).to_be_visible()
    expect(best(page)).to_contain_text("Call us.")
    assert box(page).bounding_box() == before
    expect(said).to_be_hidden()


def test_undo_is_offered_where_nothing_moves_and_says_what_came_back(
    visit: Visit, collection: Collection
) -> None:
    for content in (CARD, CANTEEN):
        collection.add(content)
    page = visit("/entries")
    search = page.get_by_role("searchbox")
    tick_row(page, 0)
    delete = page.get_by_role("button", name="Delete")
    expect(delete).to_be_visible()
    before = search.bounding_box()
    delete.click()
    done = page.get_by_text(f"Deleted “{CANTEEN.question}”.")
    expect(done).to_be_visible()
    assert search.bounding_box() == before
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(f"“{CANTEEN.question}” is back.")).to_be_visible()
    expect(done).to_be_hidden()
    assert search.bounding_box() == before
    toast = page.get_by_test_id("stToast")
    toast.hover()  # it stays as long as the mouse is there
    add = page.get_by_role("button", name="Add an entry")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 800})
        said, below = toast.bounding_box(), add.bounding_box()
        assert said and below
        assert said["y"] + said["height"] <= below["y"]
    assert len(list(collection.all_entries())) == 2


def test_undo_goes_with_its_page_and_with_what_a_restore_replaces(
    visit: Visit, server: Server, collection: Collection, tmp_path: Path
) -> None:
    for content in (CARD, CANTEEN):
        collection.add(content)
    collection.log(collection.search("Where can visitors park?"))
    backup = back_up(collection.store, tmp_path, "asked", lambda done, total: None)
    page = visit("/entries")
    undo = page.get_by_role("button", name="Undo")
    tick_row(page, 0)
    page.get_by_role("button", name="Delete").click()
    expect(undo).to_be_visible()
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(box(page)).to_be_visible()
    expect(undo).to_be_hidden()

    page.get_by_role("link", name="Entries", exact=True).click()
    tick_row(page, 0)
    page.get_by_role("button", name="Delete").click()
    expect(undo).to_be_visible()
    restore(collection.store, backup, server.database, lambda done, total: None)
    page.get_by_role("radio", name="Published").click()
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    expect(undo).to_be_hidden()

    inbox = page.get_by_role("link", name="Inbox")
    inbox.click()
    page.get_by_role("button", name="Dismiss").first.click()
    expect(undo).to_be_visible()
    expect(page.get_by_text("Asked once")).to_be_hidden()
    restore(collection.store, backup, server.database, lambda done, total: None)
    inbox.click()
    expect(page.get_by_text("Asked once")).to_be_visible()
    expect(undo).to_be_hidden()
