"""Seventeen things that people do, from the first page on, with the most clicks that each takes."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from faq.collection import Collection
from faq.transfer.files import opened_table
from store import Content
from tests.browser.conftest import Visit
from tests.browser.person import Person
from tests.browser.screens import (
    MODEL_PATIENCE,
    best,
    box,
    drawer,
    field,
    rows,
    settled,
    wait_until,
    write_table,
)

pytestmark = pytest.mark.browser

CARD = Content("How do I replace a lost card?", "Call us on 555.", category="Cards")
CANTEEN = Content("Where is the canteen?", "Downstairs.")
PAYDAY = Content("When is payday?", "On Friday.")


@pytest.fixture
def three(collection: Collection) -> Collection:
    """A collection of three entries; the list shows the last one first."""
    for content in (CARD, CANTEEN, PAYDAY):
        collection.add(content)
    return collection


@pytest.fixture
def person(visit: Visit) -> Person:
    """A person who has just opened Askwell."""
    page = visit()
    settled(page)
    return Person(page)


def go(person: Person, name: str) -> None:
    person.click(person.page.get_by_role("link", name=name))
    expect(person.page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def saves(person: Person) -> None:
    person.click(button(drawer(person.page), "Save"))
    expect(drawer(person.page)).to_be_hidden()


def test_1_the_sample_gives_the_first_answer(person: Person, server: object) -> None:
    person.click(button(person.page, "Load the Medicare sample"))
    expect(best(person.page)).to_be_visible(timeout=MODEL_PATIENCE)
    assert person.clicks <= 1


def test_2_an_answer_is_copied(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    expect(box(person.page)).to_be_focused()
    person.write("my card is gone")
    expect(best(person.page)).to_contain_text(CARD.answer)
    person.click(button(best(person.page), "Copy answer"))
    expect(button(best(person.page), "Copied")).to_be_visible()
    assert person.page.evaluate("navigator.clipboard.readText()") == CARD.answer
    assert person.clicks <= 1


def test_3_an_entry_is_added(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    person.click(button(person.page, "Add an entry"))
    expect(field(person.page, "Question")).to_be_focused()
    person.write("May I bring my dog?")
    person.click(field(person.page, "Answer"))
    person.write("On Fridays.")
    saves(person)
    assert [*three.all_entries()][-1].content == Content("May I bring my dog?", "On Fridays.")
    assert person.clicks <= 4


def test_4_an_answer_is_put_right_where_it_was_read(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    expect(box(person.page)).to_be_focused()
    person.write("when is payday")
    person.click(button(best(person.page), "Edit"))
    person.write_in(field(person.page, "Answer"), "On Thursday.")
    saves(person)
    expect(best(person.page)).to_contain_text("On Thursday.")
    assert person.clicks <= 3


def open_row(person: Person, row: int) -> None:
    person.click(rows(person.page).nth(row))
    expect(drawer(person.page)).to_be_visible()


def test_5_another_way_of_asking_is_added(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    open_row(person, 1)
    person.click(field(person.page, "Other ways people ask this"))
    person.write("Where can I eat?")
    saves(person)
    assert three.search("Where can I eat?").matches[0].entry.content.question == CANTEEN.question
    assert person.clicks <= 4


def test_6_a_file_is_imported(visit: Visit, three: Collection, tmp_path: Path) -> None:
    rows = [{"question": f"Who is number {n}?", "answer": f"Person {n}."} for n in range(5)]
    path = write_table(tmp_path / "people.csv", rows)
    person = Person(visit())
    go(person, "Entries")
    person.click(button(person.page, "Import"))
    person.choose_file(
        drawer(person.page).get_by_test_id("stFileUploaderDropzone").locator("button"),
        str(path),
    )
    expect(button(drawer(person.page), "Import")).to_be_visible()
    person.click(button(drawer(person.page), "Import"))
    expect(person.page.locator(".st-key-import_ended")).to_contain_text("5 added")
    assert person.clicks <= 5


def test_7_an_entry_is_looked_for_and_read(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    person.click(person.page.get_by_role("searchbox").first)
    person.write("canteen")
    expect(person.page.get_by_text("1 to 1 of 1")).to_be_visible()
    open_row(person, 0)
    expect(field(person.page, "Answer")).to_have_value(CANTEEN.answer)
    assert person.clicks <= 3


def test_8_two_entries_get_a_category(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    person.tick(0)
    person.tick(1)
    expect(person.page.get_by_text("2 selected")).to_be_visible()
    person.click(button(person.page, "Change"))
    person.click(person.page.get_by_role("combobox", name="Category").last)
    person.write("House")
    person.page.keyboard.press("Enter")
    person.click(button(person.page, "Change 2 entries"))
    wait_until(
        lambda: [one.content.category for one in three.all_entries()],
        lambda found: found == ["Cards", "House", "House"],
    )
    assert person.clicks <= 6


def test_9_an_entry_is_deleted_and_brought_back(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    person.tick(1)
    person.click(button(person.page, "Delete"))
    expect(person.page.get_by_text("1 to 2 of 2")).to_be_visible()
    person.click(button(person.page, "Undo"))
    expect(person.page.get_by_text("1 to 3 of 3")).to_be_visible()
    assert person.clicks <= 4


def test_10_the_bin_gives_an_entry_back(visit: Visit, three: Collection) -> None:
    three.remove([next(iter(three.all_entries())).id])
    person = Person(visit())
    go(person, "Entries")
    person.click(person.page.get_by_role("radio", name="Bin"))
    expect(person.page.get_by_text("1 to 1 of 1")).to_be_visible()
    person.click(button(person.page, "Restore"))
    wait_until(lambda: three.store.info().entries, lambda count: count == 3)
    assert person.clicks <= 3


@pytest.fixture
def asked(three: Collection) -> Collection:
    """A collection that was asked in vain for a place to park."""
    three.log(three.search("Where can visitors park?"))
    return three


def test_11_a_question_asked_in_vain_gets_an_entry(visit: Visit, asked: Collection) -> None:
    person = Person(visit())
    go(person, "Inbox")
    person.click(button(person.page, "Write an entry"))
    person.click(field(person.page, "Answer"))
    person.write("Behind the house.")
    saves(person)
    expect(person.page.get_by_role("heading", name="All done")).to_be_visible()
    assert person.clicks <= 4


def test_12_a_question_asked_in_vain_is_given_to_an_entry(visit: Visit, asked: Collection) -> None:
    person = Person(visit())
    go(person, "Inbox")
    person.click(button(person.page, "It is this entry"))
    person.click(person.page.get_by_role("button", name=CANTEEN.question))
    expect(person.page.get_by_role("heading", name="All done")).to_be_visible()
    assert asked.search("Where can visitors park?").answered
    assert person.clicks <= 3


def test_13_any_two_entries_become_one(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    person.tick(0)
    person.tick(1)
    person.click(button(person.page, "Merge"))
    person.write_in(field(person.page, "Answer"), "On Friday, downstairs.")
    saves(person)
    wait_until(lambda: three.store.info().entries, lambda count: count == 2)
    assert [*three.all_entries()][-1].content.answer == "On Friday, downstairs."
    assert person.clicks <= 6


def test_14_an_earlier_version_comes_back(visit: Visit, three: Collection) -> None:
    *_, last = three.all_entries()
    three.edit(last, Content(PAYDAY.question, "Never."))
    person = Person(visit())
    go(person, "Entries")
    open_row(person, 0)
    person.click(drawer(person.page).get_by_text("History", exact=True))
    person.click(button(drawer(person.page), "Restore"))
    expect(drawer(person.page)).to_be_hidden()
    assert [*three.all_entries()][-1].content.answer == PAYDAY.answer
    assert person.clicks <= 4


def test_15_all_entries_are_exported(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Entries")
    person.click(button(person.page, "Export"))
    with person.page.expect_download() as download:
        person.click(button(person.page, "Download"))
    with opened_table(download.value.path()) as table:
        assert len([row for _, row in table.rows if isinstance(row, dict)]) == 3
    assert person.clicks <= 3


def test_16_a_backup_is_made_and_restored(visit: Visit, three: Collection) -> None:
    person = Person(visit())
    go(person, "Settings")
    expect(button(person.page, "Back up now")).to_be_visible()
    settled(person.page)
    backups = button(person.page, "Restore")
    before = backups.count()
    person.click(button(person.page, "Back up now"))
    expect(backups).to_have_count(before + 1)
    three.remove([next(iter(three.all_entries())).id])
    person.click(button(person.page, "Restore").first)
    person.click(button(drawer(person.page), "Restore it"))
    expect(person.page.get_by_text("Restored 3 entries")).to_be_visible()
    assert person.clicks <= 4


def test_17_the_orders_of_matches_are_compared(visit: Visit, three: Collection) -> None:
    for entry in list(three.all_entries()):
        words = entry.content.question.lower()
        three.edit(
            entry,
            Content(
                entry.content.question,
                entry.content.answer,
                phrasings=(f"Tell me: {words}", f"{words} please"),
            ),
        )
    person = Person(visit())
    person.click(person.page.get_by_role("button", name="Lab"))
    person.click(person.page.get_by_role("menuitem", name="Quality"))
    person.click(button(person.page, "Compare"))
    expect(person.page.get_by_text("put the right entry first").first).to_be_visible()
    assert person.clicks <= 3
