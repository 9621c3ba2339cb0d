"""Entries, as a person keeps them."""

import csv
import re
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from faq.collection import Collection
from faq.transfer.files import opened_table
from store import Content, EntryFilter
from tests.browser.conftest import Visit
from tests.browser.screens import (
    MODEL_PATIENCE,
    best,
    choose_category,
    drawer,
    field,
    leave,
    open_row,
    rows,
    save,
    settled,
    tick_row,
    write_table,
)

pytestmark = pytest.mark.browser

QUESTIONS = ("How do I replace a lost card?", "Where is the canteen?", "When is payday?")


@pytest.fixture
def three(collection: Collection) -> Collection:
    """A collection of three entries; the list shows the last one first."""
    for question in QUESTIONS:
        collection.add(Content(question, "So."))
    return collection


def standing(collection: Collection) -> list[str]:
    return [entry.content.question for entry in collection.all_entries()]


def button(page: Page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).click()


def test_an_entry_with_other_ways_is_added_and_found_by_them(
    visit: Visit, collection: Collection
) -> None:
    page = visit("/entries")
    button(page, "Add an entry")
    field(page, "Question").fill("How do I claim travel costs?")
    field(page, "Answer").fill("With the **form**.")
    field(page, "Other ways people ask this").fill("Who pays my train ticket?\n\nmileage money")
    choose_category(page, "Travel")
    save(page)
    expect(page.get_by_text("Saved “How do I claim travel costs?”.")).to_be_visible()
    [entry] = collection.all_entries()
    assert entry.content == Content(
        "How do I claim travel costs?",
        "With the **form**.",
        category="Travel",
        phrasings=("Who pays my train ticket?", "mileage money"),
    )
    page.get_by_role("link", name="Ask").click()
    page.get_by_role("searchbox", name="Ask a question").fill("who pays for my train ticket")
    expect(best(page)).to_contain_text("Matched “Who pays my train ticket?”")


def test_several_entries_are_written_in_a_row(visit: Visit, collection: Collection) -> None:
    page = visit("/entries")
    button(page, "Add an entry")
    for question in QUESTIONS[:2]:
        field(page, "Question").fill(question)
        drawer(page).get_by_role("button", name="Save and add another").click()
        expect(field(page, "Question")).to_have_value("")
        expect(page.get_by_text(f"Saved “{question}”.").last).to_be_visible()
    assert standing(collection) == list(QUESTIONS[:2])
    leave(page)
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()


def test_a_second_click_saves_nothing_again(visit: Visit, collection: Collection) -> None:
    page = visit("/entries")
    for question, pause in zip(QUESTIONS, (60, 150), strict=False):  # milliseconds
        button(page, "Add an entry")
        field(page, "Question").fill(question)
        settled(page)
        area = drawer(page).get_by_role("button", name="Save", exact=True).bounding_box()
        assert area
        for _ in range(2):
            page.mouse.click(area["x"] + 9, area["y"] + 9)
            page.wait_for_timeout(pause)
        expect(drawer(page)).to_be_hidden()
        settled(page)
    assert standing(collection) == list(QUESTIONS[:2])


