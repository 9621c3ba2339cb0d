"""Text that was left unsaved, without a browser."""

from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from faq.editing import unsaved
from faq.editing.unsaved import Unsaved
from store import Content, Entry
from tests.pages.conftest import OpenPage, press, texts


def offers(app: AppTest) -> list[str]:
    return [text for text in texts(app) if "It is not saved." in text]


def of_ada(collection: Collection) -> list[Unsaved]:
    return unsaved.own(Collection(collection.store, collection.embedder, "ada"))


def opened(app: AppTest, entry: Entry) -> AppTest:
    """Open the drawer of an entry from Ask."""
    app.text_input(key="q").set_value(entry.content.question).run()
    app.button(key=f"edit_{entry.id}").click().run()
    assert not app.exception
    return app


def test_it_is_offered_to_its_writer_alone(open_page: OpenPage, collection: Collection) -> None:
    unsaved.keep(collection, Unsaved("grace", Content("new plan")))
    assert offers(open_page("entries")) == []
    unsaved.keep(collection, Unsaved("ada", Content("lost *card*")))
    [offer] = offers(open_page("entries"))
    assert offer.endswith("you began a new entry: “lost *card*”. It is not saved.")


def test_every_text_is_offered(open_page: OpenPage, collection: Collection) -> None:
    entry = collection.add(Content("refund", "Yes."))
    older = Unsaved("ada", Content("refund", "No."), entry.id, entry.version)
    for left in (older, Unsaved("ada", Content("new plan")), Unsaved("ada", Content("price"))):
        unsaved.keep(collection, left)
    app = open_page("inbox")
    assert [offer.partition(": ")[2] for offer in offers(app)] == [
        "“price”. It is not saved.",
        "“new plan”. It is not saved.",
        "“refund”. It is not saved.",
    ]
    assert "2 more texts not saved" in texts(app)
    app.button(key=f"unsaved_{older.id}_go_on").click().run()
    assert not app.exception
    assert app.text_area(key="entry_field_answer").value == "No."


def test_it_can_be_thrown_away(open_page: OpenPage, collection: Collection) -> None:
    unsaved.keep(collection, Unsaved("ada", Content("lost card")))
    assert offers(press(open_page("inbox"), "Throw it away")) == []
    assert of_ada(collection) == []


def test_another_text_of_the_same_entry_is_not_written_over(
    open_page: OpenPage, collection: Collection
) -> None:
    entry = collection.add(Content("lost card", "Call us."))
    unsaved.keep(
        collection, Unsaved("ada", Content("lost card", "Write."), entry.id, entry.version)
    )
    app = opened(open_page("ask"), entry)
    app.text_area(key="entry_field_answer").set_value("Shout.")
    app.button(key="drawer_unsaved_go_on").click().run()
    assert not app.exception
    assert sorted(one.content.answer for one in of_ada(collection)) == ["Shout.", "Write."]


def test_what_somebody_saved_since_is_not_overwritten(
    open_page: OpenPage, collection: Collection
) -> None:
    entry = collection.add(Content("lost card", "Call us."))
    unsaved.keep(collection, Unsaved("ada", Content("lost card", "Mine."), entry.id, entry.version))
    theirs = collection.edit(entry, Content("lost card", "Theirs."))
    app = press(open_page("entries"), "Go on writing")
    app.button(key="drawer_save").click().run()
    assert app.session_state["drawer_conflict"] == theirs
    assert collection.store.entries.get([entry.id]) == [theirs]
    assert len(of_ada(collection)) == 1


def test_a_merge_that_was_left_is_gone_on_with(open_page: OpenPage, collection: Collection) -> None:
    kept = collection.add(Content("lost card", "Call us."))
    other = collection.add(Content("card gone", "Write us."))
    content = Content("lost card", "Call or write us.", phrasings=("card gone",))
    left = Unsaved("ada", content, kept.id, kept.version, absorbed_id=other.id)
    unsaved.keep(collection, left)
    app = press(open_page("entries"), "Go on writing")
    assert "**card gone**" in texts(app)
    app.button(key="drawer_save").click().run()
    assert not app.exception
    kept, other = collection.store.entries.get([kept.id, other.id])
    assert (kept.content, other.deleted) == (content, True)
    assert of_ada(collection) == []
