"""Every screen, for editors and for readers: axe-core finds nothing serious, light and dark; the
Tab key goes in the order of reading; nothing is wider than a telephone."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError, ViewportSize, expect

from faq import reports
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.evaluation.comparison import compare
from faq.jobs import QUALITY
from store import Content
from tests.browser.screens import box, drawer, rows, settled
from tests.browser.server import Server

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SERIOUS = ("serious", "critical")
ORDER = "heading-order"  # which axe finds moderate
PHONE: ViewportSize = {"width": 400, "height": 800}
PATIENCE = 2_000  # milliseconds for what moves or fades


class Exempt(NamedTuple):
    """What Streamlit does wrong and no option or argument mends: a rule of axe, for the elements
    inside of a selector, and why."""

    rule: str
    inside: str
    why: str


EXEMPT = (
    Exempt(
        "svg-img-alt",
        "[data-testid=stMetricChart]",
        "The last point of a sparkline has a role but no name, whatever the figure is called.",
    ),
)

IS_INSIDE = "([element, selector]) => !!document.querySelector(element)?.closest(selector)"
AXE = "options => axe.run(document.querySelector('[role=dialog]') ?? document, options)"

# axe looks at no text inside of a picture: the axes of charts.
FAINT = """() => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map((one) => one / 255);
  const light = (colour) => numbers(colour)
    .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0.05);
  const page = light(getComputedStyle(document.body).backgroundColor);
  const ratio = (text) => {
    const ink = light(getComputedStyle(text).fill);
    return Math.max(ink, page) / Math.min(ink, page);
  };
  return [...document.querySelectorAll("[data-testid=stVegaLiteChart] .role-axis text")]
    .filter((text) => ratio(text) < 4.5).map((text) => text.textContent);
}"""

# Whatever comes next is below, or beside. The bar at the bottom is over the list that it is for.
UPWARDS = """() => {
  const place = document.querySelector("[role=dialog]") ?? document;
  const all = [...place.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")]
    .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0)
    .filter((one) => !one.closest("[data-testid=stBottom], canvas, [data-testid=stDataFrame]"));
  const name = (one) => one.ariaLabel || one.textContent.slice(0, 40) || one.outerHTML;
  return all.slice(1).flatMap((next, place) => {
    const before = all[place].getBoundingClientRect(), after = next.getBoundingClientRect();
    const up = after.bottom <= before.top && after.left < before.right;
    return up ? [`after “${name(all[place])}” comes “${name(next)}”, above it`] : [];
  });
}"""

WIDER_THAN_SHOWN = """() => [document.documentElement,
    ...document.querySelectorAll("[data-testid=stAppViewContainer], [data-testid=stMain]")]
  .filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => `${one.tagName} ${one.dataset.testid}: ${one.scrollWidth} > ${one.clientWidth}`)"""


@pytest.fixture
def filled(collection: Collection) -> Collection:
    """A collection with something to show on every screen."""
    for number in range(1, 19):
        question, other = f"Where is room {number}?", f"How do I find room {number}?"
        collection.add(Content(question, "Upstairs.", phrasings=(other,), category="House"))
    collection.add(Content("When is payday?", "On the 28th. " * 60, tags=("money",)))
    collection.add(Content("How do I book a desk?"))
    collection.add(Content("A" * 100 + "?", "So. " * 50, category="A category with a long name"))
    gone = collection.add(Content("Where is the old canteen?", "Closed."))
    collection.store.entries.set_deleted([gone.id], True, "grace")
    for question in ("payday", "pizza with extra cheese", "reset my password"):
        collection.log(collection.search(question))
    for _ in range(2):
        reports.keep(collection.store, QUALITY, compare(collection, None), "grace")
    calibrate(collection)
    return collection


@pytest.fixture
def for_readers(server: Server, tmp_path: Path) -> Iterator[Server]:
    """A server for readers on the same collection."""
    settings = {"FAQ_DATABASE": str(server.database), "FAQ_ROLE": "reader"}
    readers = Server(tmp_path, server.cache, settings=settings)
    readers.start()
    yield readers
    readers.stop()
    assert not readers.failed, readers.log


def problems(page: Page, scheme: Scheme) -> list[str]:
    """Return what axe finds: in light everything, in dark what colours change."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = ["color-contrast"]
    faint = [f"{scheme}: the text “{text}” of an axis is faint" for text in page.evaluate(FAINT)]
    return faint + [
        f"{scheme}: {rule['id']} {node['target']} {node['failureSummary']}"
        for rule in page.evaluate(AXE, options)["violations"]
        if rule["impact"] in SERIOUS or rule["id"] == ORDER
        for node in rule["nodes"]
        if not any(
            rule["id"] == one.rule and page.evaluate(IS_INSIDE, [node["target"][0], one.inside])
            for one in EXEMPT
        )
    ]


