"""Whatever people write is text: it breaks no page, and no page makes anything else of it."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from faq.content import comma_separated
from store import Content, Store
from tests.faq.texts import HOSTILE
from tests.pages.conftest import PAGES, OpenPage
from tests.pages.test_entries import questions
from ui import context

MORE = {
    "100 kB": "lost card " * 10_000,
    "100 kB without a space": "x" * 100_000,
    "amounts": "It costs $5 and $6",
    "colour": ":red[x] :material/delete: :rainbow[x]",
    "image by reference": "![x][y]\n\n[y]: http://example.com/a.png",
    "image in code": "`![x](http://example.com/a.png)` ``![x](http://example.com/a.png)",
    "link": "[x](javascript:alert(1)) <http://example.com> [x]: http://example.com",
    "formula of TeX": "$$\\includegraphics{http://example.com/a.png}$$",
    "style": "<style>*{display:none}</style><iframe src=//example.com></iframe>",
    "only marks": "* # > - + ` ~ _ | \\",
    "table": "| a | b |\n|---|---|\n| ![x](http://example.com/a.png) | $5 |",
}

TEXTS = {**HOSTILE, **MORE}

each = pytest.mark.parametrize(
    "text", [pytest.param(text, id=name) for name, text in TEXTS.items()]
)


def everywhere(text: str) -> Content:
    """Return an entry that holds the text wherever text may stand."""
    return Content(
        question=text,
        answer=text,
        key=text,
        category=text,
        tags=comma_separated(text)[:3],
        phrasings=(f"lost card {text}",),
        owner=text,
        source=text,
        must_find=(text,),
        must_not_find=("not " + " ".join(text.split()),),
    )


def check(app: AppTest) -> None:
    assert not app.exception
    assert not app.error
    for element in [*app.markdown, *app.caption, *app.warning]:
        assert "![" not in element.value
    for widget in [*app.button, *app.expander]:
        assert "![" not in widget.label
    for pills in app.pills:
        assert not any("![" in option for option in pills.options)


@pytest.mark.parametrize("name", PAGES)
def test_they_are_text_on_every_page(
    name: str, open_page: OpenPage, collection: Collection, store: Store
) -> None:
    for text in TEXTS.values():
        store.settings.write({context.ACTOR: text})
        Collection(store, collection.embedder, text).add(everywhere(text))
        collection.log(collection.search(text))
    check(open_page(name))


@each
def test_one_is_asked_answered_and_edited(
    text: str, open_page: OpenPage, collection: Collection, store: Store
) -> None:
    entry = collection.add(everywhere(text))
    app = open_page("ask")
    app.text_input(key="q").set_value(text).run()
    check(app)
    app.button(key=f"edit_{entry.id}").click().run()
    check(app)
    assert app.text_input(key="entry_field_question").value == entry.content.question
    app.text_area(key="entry_field_answer").set_value(f"{text} again")
    app.button(key="drawer_save").click().run()
    check(app)
    [edited] = store.entries.get([entry.id])
    assert edited.content == replace(entry.content, answer=f"{text} again".strip())


@each
def test_one_is_a_name_and_a_filter(
    text: str, open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(everywhere(text))
    settings = open_page("settings")
    for name in ("settings_name", "settings_collection"):
        settings.text_input(key=name).set_value(text[:80]).run()
        check(settings)
    entries = open_page("entries")
    entries.text_input(key="entries_text").set_value(text).run()
    check(entries)
    [(category, _)] = store.entries.counts("category")
    entries.text_input(key="entries_text").set_value("")
    entries.pills(key="entries_category").set_value(category).run()
    check(entries)
    assert len(questions(entries)) == 1


def test_a_link_to_one_shows_it(open_page: OpenPage, collection: Collection) -> None:
    entry = collection.add(everywhere(TEXTS["table"]))
    app = open_page("ask")
    app.query_params["entry"] = str(entry.id)
    check(app.run())
    assert app.container(key="linked").markdown
