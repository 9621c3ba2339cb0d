"""Many hands on one collection: several browsers, and several servers on one file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from faq.collection import Collection
from store import Content, EntryFilter, Status
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, box, choose, drawer, field, save, settled, tick_row
from tests.browser.server import Server

pytestmark = pytest.mark.browser

BEFORE = Content("When is payday?", "On the 1st.", category="Money", phrasings=("salary day",))
NARROW = {"width": 400, "height": 800}


@pytest.fixture
def second_server(server: Server, tmp_path: Path) -> Iterator[Server]:
    second = Server(tmp_path, server.cache, settings={"FAQ_DATABASE": str(server.database)})
    second.start()
    yield second
    second.stop()
    assert not second.failed, second.log


def edit(page: Page, question: str) -> None:
    ask(page, question)
    best(page).get_by_role("button", name="Edit").click()
    settled(page)


def test_what_two_people_wrote_is_put_together_and_any_version_comes_back(
    visit: Visit, collection: Collection
) -> None:
    entry = collection.add(BEFORE)
    page = visit("/", NARROW)
    edit(page, "When is payday?")
    field(page, "Answer").fill("On the last Friday.")
    field(page, "Other ways people ask this").fill("salary day\nwhen do I get my money")
    settled(page)
    phrasings = ("salary day", "when are we paid")
    theirs = replace(
        BEFORE, answer="On the 15th.", phrasings=phrasings, owner="grace", status=Status.DRAFT
    )
    collection.edit(entry, theirs)
    drawer(page).get_by_role("button", name="Save", exact=True).click()
    conflict = page.locator(".st-key-conflict")
    expect(conflict).to_contain_text("On the 1st15th.")
    expect(conflict).to_contain_text("On the 1stlast Friday.")
    expect(conflict).to_contain_text("Only grace changed")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    conflict.get_by_role("radio", name="grace's").first.click()
    settled(page)
    # Straight from a field to the button: what was typed last is not lost.
    field(page, "Other ways people ask this").fill("salary day\nmoney day")
    conflict.get_by_role("button", name="Take what is chosen").click()
    expect(field(page, "Answer")).to_have_value("On the 15th.")
    expect(field(page, "Other ways people ask this")).to_have_value(
        "salary day\nwhen are we paid\nmoney day"
    )
    save(page)
    [merged] = collection.store.entries.get([entry.id])
    assert merged.content == replace(theirs, phrasings=(*phrasings, "money day"))
    assert (merged.version, merged.updated_by) == (3, "ada")

    # Every version is told, and comes back.
    collection.edit(merged, replace(merged.content, status=Status.PUBLISHED))
    edit(page, "When is payday ?")
    drawer(page).get_by_text("History", exact=True).click()
    told = page.locator(".st-key-revision_2")
    expect(told).to_contain_text("Changed by grace, ")
    expect(told).to_contain_text("Answer On the 1st15th.")
    expect(told).to_contain_text("Status publisheddraft")
    settled(page)  # while the history opens, its buttons move
    page.locator(".st-key-revision_1").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Restored version 1 of “When is payday?”.")).to_be_visible()
    assert collection.store.entries.get([entry.id])[0].content == BEFORE
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Restored version 1")).to_be_hidden()
    [back] = collection.store.entries.get([entry.id])
    assert (back.version, back.content.phrasings) == (6, (*phrasings, "money day"))


def test_a_change_shows_in_another_browser_and_on_another_server(
    second_server: Server,  # before the pages, so that it outlives them
    new_page: Callable[..., Page],
    visit: Visit,
    collection: Collection,
) -> None:
    entry = collection.add(BEFORE)
    collection.add(Content("Where is the canteen?", "Downstairs."))
    writer, reader, elsewhere = visit("/"), visit("/"), new_page(second_server)
    elsewhere.goto("/")
    for page in (reader, elsewhere):
        ask(page, "When is payday?")
        expect(best(page)).to_contain_text("On the 1st.")
    best(elsewhere).get_by_role("button", name="Edit").click()
    field(elsewhere, "Answer").fill("On the last Friday.")
    settled(elsewhere)
    edit(writer, "When is payday?")
    field(writer, "Answer").fill("On the 15th.")
    save(writer)
    drawer(elsewhere).get_by_role("button", name="Save", exact=True).click()
    expect(drawer(elsewhere)).to_contain_text("ada saved this entry while you were writing.")
    drawer(elsewhere).get_by_role("button", name="Drop mine, take ada's").click()
    expect(field(elsewhere, "Answer")).to_have_value("On the 15th.")
    save(elsewhere)
    assert collection.store.entries.get([entry.id])[0].version == 2
    for page in (reader, elsewhere):
        ask(page, "When is payday ?")
        expect(best(page)).to_contain_text("On the 15th.")

    # And what is done with many at once there, from here.
    elsewhere.goto("/entries")
    tick_row(elsewhere, 0)
    tick_row(elsewhere, 1)
    expect(elsewhere.get_by_text("2 selected")).to_be_visible()
    with elsewhere.expect_download() as download:
        elsewhere.get_by_role("button", name="Export selected").click()
    assert len(download.value.path().read_text().splitlines()) == 3
    elsewhere.get_by_role("button", name="Change", exact=True).click()
    expect(elsewhere.get_by_role("button", name="Change 2 entries")).to_be_visible()
    settled(elsewhere)  # a list closes when its place moves
    choose(elsewhere, elsewhere.get_by_role("combobox", name="Status"), "Archived")
    elsewhere.get_by_role("button", name="Change 2 entries").click()
    expect(elsewhere.get_by_text("Changed 2 entries.")).to_be_visible()
    box(reader).fill("When is payday")
    expect(reader.get_by_text("There is nothing to find yet.")).to_be_visible()
    elsewhere.get_by_role("button", name="Undo").click()
    expect(elsewhere.get_by_text("Changed 2 entries.")).to_be_hidden()
    ask(reader, "When is payday then?")
    expect(best(reader)).to_contain_text("On the 15th.")

    # The bin is emptied there, and nothing of it is left here.
    collection.remove([entry.id for entry in collection.all_entries()])
    elsewhere.get_by_role("radio", name="Bin").click()
    elsewhere.get_by_role("button", name="Empty the bin").click()
    elsewhere.get_by_role("button", name="Delete 2 entries for good").click()
    expect(elsewhere.get_by_text("Deleted 2 entries for good.")).to_be_visible()
    assert collection.store.entries.page(EntryFilter(deleted=True)).total == 0
    assert collection.store.upkeep.check().problems == ()
