"""What surrounds the pages: whose collection it is, and where one is."""

import re

import pytest
from playwright.sync_api import expect

from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import settled

pytestmark = pytest.mark.browser


def test_everybody_sees_whose_collection_it_is_and_where_they_are(
    visit: Visit, collection: Collection
) -> None:
    page = visit("/settings?tab=General")
    field = page.get_by_label("Name of the collection", exact=True)
    field.fill("Travel desk")
    field.press("Enter")
    expect(page).to_have_title("Settings - Travel desk")
    page.get_by_role("tab", name="Data").click()
    expect(page).to_have_url(re.compile(r"tab=Data"))
    expect(page.get_by_role("button", name="Check now")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Check now")).to_be_visible()
    settled(page)
    page.get_by_text("Lab", exact=True).click()
    page.get_by_role("menuitem", name="Quality").click()
    expect(page.get_by_text("Lab: Quality")).to_be_visible()
    expect(page).to_have_title("Quality - Travel desk")
    expect(page.get_by_text("Travel desk", exact=True)).to_be_visible()


def test_a_click_on_the_curve_tries_a_threshold(visit: Visit, collection: Collection) -> None:
    for number in range(1, 24):
        question, other = f"Where is room {number}?", f"How do I find room {number}?"
        collection.add(Content(question, phrasings=(other,)))
    calibrate(collection)
    page = visit("/quality")
    point = page.locator("path[aria-roledescription=point]").nth(5)
    expect(point).to_be_visible()
    settled(page)
    area = point.bounding_box()
    assert area
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    use = page.locator(".st-key-threshold_use_tried").get_by_role("button")
    expect(use).to_be_visible()
    expect(page.get_by_text("entries' own questions")).to_be_visible()
    use.click()
    expect(page.get_by_text("on now.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("on again.")).to_be_visible()
