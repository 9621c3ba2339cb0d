"""Ask, as a person uses it."""

import re

import pytest
from playwright.sync_api import expect

from faq.collection import Collection
from store import Content, LoggedQuery
from tests.browser.conftest import Visit
from tests.browser.person import Person
from tests.browser.screens import (
    ask,
    best,
    box,
    drawer,
    field,
    others,
    save,
    settled,
    wait_until,
)

pytestmark = pytest.mark.browser

LOST = Content("How do I replace a lost card?", "Call us on **555**.", category="Cards")
LOGIN = Content("How do I reset my password?", "Use the link.", category="Access")


def test_answers_come_while_one_types(visit: Visit, collection: Collection) -> None:
    collection.add(LOST)
    collection.add(LOGIN)
    page = visit()
    expect(page.get_by_text("Ask in your own words, for example")).to_be_visible()
    box(page).press_sequentially("lost card", delay=60)
    expect(best(page).get_by_role("heading")).to_have_text(LOST.question)
    expect(best(page)).to_contain_text("Call us on 555.")
    box(page).press("ControlOrMeta+a")
    box(page).press_sequentially("forgot password", delay=60)
    expect(best(page).get_by_role("heading")).to_have_text(LOGIN.question)


def test_a_letter_that_streamlit_takes_back_is_typed_again(
    visit: Visit, collection: Collection
) -> None:
    collection.add(LOST)
    page = visit()
    box(page).press_sequentially("lost car", delay=60)
    box(page).press("d")
    box(page).evaluate("field => { field.value = 'lost car' }")  # as on a machine that is busy
    expect(box(page)).to_have_value("lost card")
    box(page).evaluate("field => { field.value = 'lost c' }")
    box(page).press("s")
    expect(box(page)).to_have_value("lost cards")
    # What is cleared on purpose, or with the cross, stays so.
    page.get_by_role("button", name="Clear entry").click()
    expect(box(page)).to_have_value("")
    page.wait_for_timeout(200)
    expect(box(page)).to_have_value("")


def test_a_question_without_an_answer_becomes_an_entry_and_is_found_at_once(
    visit: Visit, collection: Collection
) -> None:
    collection.add(LOST)
    page = visit()
    ask(page, "Is there parking for visitors?")
    expect(page.get_by_text("No close match. Nearest entries:")).to_be_visible()
    expect(best(page)).to_be_hidden()
    page.get_by_role("button", name="Add as an entry").click()
    expect(field(page, "Question")).to_have_value("Is there parking for visitors?")
    field(page, "Answer").fill("Behind the house.")
    save(page)
    expect(page.get_by_text("Saved “Is there parking for visitors?”.")).to_be_visible()
    expect(best(page)).to_contain_text("very close")
    expect(best(page)).to_contain_text("Behind the house.")


def test_an_answer_is_put_right_where_it_is_read(visit: Visit, collection: Collection) -> None:
    entry = collection.add(LOST)
    page = visit()
    ask(page, "lost card")
    best(page).get_by_role("button", name="Edit").click()
    field(page, "Answer").fill("Call us on 556.")
    save(page)
    expect(best(page)).to_contain_text("Call us on 556.")
    [edited] = collection.store.entries.get([entry.id])
    assert (edited.content.answer, edited.version) == ("Call us on 556.", 2)
    assert edited.updated_by == "ada"


def test_a_further_match_opens_with_its_answer(visit: Visit, collection: Collection) -> None:
    collection.add(LOST)
    collection.add(LOGIN)
    page = visit()
    ask(page, "I lost my card")
    expect(page.get_by_text("Use the link.")).to_be_hidden()
    others(page).first.click()
    expect(page.get_by_text("Use the link.")).to_be_visible()


def test_a_link_opens_its_entry(visit: Visit, collection: Collection) -> None:
    entry = collection.add(LOST)
    page = visit(f"/?entry={entry.id}")
    linked = page.locator(".st-key-linked")
    expect(linked.get_by_role("heading")).to_have_text(LOST.question)
    expect(linked).to_contain_text("Call us on 555.")
    linked.get_by_role("button", name="Edit").click()
    expect(field(page, "Question")).to_have_value(LOST.question)