def look(page: Page) -> list[str]:
    """Return what is wrong with the page as it is now."""
    settled(page)
    found: list[str] = page.evaluate(UPWARDS)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        if problems(page, scheme):  # a colour on its way to another is none at the next look
            page.wait_for_timeout(PATIENCE)
            found += problems(page, scheme)
    size = page.viewport_size
    assert size
    page.set_viewport_size(PHONE)
    with suppress(TimeoutError):
        page.wait_for_function(f"() => ({WIDER_THAN_SHOWN})().length === 0", timeout=PATIENCE)
    found += page.evaluate(WIDER_THAN_SHOWN)
    page.set_viewport_size(size)
    return found


def go(page: Page, name: str, until: str) -> None:
    """Open a screen, and wait for a text of it."""
    page.goto(f"/{name}")
    expect(page.get_by_text(until).first).to_be_visible()


def turn_to(page: Page, tab: str, until: str) -> None:
    """Open a tab of the screen, and wait for a text of it."""
    page.get_by_role("tab", name=tab).click()
    expect(page.get_by_text(until).first).to_be_visible()


def ask_for(page: Page, query: str, until: str) -> None:
    box(page).fill(query)
    expect(page.get_by_text(until).first).to_be_visible()


def list_entries(page: Page) -> None:
    """Open a list of some rows: a look at each of many takes long."""
    page.get_by_role("link", name="Entries").click()
    page.get_by_role("radio", name="No category").click()
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()


def open_first(page: Page) -> None:
    list_entries(page)
    rows(page).first.click()
    expect(drawer(page)).to_be_visible()


def open_new(page: Page) -> None:
    page.get_by_role("button", name="Add an entry").click()
    expect(drawer(page)).to_be_visible()


def open_import(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    page.get_by_role("button", name="Import").click()
    expect(drawer(page)).to_be_visible()


def open_bin(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    page.get_by_text("Bin", exact=True).click()
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()


FOR_READERS: dict[str, Callable[[Page], None]] = {
    "ask, an answer": lambda page: ask_for(page, "When is payday?", "very close"),
    "ask, no answer": lambda page: ask_for(page, "pizza with extra cheese", "Suggest an entry"),
    "entry": open_first,
    "for editors": lambda page: go(page, "inbox", "This page is for those"),
}
FOR_EDITORS: dict[str, Callable[[Page], None]] = {
    "ask": lambda page: expect(page.get_by_text("Ask in your own words")).to_be_visible(),
    "ask, an answer": lambda page: ask_for(page, "When is payday?", "very close"),
    "ask, no answer": lambda page: ask_for(page, "pizza with extra cheese", "It is this entry"),
    "entries": list_entries,
    "entry": open_new,
    "import": open_import,
    "bin": open_bin,
    "inbox": lambda page: go(page, "inbox", "Unanswered"),
    "settings": lambda page: go(page, "settings", "Back up now"),
    "settings, model": lambda page: turn_to(page, "Model", "Runs on"),
    "settings, data": lambda page: turn_to(page, "Data", "Check now"),
    "quality": lambda page: go(page, "quality", "Each point is a threshold"),
    "speed": lambda page: go(page, "speed", "The large figures are medians over"),
    "explore": lambda page: go(page, "explore", "The first numbers of each"),
    "arithmetic": lambda page: turn_to(page, "Arithmetic", "Found among your words"),
    "batch": lambda page: turn_to(page, "Batch", "The most similar are"),
    "tokens": lambda page: turn_to(page, "Tokens", "As the model sees them"),
    "map": lambda page: turn_to(page, "Map", "are visible here"),
}


def test_no_screen_has_a_serious_problem(
    for_readers: Server,  # before the pages, so that it outlives them
    new_page: Callable[..., Page],
    server: Server,
    filled: Collection,
) -> None:
    found = {}
    for page, states in ((new_page(server), FOR_EDITORS), (new_page(for_readers), FOR_READERS)):
        page.add_init_script(Axe().axe_script)
        page.goto("/")
        for name, reach in states.items():
            reach(page)
            found[f"{name} at {page.url}"] = look(page)
    assert {name: seen for name, seen in found.items() if seen} == {}
