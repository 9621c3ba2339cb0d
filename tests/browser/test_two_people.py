"""Two people at once."""

import pytest
from playwright.sync_api import Page, expect

from faq.collection import Collection
from store import Content
from tests.browser.conftest import Visit
from tests.browser.screens import ask, best, drawer, field, save, settled

pytestmark = pytest.mark.browser


@pytest.fixture
def second(visit: Visit, collection: Collection) -> Page:
    """The page of a person whose edit comes second: it was refused, and shows the first."""
    collection.add(Content("When is payday?", "On the 1st."))
    pages = []
    for answer in ("On the 15th.", "On the last Friday."):
        page = visit()
        ask(page, "When is payday?")
        best(page).get_by_role("button", name="Edit").click()
        field(page, "Answer").fill(answer)
        settled(page)
        pages.append(page)
    first, second = pages
    save(first)
    drawer(second).get_by_role("button", name="Save", exact=True).click()
    expect(drawer(second)).to_contain_text("ada saved this entry in the meantime (version 2")
    expect(drawer(second)).to_contain_text("On the 15th.")
    expect(field(second, "Answer")).to_have_value("On the last Friday.")
    assert answers(collection) == ["On the 15th."]
    return second


def answers(collection: Collection) -> list[str]:
    return [entry.content.answer for entry in collection.all_entries()]


def test_the_second_edit_is_refused_and_may_be_kept(second: Page, collection: Collection) -> None:
    drawer(second).get_by_role("button", name="Keep mine, then save").click()
    expect(drawer(second).get_by_text("saved this entry in the meantime")).to_be_hidden()
    expect(field(second, "Answer")).to_have_value("On the last Friday.")
    save(second)
    assert answers(collection) == ["On the last Friday."]
    [entry] = collection.all_entries()
    told = [revision.content.answer for revision in collection.store.revisions(entry.id)]
    assert sorted(told) == ["On the 15th.", "On the 1st.", "On the last Friday."]


def test_the_second_edit_gives_way(second: Page, collection: Collection) -> None:
    drawer(second).get_by_role("button", name="Take this text").click()
    expect(field(second, "Answer")).to_have_value("On the 15th.")
    save(second)
    assert answers(collection) == ["On the 15th."]
    [entry] = collection.all_entries()
    assert entry.version == 2


def test_another_person_s_change_is_there_with_the_next_question(
    visit: Visit, collection: Collection
) -> None:
    entry = collection.add(Content("When is payday?", "On the 1st."))
    page = visit()
    ask(page, "When is payday?")
    expect(best(page)).to_contain_text("On the 1st.")
    collection.edit(entry, Content("When is payday?", "On the 15th."))
    ask(page, "When is payday ?")
    expect(best(page)).to_contain_text("On the 15th.")
