"""axe-core finds nothing serious on any screen, light and dark."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from faq import reports
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.evaluation.comparison import compare
from faq.jobs import QUALITY
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, drawer, settled

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SERIOUS = ("serious", "critical")
LOOKS = 5  # a colour on its way to another is no problem any more at the next look


class Exempt(NamedTuple):
    """What Streamlit does wrong and no option or argument mends: a rule of axe, for the elements
    inside of a selector, and why."""

    rule: str
    inside: str
    why: str


EXEMPT = (
    Exempt(
        "color-contrast",
        "[data-scheme=dark] button[data-variant][data-selected]",
        "A selected pill has the primary colour on a tenth of it, 3.8:1 in dark. The primary "
        "colour is also what white is written on in primary buttons, 4.5:1. No background, not "
        "even black, gives 4.5:1 to both.",
    ),
    Exempt(
        "svg-img-alt",
        "[data-testid=stMetricChart]",
        "The last point of a sparkline has a role but no name, whatever the figure is called.",
    ),
)

IS_INSIDE = "([element, selector]) => document.querySelector(element).closest(selector) !== null"


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


@pytest.fixture
def filled(collection: Collection) -> Collection:
    """A collection with something to show on every screen."""
    for number in range(1, 24):
        question, other = f"Where is room {number}?", f"How do I find room {number}?"
        collection.add(Content(question, "Upstairs.", phrasings=(other,), category="House"))
    collection.add(Content("When is payday?", "On the 28th. " * 60, tags=("money",)))
    collection.add(Content("How do I book a desk?"))
    gone = collection.add(Content("Where is the old canteen?", "Closed."))
    collection.store.entries.set_deleted([gone.id], True, "grace")
    for question in ("payday", "pizza with extra cheese", "reset my password"):
        collection.log(collection.search(question))
    for _ in range(2):
        reports.keep(collection.store, QUALITY, compare(collection, None), "grace")
    calibrate(collection)
    return collection


def problems(page: Page, scheme: Scheme) -> list[str]:
    """Return what axe finds: in light everything, in dark what colours change."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("scheme => document.documentElement.dataset.scheme = scheme", scheme)
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = ["color-contrast"]
    faint = [f"{scheme}: the text “{text}” of an axis is faint" for text in page.evaluate(FAINT)]
    return faint + [
        f"{scheme}: {rule['id']} {node['target']} {node['failureSummary']}"
        for rule in Axe().run(page, options=options).response["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
        if not any(
            rule["id"] == one.rule and page.evaluate(IS_INSIDE, [node["target"][0], one.inside])
            for one in EXEMPT
        )
    ]


def look(page: Page) -> list[str]:
    """Return what is wrong with the page as it is now, light and dark."""
    settled(page)
    found: list[str] = []
    for scheme in SCHEMES:
        for _ in range(LOOKS):
            if not (seen := problems(page, scheme)):
                break
        found += seen
    return found


def go(page: Page, name: str, until: str) -> None:
    """Open a screen, and wait for a text of it."""
    page.goto(f"/{name}")
    expect(page.get_by_text(until).first).to_be_visible()


def open_entry(page: Page) -> None:
    page.get_by_role("button", name="Add an entry").click()
    expect(drawer(page)).to_be_visible()


def open_import(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    page.get_by_role("button", name="Import").click()
    expect(drawer(page)).to_be_visible()


def open_bin(page: Page) -> None:
    go(page, "entries", "of 25")
    page.get_by_text("Bin", exact=True).click()
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()


STATES: dict[str, Callable[[Page], None]] = {
    "ask": lambda page: go(page, "", "Ask in your own words"),
    "ask, an answer": lambda page: ask(page, "When is payday?"),
    "ask, no answer": lambda page: ask(page, "pizza with extra cheese"),
    "entries": lambda page: go(page, "entries", "of 25"),
    "entry": open_entry,
    "import": open_import,
    "bin": open_bin,
    "inbox": lambda page: go(page, "inbox", "Unanswered"),
    "settings": lambda page: go(page, "settings", "Your name"),
    "settings, model": lambda page: go(page, "settings?tab=Model", "Runs on"),
    "settings, backups": lambda page: go(page, "settings?tab=Backups", "Back up now"),
    "settings, data": lambda page: go(page, "settings?tab=Data", "Check now"),
    "quality": lambda page: go(page, "quality", "Each point is a threshold"),
    "speed": lambda page: go(page, "speed", "Experiment"),
    "explore": lambda page: go(page, "explore", "The first numbers of each"),
    "explore, map": lambda page: go(page, "explore?explore=Map", "are visible here"),
}


def test_no_screen_has_a_serious_problem(visit: Visit, filled: Collection) -> None:
    page, found = visit(), {}
    for name, reach in STATES.items():
        reach(page)
        found[name] = look(page)
    assert {name: seen for name, seen in found.items() if seen} == {}
