"""An entry's history and two people's edits in the drawer, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from store import Content, Entry, Store
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import OpenPage, as_read, texts, told

pytestmark = pytest.mark.engines


@pytest.fixture
def entry(collection: Collection) -> Entry:
    """An entry in its third version, without the key that it began with."""
    entry = collection.add(Content("lost card", "Call us.", key="card", phrasings=("card",)))
    entry = collection.edit(entry, Content("lost card", "Write.", phrasings=("card", "new card")))
    return collection.edit(entry, Content("new plan", "Write."))


@pytest.fixture
def drawer(open_page: OpenPage, entry: Entry) -> AppTest:
    """The drawer with that entry, its history open."""
    app = open_page("ask")
    app.session_state["drawer_history"] = True
    app.text_input(key="q").set_value("new plan").run()
    app.button(key=f"edit_{entry.id}").click().run()
    assert not app.exception
    return app


def restore(app: AppTest, version: int) -> AppTest:
    app.button(key=f"restore_{version}").click().run()
    assert not app.exception
    return app


def test_every_version_says_what_it_changed(drawer: AppTest) -> None:
    shown = [
        as_read(element.value)
        for part in (3, 2, 1)
        for element in [
            *drawer.container(key=f"revision_{part}").caption,
            *drawer.container(key=f"revision_{part}").markdown,
        ]
    ]
    assert [text.split(", ")[0] for text in shown] == [
        "Changed by grace",
        "**Question** :red-background[~~lost card~~]:green-background[new plan]",
        "**Other ways people ask this**  \n"
        ":red-background[~~card~~]  \n:red-background[~~new card~~]",
        "Changed by grace",
        "**Answer** :red-background[~~Call us~~]:green-background[Write].",
        "**Key** :red-background[~~card~~]",
        "**Other ways people ask this** :green-background[new card]",
        "Added by grace",
    ]
    assert "restore_3" not in [button.key for button in drawer.button]


def test_a_version_comes_back_and_goes_again(
    drawer: AppTest, store: Store, entry: Entry, embedder: WordCountEmbedder
) -> None:
    encoded = len(embedder.encoded)
    restore(drawer, 2)
    [restored] = store.entries.get([entry.id])
    assert restored.content == store.entries.revisions(entry.id)[2].content
    assert (restored.version, restored.updated_by) == (4, "ada")
    assert "card" in embedder.encoded[encoded:]
    assert told(drawer) == "Restored version 2 of “lost card”."
    drawer.button(key="notice_undo").click().run()
    [back] = store.entries.get([entry.id])
    assert (back.version, back.content) == (5, entry.content)
    assert store.upkeep.check().problems == ()


def test_undo_of_a_restored_version_leaves_what_others_wrote_since(
    drawer: AppTest, store: Store, entry: Entry, collection: Collection
) -> None:
    restore(drawer, 1)
    collection.edit(store.entries.get([entry.id])[0], Content("theirs"))
    drawer.button(key="notice_undo").click().run()
    assert told(drawer).startswith("grace saved this entry in the meantime (version 5")
    assert store.entries.get([entry.id])[0].content == Content("theirs")


def test_a_version_whose_key_is_taken_stays_where_it_is(
    drawer: AppTest, store: Store, entry: Entry, collection: Collection
) -> None:
    taken = collection.add(Content("price", key="card"))
    restore(drawer, 1)
    assert drawer.session_state["drawer_outcome"] == (
        f"The key 'card' belongs to entry {taken.id} already. Choose another key."
    )
    assert store.entries.get([entry.id]) == [entry]


def test_a_version_does_not_come_back_over_what_somebody_saved(
    drawer: AppTest, store: Store, entry: Entry, collection: Collection
) -> None:
    theirs = collection.edit(entry, Content("new plan", "Theirs."))
    restore(drawer, 1)
    assert store.entries.get([entry.id]) == [theirs]
    assert drawer.session_state["drawer_conflict"] == theirs


def test_text_that_was_not_saved_outlives_a_restored_version(
    drawer: AppTest, store: Store, entry: Entry
) -> None:
    drawer.text_area(key="entry_field_answer").set_value("Unsaved.")
    restore(drawer, 2)
    assert any("It is not saved." in text for text in texts(drawer))
    drawer.button(key="unsaved_go_on").click().run()
    assert drawer.text_area(key="entry_field_answer").value == "Unsaved."
    drawer.button(key="drawer_save").click().run()
    assert not drawer.exception
    assert drawer.session_state["drawer_conflict"] == store.entries.get([entry.id])[0]


def test_the_second_edit_is_refused_and_nothing_is_lost(
    drawer: AppTest, store: Store, entry: Entry, collection: Collection
) -> None:
    theirs = collection.edit(entry, Content("new plan", "Theirs."))
    drawer.text_area(key="entry_field_answer").set_value("Mine.")
    drawer.button(key="drawer_save").click().run()
    assert store.entries.get([entry.id]) == [theirs]
    assert drawer.session_state["drawer_conflict"] == theirs