def test_answer_and_link_are_copied(visit: Visit, collection: Collection) -> None:
    entry = collection.add(LOST)
    page = visit()
    ask(page, "lost card")
    best(page).get_by_role("button", name="Copy answer").click()
    expect(best(page).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == LOST.answer
    best(page).get_by_role("button", name="Copy link").click()
    address = wait_until(
        lambda: str(page.evaluate("navigator.clipboard.readText()")), lambda t: "entry=" in t
    )
    assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/\?entry={entry.id}", address)


def test_a_thumb_down_is_kept_with_its_question(visit: Visit, collection: Collection) -> None:
    entry = collection.add(LOST)
    page = visit()
    ask(page, "my card is gone")
    best(page).get_by_role("radio", name="Thumbs down").click()

    def rated() -> list[LoggedQuery]:
        return [query for query in collection.store.log.page(10).queries if query.thumb]

    [query] = wait_until(rated, bool)
    assert (query.text, query.thumb, query.entry_id) == ("my card is gone", -1, entry.id)


def test_only_the_question_that_one_stays_with_is_logged(
    visit: Visit, collection: Collection
) -> None:
    collection.add(LOST)
    page = visit()
    box(page).press_sequentially("where is my lost card", delay=100)
    expect(best(page)).to_be_visible()

    def logged() -> list[str]:
        texts = [query.text for query in collection.store.log.page(100).queries]
        return [text for text in texts if text.startswith("whe")]  # none of an earlier test's

    wait_until(logged, bool)
    page.wait_for_timeout(2500)  # no condition to wait for: nothing more may come
    assert logged() == [box(page).input_value()]


def test_back_goes_to_the_question_before(visit: Visit, collection: Collection) -> None:
    collection.add(LOST)
    collection.add(LOGIN)
    page = visit("/?q=lost+card")
    expect(best(page).get_by_role("heading")).to_have_text(LOST.question)
    box(page).press("ControlOrMeta+a")
    box(page).press_sequentially("forgot password", delay=60)
    expect(best(page).get_by_role("heading")).to_have_text(LOGIN.question)
    expect(page).to_have_url(re.compile(r"\?q=forgot\+password$"))
    page.go_back()
    expect(box(page)).to_have_value("lost card")
    expect(best(page).get_by_role("heading")).to_have_text(LOST.question)
    page.go_forward()
    expect(box(page)).to_have_value("forgot password")


def test_the_box_has_the_cursor_after_it_is_cleared_and_when_one_comes_back(
    visit: Visit, collection: Collection
) -> None:
    collection.add(LOST)
    page = visit()
    ask(page, "lost card")
    page.locator(".st-key-q").get_by_role("button").click()
    expect(box(page)).to_have_value("")
    expect(box(page)).to_be_focused()
    page.get_by_role("link", name="Entries", exact=True).click()
    expect(page.get_by_role("heading", name="Entries")).to_be_visible()
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(box(page)).to_be_focused()


def test_why_opens_with_one_click_for_each_match(visit: Visit, collection: Collection) -> None:
    collection.add(LOST)
    collection.add(LOGIN)
    page = visit()
    ask(page, "I lost my card")
    best(page).get_by_role("button", name="Why").click()
    expect(best(page).get_by_text("Score 0.")).to_be_visible()
    others(page).first.click()
    other = page.locator("[class*='st-key-match_']")
    other.get_by_role("button", name="Why").click()
    expect(other.get_by_text("Score 0.")).to_be_visible()
    expect(page.get_by_text("Score 0.")).to_have_count(1)


def test_what_was_missing_reaches_the_inbox(visit: Visit, collection: Collection) -> None:
    collection.add(LOST)
    page = visit()
    ask(page, "where has my card gone")
    best(page).get_by_role("radio", name="Thumbs down").click()
    missing = page.get_by_role("textbox", name="Thank you. What was missing?")
    missing.fill("The number to call")
    missing.press("Enter")
    expect(page.get_by_text("Thank you. Whoever edits the collection sees it.")).to_be_visible()
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_text("What was missing: “The number to call”")).to_be_visible()


def test_everything_works_with_the_keyboard(visit: Visit, collection: Collection) -> None:
    collection.add(LOST)
    page = visit()
    expect(box(page)).to_be_focused()
    page.keyboard.type("lost card")
    page.keyboard.press("Enter")
    expect(best(page)).to_be_visible()
    expect(box(page)).to_be_focused()
    settled(page)

    def focused() -> str:
        return str(
            page.evaluate(
                """() => {
                  let at = document.activeElement
                  const inside = at.closest(".st-key-best")
                  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
                  return inside ? at.innerText.trim() : ""
                }"""
            )
        )

    reached: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(focused())
    assert any("Copy answer" in text for text in reached), reached
    assert any("Copy link" in text for text in reached), reached
    assert any("Edit" in text for text in reached), reached
    best(page).get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(drawer(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()


# Where each button stood in every frame, by its label.
WATCH = """() => {
  window.stood = {}
  const look = () => {
    for (const button of document.querySelectorAll("[class*='st-key-match_'] button")) {
      const label = button.innerText.trim().split("\\n").at(-1)
      const places = window.stood[label] ??= []
      const x = Math.round(button.getBoundingClientRect().x)
      if (!places.includes(x)) places.push(x)
    }
    requestAnimationFrame(look)
  }
  look()
}"""


def test_the_buttons_of_a_match_stay_where_they_are(visit: Visit, collection: Collection) -> None:
    for question in ("How do I replace a lost card?", "Is a card lost?", "Where are lost cards?"):
        collection.add(Content(question, "Call us."))
    page = visit()
    ask(page, "where is my lost card")
    page.evaluate(WATCH)
    person = Person(page)
    for place in range(2):
        person.click(others(page).nth(place))
        match = page.locator("[class*='st-key-match_']").nth(place)
        expect(match.get_by_role("button", name="Copy answer")).to_be_visible()
    settled(page)
    stood = page.evaluate("window.stood")
    assert {label: len(stood[label]) for label in ("Edit", "Why")} == {"Edit": 1, "Why": 1}
