"""Whatever people write is shown as text: nothing runs, and nothing is fetched."""

import pytest
from playwright.sync_api import expect

from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, drawer, field, open_row, settled
from ui.text import shortened

pytestmark = pytest.mark.browser

HTML = "<img src=http://127.0.0.1:1/x onerror=alert(1)>"
SCRIPT = "<script>alert(1)</script>"
IMAGE = "![x](http://evil.example/a.png)"


def test_it_stays_text_on_every_screen(visit: Visit, collection: Collection) -> None:
    """The watched page fails this test where a dialog opens or another host is asked."""
    text = f"{HTML} {IMAGE}"
    content = Content(
        question=f"Question {text}",
        answer=f"Answer {SCRIPT} {text}",
        category=f"Category {text}",
        tags=(f"Tag {text}",),
        source=f"Source {text}",
        phrasings=(f"Phrasing {text}",),
    )
    hostile = Collection(collection.store, collection.embedder, f"Actor {text}")
    entry = hostile.add(content)
    hostile.add(Content(f"Other {text}", text, category="Plain"))
    hostile.log(hostile.search(content.question))

    page = visit()
    expect(page.get_by_role("button", name=content.question)).to_be_visible()
    ask(page, content.phrasings[0])
    expect(best(page).get_by_role("heading")).to_have_text(content.question)
    matched = best(page).get_by_text(f"Matched “{content.phrasings[0]}” · ")
    expect(matched).to_be_visible()
    expect(matched.locator("a")).to_have_count(0)
    expect(best(page).get_by_text(f" · {content.category} · ")).to_be_visible()
    expect(page.get_by_text(f"Other {text}").first).to_be_visible()
    answer = best(page).get_by_text(f"Answer {SCRIPT} {HTML}")
    expect(answer).to_be_visible()  # without its image
    assert "evil" not in answer.inner_text()
    settled(page)

    page.goto("/entries")
    expect(page.get_by_role("radio", name=content.category)).to_be_visible()
    open_row(page, 1)
    expect(field(page, "Question")).to_have_value(content.question)
    field(page, "Answer").fill("mine")
    drawer(page).get_by_text("Preview").click()
    hostile.edit(entry, Content(f"New {text}", text, phrasings=content.phrasings))
    settled(page)
    drawer(page).get_by_role("button", name="Save", exact=True).click()
    who = shortened(f"Actor {text}", 40)
    expect(drawer(page).get_by_text(f"{who} saved this entry while you were")).to_be_visible()
    expect(drawer(page).get_by_text(f"Only {who} changed")).to_be_visible()
    expect(drawer(page).get_by_text(f"Drop mine, take {who}'s")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    left = f"you began to change an entry: “{content.question[:25]}"
    expect(page.get_by_text(left)).to_be_visible()
    settled(page)

    for address, heading in (("/speed", "Speed"), ("/settings", "Settings")):
        page.goto(address)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        settled(page)