def test_text_left_unsaved_is_not_lost(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    open_row(page)
    expect(field(page, "Question")).to_have_value("When is payday?")
    field(page, "Answer").fill("On the last Friday.")
    leave(page)
    expect(page.locator(".st-key-unsaved")).to_contain_text("It is not saved.")
    button(page, "Go on writing")
    expect(field(page, "Answer")).to_have_value("On the last Friday.")
    save(page)
    expect(page.locator(".st-key-unsaved")).to_be_hidden()
    assert list(three.all_entries())[2].content.answer == "On the last Friday."


def test_a_field_stays_where_it_is_while_one_writes_in_it(
    visit: Visit, collection: Collection
) -> None:
    """What the drawer says of the question comes while the answer is being typed."""
    page = visit("/entries")
    button(page, "Add an entry")
    settled(page)
    field(page, "Question").click()
    field(page, "Question").press_sequentially("Where is the canteen?", delay=30)
    field(page, "Answer").click()
    field(page, "Answer").press_sequentially("Downstairs, to the left of the lift.", delay=60)
    expect(drawer(page).get_by_text("7 of 256 tokens")).to_be_visible()
    expect(field(page, "Answer")).to_be_focused()
    expect(field(page, "Answer")).to_have_value("Downstairs, to the left of the lift.")


def test_nothing_moves_in_the_drawer_when_something_is_said_of_the_question(
    visit: Visit, three: Collection
) -> None:
    """Else a click is lost that began on a button before it moved."""
    page = visit("/entries")
    button(page, "Add an entry")
    settled(page)
    save_button = drawer(page).get_by_role("button", name="Save", exact=True)

    def heights() -> list[float]:
        places = (save_button, field(page, "Answer"), field(page, "Category"))
        return [cast(dict[str, float], one.bounding_box())["y"] for one in places]

    before = heights()
    field(page, "Question").fill("Where's the canteen?")
    field(page, "Question").press("Tab")
    expect(drawer(page).get_by_text("1 similar entry")).to_be_visible()
    expect(drawer(page).get_by_text("of 256 tokens")).to_be_visible()
    settled(page)
    assert heights() == before


def test_an_entry_that_was_only_read_closes_without_a_word(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    open_row(page, 1)
    expect(field(page, "Question")).to_have_value("Where is the canteen?")
    leave(page)
    expect(page.locator(".st-key-unsaved")).to_be_hidden()


def test_an_entry_is_deleted_and_brought_back(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    tick_row(page, 1)
    expect(page.get_by_text("1 selected")).to_be_visible()
    button(page, "Delete")
    expect(page.get_by_text("Deleted “Where is the canteen?”.")).to_be_visible()
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    expect(page.get_by_text("0 selected")).to_be_visible()  # no other row inherits the tick
    assert standing(three) == [QUESTIONS[0], QUESTIONS[2]]
    button(page, "Undo")
    expect(page.get_by_text("1 to 3 of 3")).to_be_visible()
    assert standing(three) == list(QUESTIONS)


def test_the_bin_says_who_deleted_what_and_gives_it_back(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    tick_row(page, 0)
    tick_row(page, 2)
    expect(page.get_by_text("2 selected")).to_be_visible()
    button(page, "Delete")
    expect(page.get_by_text("Deleted 2 entries.")).to_be_visible()
    page.get_by_role("radio", name="Bin").click()
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Deleted .+ by ada$"))).to_have_count(2)
    expect(page.locator(".st-key-entries").get_by_text("Published")).to_be_hidden()
    rows(page).last.click()
    expect(drawer(page).get_by_role("heading", name=QUESTIONS[0])).to_be_visible()
    expect(drawer(page).get_by_text("So.")).to_be_visible()
    expect(drawer(page).get_by_role("textbox")).to_have_count(0)
    leave(page)
    page.get_by_role("button", name="Restore", exact=True).first.click()
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()
    page.get_by_role("radio", name="Bin").click()
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    assert standing(three) == ["Where is the canteen?", "When is payday?"]


def test_nothing_moves_when_entries_are_ticked(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    settled(page)
    boxes = page.locator("[class*='st-key-tick_'] label")
    bar = page.get_by_test_id("stBottom").get_by_role("button")
    expect(boxes).to_have_count(3)

    def places() -> list[dict[str, float]]:
        return [cast(dict[str, float], one.bounding_box()) for one in (*boxes.all(), *bar.all())]

    before = places()
    for number, place in enumerate(before[:2], start=1):
        page.mouse.click(place["x"] + 8, place["y"] + 8)
        expect(page.get_by_text(f"{number} selected")).to_be_visible()
        settled(page)
        assert places() == before
    ticked = page.locator("[class*='st-key-tick_'] input")
    assert [one.is_checked() for one in ticked.all()] == [True, True, False]
    page.mouse.click(before[0]["x"] + 8, before[0]["y"] + 8)
    expect(page.get_by_text("1 selected")).to_be_visible()
    settled(page)
    assert places() == before
    button(page, "Delete")
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    assert standing(three) == [QUESTIONS[0], QUESTIONS[2]]


def test_a_long_question_ends_in_dots_and_opens_its_entry(
    visit: Visit, collection: Collection
) -> None:
    question = "Where do I find " + "the form for " * 20 + "travel?"
    collection.add(Content(question, "There."))
    page = visit("/entries")
    label = rows(page).get_by_text("Where do I find")
    expect(label).to_be_visible()
    settled(page)
    dots = "(e) => getComputedStyle(e).textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth"
    cut = f"(e) => [e, ...e.querySelectorAll('*'), e.parentElement].some({dots})"
    assert label.evaluate(cut)
    open_row(page)
    expect(field(page, "Question")).to_have_value(question)


def test_on_a_telephone_entries_are_cards_below_two_lines_of_controls(
    visit: Visit, three: Collection
) -> None:
    page = visit("/entries", {"width": 400, "height": 800})
    expect(rows(page)).to_have_count(3)
    settled(page)
    heading = page.get_by_role("heading", name="Entries").bounding_box()
    first = rows(page).first.bounding_box()
    status = page.locator(".st-key-entries").get_by_text("Published").first.bounding_box()
    assert heading and first and status
    line = 56  # a control, and what is between two of them
    assert first["y"] - (heading["y"] + heading["height"]) < 3 * line
    assert status["y"] > first["y"]
    assert status["x"] < 100
    for name in ("Merge", "Delete"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    rows(page).nth(1).click()
    expect(field(page, "Question")).to_have_value(QUESTIONS[1])
    settled(page)
    expect(drawer(page)).to_be_in_viewport(ratio=1)


def test_two_entries_become_one_with_an_answer_of_both(
    visit: Visit, collection: Collection
) -> None:
    collection.add(Content("Where is the canteen?", "Downstairs."))
    collection.add(Content("When is payday?", "On Friday."))
    collection.add(Content("Where do I eat?", "In the yard.", tags=("food",)))
    page = visit("/entries")
    tick_row(page, 0)
    expect(page.get_by_role("button", name="Merge")).to_be_disabled()
    tick_row(page, 2)
    button(page, "Merge")
    both = page.locator(".st-key-both")
    expect(both).to_contain_text("Downstairs.")
    expect(both).to_contain_text("In the yard.")
    expect(field(page, "Answer")).to_have_value("Downstairs.\n\nIn the yard.")
    field(page, "Answer").fill("Downstairs, or in the yard.")
    save(page)
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    [kept, _] = collection.all_entries()
    assert kept.content == Content(
        "Where is the canteen?",
        "Downstairs, or in the yard.",
        phrasings=("Where do I eat?",),
        tags=("food",),
    )
    button(page, "Undo")
    expect(page.get_by_text("1 to 3 of 3")).to_be_visible()
    assert [one.content.answer for one in collection.all_entries()][::2] == [
        "Downstairs.",
        "In the yard.",
    ]


def test_everything_in_the_drawer_comes_in_the_order_of_reading(
    visit: Visit, three: Collection
) -> None:
    page = visit("/entries")
    open_row(page)
    follows = "(one, other) => Boolean(one.compareDocumentPosition(other) & 4)"
    order = [
        drawer(page).get_by_role("button", name="Save", exact=True),
        field(page, "Question"),
        field(page, "Answer"),
        field(page, "Category"),
        field(page, "Must not find this entry"),
        drawer(page).get_by_role("button", name="Delete", exact=True),
    ]
    for one, other in pairwise(order):
        assert one.evaluate(follows, other.element_handle())


def test_the_last_entries_of_the_last_page_can_be_deleted(
    visit: Visit, collection: Collection
) -> None:
    contents = [Content(f"Question number {number}?") for number in range(26)]
    collection.add_many(contents, collection.embed(one.question for one in contents))
    page = visit("/entries")
    expect(page.get_by_text("1 to 25 of 26")).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("26 to 26 of 26")).to_be_visible()
    tick_row(page)
    button(page, "Delete")
    expect(page.get_by_text("1 to 25 of 25")).to_be_visible()
    expect(rows(page).first).to_be_visible()


def test_a_question_that_exists_already_is_pointed_out_and_can_be_edited_instead(
    visit: Visit, three: Collection
) -> None:
    three.log(three.search("where's the canteen?"))
    page = visit("/entries")
    button(page, "Add an entry")
    field(page, "Question").fill("Where's the canteen?")
    field(page, "Question").press("Tab")
    similar = drawer(page).get_by_text("1 similar entry")
    expect(similar).to_be_visible()
    field(page, "Question").fill("Who waters the plants?")
    field(page, "Question").press("Tab")
    expect(similar).to_be_hidden()
    field(page, "Question").fill("Where's the canteen?")
    field(page, "Question").press("Tab")
    similar.click()
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(field(page, "Question")).to_have_value("Where is the canteen?")
    expect(drawer(page)).to_contain_text("Edit entry")
    leave(page)
    unsaved = page.locator(".st-key-unsaved")
    expect(unsaved).to_contain_text("“Where's the canteen?”")

    unsaved.get_by_role("button", name="Go on writing").click()
    field(page, "Answer").fill("Downstairs.")  # and straight to another entry that this changes
    drawer(page).get_by_role("button", name="Edit “Where is the canteen?”").click()
    expect(field(page, "Question")).to_have_value("Where is the canteen?")
    expect(field(page, "Question")).to_be_in_viewport()
    leave(page)
    unsaved.get_by_role("button", name="Go on writing").click()
    expect(field(page, "Answer")).to_have_value("Downstairs.")


def test_it_shows_where_the_model_stops_reading(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    button(page, "Add an entry")
    field(page, "Question").fill("Where is the canteen?")
    field(page, "Question").press("Tab")
    expect(drawer(page).get_by_text("7 of 256 tokens")).to_be_visible()
    field(page, "Question").fill(" ".join(f"word{number}" for number in range(400)))
    field(page, "Question").press("Tab")
    drawer(page).get_by_role("button", name="Where", exact=True).click()
    mark = page.get_by_text("The model stops reading here: …")
    expect(mark).to_be_visible()
    expect(mark).to_contain_text("▏")


def test_the_drawer_tells_who_changed_what(visit: Visit, three: Collection) -> None:
    page = visit("/entries")
    open_row(page)
    field(page, "Answer").fill("On Friday.")
    save(page)
    open_row(page)
    drawer(page).get_by_text("History").click()
    expect(drawer(page).get_by_text("Added by grace, ")).to_be_visible()
    expect(drawer(page).get_by_text("Changed by ada, ")).to_be_visible()


def test_a_file_is_imported_with_its_bad_rows_named(
    visit: Visit, collection: Collection, tmp_path: Path
) -> None:
    filler = "and what else is there to know about it " * 15
    rows = [
        {
            "question": f"Where do I find form number {number}?",
            "answer": f"On shelf {number}.",
            "status": "published",
            "phrasings": "\n".join(f"Way {way} to form {number} {filler}" for way in range(2)),
        }
        for number in range(60)
    ]
    rows[9]["question"] = ""
    rows[19]["status"] = "secret"
    page = visit("/entries")
    button(page, "Import")
    drawer(page).locator("input[type=file]").set_input_files(
        write_table(tmp_path / "forms.csv", rows)
    )
    drawer(page).get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("of 60 rows, started by ada")).to_be_visible()
    expect(page.get_by_text("Entries are being imported.")).to_be_visible()
    expect(page.get_by_text("There are no entries yet.")).to_be_hidden()
    ended = page.locator(".st-key-import_ended")
    done = "58 added, 0 updated, 0 skipped, 2 failed in"
    expect(ended).to_contain_text(done, timeout=MODEL_PATIENCE)
    expect(page.get_by_text("1 to 25 of 58")).to_be_visible()
    with page.expect_download() as download:
        ended.get_by_role("button", name="Download these rows").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as kept:
        failed = list(csv.DictReader(kept))
    assert [(row["row"], row["error"], row["answer"]) for row in failed] == [
        ("20", "The entry has no question. Write one.", "On shelf 9."),  # each row has two lines
        ("40", "The status is 'secret', expected published, draft, archived.", "On shelf 19."),
    ]
    assert collection.store.info().entries == 58
    ended.get_by_role("button", name="Close").click()
    expect(ended).to_be_hidden()


def test_a_file_of_another_kind_is_refused_with_the_reason(
    visit: Visit, collection: Collection, tmp_path: Path
) -> None:
    page = visit("/entries")
    button(page, "Import")
    drawer(page).locator("input[type=file]").set_input_files(
        write_table(tmp_path / "prices.csv", [{"price": "5", "thing": "card"}])
    )
    expect(
        drawer(page).get_by_text("The file has no column 'question'; its first line has")
    ).to_be_visible()
    expect(drawer(page).get_by_role("button", name="Import", exact=True)).to_be_hidden()


def test_an_export_holds_every_entry(visit: Visit, collection: Collection, tmp_path: Path) -> None:
    contents = [
        Content(f"Question {number}?", "=1+1\nnext", tags=("a", "b")) for number in range(40)
    ]
    collection.add_many(contents, collection.embed(one.question for one in contents))
    page = visit("/entries")
    button(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "faq.xlsx"
    with opened_table(download.value.path()) as table:
        rows = [row for _, row in table.rows if isinstance(row, dict)]
    assert [row["question"] for row in rows] == [one.question for one in contents]
    assert {row["answer"] for row in rows} == {"=1+1\nnext"}


def test_an_entry_that_was_deleted_in_the_meantime_is_not_written_over(
    visit: Visit, three: Collection
) -> None:
    page = visit("/entries")
    open_row(page)
    [entry] = three.store.entries.page(EntryFilter(), sort="id", descending=True, limit=1).entries
    three.remove([entry.id])
    field(page, "Answer").fill("Never.")
    settled(page)
    drawer(page).get_by_role("button", name="Save", exact=True).click()
    expect(
        drawer(page).get_by_text(f"Entry {entry.id} is in the bin; take it out first.")
    ).to_be_visible()
