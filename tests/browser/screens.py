"""How a person finds their way about the screens."""

import csv
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

from playwright.sync_api import Locator, Page, TimeoutError, expect

MODEL_PATIENCE = 180_000  # milliseconds; loading is slow where other work goes on
PATIENCE = 30

T = TypeVar("T")
CLICKS = 3


def wait_for_model(page: Page) -> None:
    """Wait on Settings until the model is loaded."""
    expect(page.get_by_text("all-MiniLM-L6-v2")).to_be_visible(timeout=MODEL_PATIENCE)


def settled(page: Page) -> None:
    """Wait until the page is as the server wants it."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Ask a question")


def ask(page: Page, query: str) -> None:
    """Ask a question and wait for what comes."""
    box(page).fill(query)
    expect(page.get_by_text("to search")).to_be_visible()


def order_by_meaning_alone(page: Page) -> None:
    """Order matches as the published example does."""
    page.get_by_role("button", name="Options").click()
    page.get_by_role("combobox", name="Ranking").click()
    page.get_by_role("option", name="By meaning alone").click()
    page.keyboard.press("Escape")


def best(page: Page) -> Locator:
    return page.locator(".st-key-best")


def others(page: Page) -> Locator:
    """The lines of the matches below the best one."""
    return page.locator("[class*='st-key-match_'] summary")


def drawer(page: Page) -> Locator:
    return page.get_by_role("dialog")


def field(page: Page, label: str) -> Locator:
    return drawer(page).get_by_label(label, exact=True)


def save(page: Page) -> None:
    """Save what stands in the drawer, which closes."""
    settled(page)
    drawer(page).get_by_role("button", name="Save", exact=True).click()
    expect(drawer(page)).to_be_hidden()
    settled(page)


def choose_category(page: Page, name: str) -> None:
    """Type a category, known or new, and take it."""
    field(page, "Category").fill(name)
    expect(page.get_by_role("option").filter(has_text=name)).to_be_visible()
    field(page, "Category").press("Enter")


def choose(page: Page, box: Locator, name: str) -> None:
    """Take a line of a list. One that closed again, since its place moved, is opened again."""
    line = page.get_by_role("option", name=name)
    for _ in range(CLICKS):
        box.click()
        try:
            line.click(timeout=5_000)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"There is no {name} to choose.")


def leave(page: Page) -> None:
    """Close the drawer without saving, straight from the field that was written in."""
    drawer(page).get_by_role("button", name="Close").click()
    expect(drawer(page)).to_be_hidden()
    settled(page)


def rows(page: Page) -> Locator:
    """The questions in the list of entries, each of which opens its entry."""
    return page.locator("[class*='st-key-open_']").get_by_role("button")


def open_row(page: Page, row: int = 0) -> None:
    """Open an entry by its question."""
    rows(page).nth(row).click()
    expect(drawer(page)).to_be_visible()
    settled(page)


def tick_row(page: Page, row: int = 0) -> None:
    """Tick or untick an entry."""
    box = page.locator("[class*='st-key-tick_']").nth(row)
    was = box.get_by_role("checkbox").is_checked()
    box.locator("label").click()
    expect(box.get_by_role("checkbox")).to_be_checked(checked=not was)
    settled(page)


def wait_until(look: Callable[[], T], wanted: Callable[[T], bool]) -> T:
    """Look until it is as wanted; return what was seen."""
    deadline = monotonic() + PATIENCE
    while not wanted(seen := look()):
        assert monotonic() < deadline, seen
        sleep(0.05)
    return seen


def write_table(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
