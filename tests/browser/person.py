"""A person at the screen: a mouse that is moved to a place, keys, and a pause before each click."""

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.screens import settled

PAUSE = 200  # milliseconds between the look at a place and the click there
PRESSED = 40
STEPS = 5  # places on the way of the mouse


class Person:
    """Clicks where something was a moment ago, and counts the clicks: what moves in between is
    missed, as a person would miss it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, what: Locator) -> None:
        """Click in the middle of an element."""
        expect(what).to_be_visible()
        settled(self.page)
        area = self._at_rest(what)
        x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
        self.page.mouse.move(x, y, steps=STEPS)
        self.page.wait_for_timeout(PAUSE)
        self.page.mouse.click(x, y, delay=PRESSED)
        self.clicks += 1

    def _at_rest(self, what: Locator) -> FloatRect:
        """Return where an element is in view, once it has come to rest: a drawer slides in."""
        before = None
        while (area := what.bounding_box()) != before or area is None:
            before = area
            # Not Playwright's own, which fails where an element is replaced meanwhile.
            what.evaluate("element => element.scrollIntoViewIfNeeded()")
            self.page.wait_for_timeout(PAUSE)
        return area

    def tick(self, row: int) -> None:
        """Click on the box before an entry in the list."""
        self.click(self.page.locator("[class*='st-key-tick_'] label").nth(row))

    def write(self, text: str) -> None:
        """Write where the cursor is."""
        self.page.keyboard.type(text, delay=15)

    def write_in(self, what: Locator, text: str) -> None:
        """Click into a field, and write there instead of what is in it."""
        self.click(what)
        self.page.keyboard.press("ControlOrMeta+a")
        self.write(text)

    def choose_file(self, button: Locator, path: str) -> None:
        """Choose a file in the browser's own window, which counts as one click more."""
        with self.page.expect_file_chooser() as chooser:
            self.click(button)
        chooser.value.set_files(path)
        self.clicks += 1
