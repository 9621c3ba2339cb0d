"""The first minutes with Askwell, and what is there the next day."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.screens import MODEL_PATIENCE, best, box, order_by_meaning_alone, others
from tests.browser.server import Server

pytestmark = pytest.mark.browser

PUBLISHED = [
    ("How can I get help with my Medicare Part A and Part B premiums?", "0.757"),
    ("What is Medicare and who can get it?", "0.742"),
    ("How do I sign up for Medicare?", "0.725"),
    ("What are the different parts of Medicare?", "0.674"),
    ("Will my Medicare premiums be higher because of my higher income?", "0.651"),
]


@pytest.fixture
def cold(tmp_path: Path, model_cache: Path) -> Iterator[Server]:
    """A server that nobody has visited yet."""
    server = Server(tmp_path, model_cache)
    server.start()
    yield server
    server.stop()


def test_the_published_example_comes_with_one_click_and_stays(
    cold: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(cold)
    page.goto("/")
    page.get_by_role("button", name="Load the Medicare sample").click()
    expect(best(page)).to_be_visible(timeout=MODEL_PATIENCE)
    expect(others(page)).to_have_count(4)
    order_by_meaning_alone(page)
    expect(others(page).nth(2)).to_contain_text(PUBLISHED[3][0])
    assert best(page).get_by_role("heading").inner_text() == PUBLISHED[0][0]
    person = Person(page)  # who waits until a match has opened
    opened = [best(page), *page.locator("[class*='st-key-match_']").all()]
    for place, (question, similarity) in enumerate(PUBLISHED):
        expect(opened[place]).to_contain_text(re.compile(f"{re.escape(question)}\\s*(very )?close"))
        if place:
            person.click(others(page).nth(place - 1))
        person.click(opened[place].get_by_role("button", name="Why"))
        expect(page.get_by_text(f"Score {similarity}")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"^\d+ ms: \d+ ms to read the question, \d+ ms to search$"))
    ).to_be_visible()

    expect(page).to_have_url(re.compile(r"\?q=How"))
    page.reload()
    expect(best(page)).to_contain_text(PUBLISHED[0][0])
    expect(box(page)).to_have_value("How can Medicare help me?")

    assert cold.peers <= {"127.0.0.1", "0.0.0.0"}
    page.goto("about:blank")
    cold.stop()
    assert set(cold.asked_for) <= {"127.0.0.1", "localhost", "::1"}
    assert not list(cold.home.iterdir())
    assert not cold.failed, cold.log

    cold.start()
    again = new_page(cold)
    again.goto("/entries")
    expect(again.get_by_text("1 to 13 of 13")).to_be_visible()


def test_a_deep_link_works_on_a_server_that_nobody_has_visited(
    cold: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(cold)
    for name in ("Quality", "Entries", "Inbox", "Settings", "Speed", "Explore"):
        page.goto(f"/{name.lower()}")
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page).to_have_title(f"{name} - Askwell")
        links = page.get_by_role("navigation", name="App pages").get_by_role("link")
        expect(links).to_have_text(["Ask", "Entries", "Inbox", "Settings"])
        links.first.click()
        expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
