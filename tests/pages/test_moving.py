"""Move to PostgreSQL in Settings, without a browser."""

from contextlib import closing

import streamlit as st
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from store import Content, Store, open_store
from tests.pages.conftest import OpenPage, press, texts, wait_for_jobs
from tests.postgres import as_ada, database, run


def moved(app: AppTest, address: str) -> AppTest:
    """Return the page after the collection was to be moved to an address."""
    app.text_input(key="move_address").set_value(address)
    press(app, "Copy there")
    wait_for_jobs()
    app.run()
    assert not app.exception
    return app


def test_a_collection_is_moved_and_the_setting_named(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    kept = collection.add(Content("lost card", "Call us."))
    with database(begun=False) as address:
        run(address, "CREATE EXTENSION vector", "GRANT CREATE ON SCHEMA public TO ada")
        app = moved(open_page("settings?tab=Data"), as_ada(address))
        assert any(text.startswith("Copied 1 entry, and compared.") for text in texts(app))
        [setting] = [code.value for code in app.code if "FAQ_DATABASE" in code.value]
        assert setting.startswith("FAQ_DATABASE=postgresql://ada@/") and "secret" not in setting
        latest = store.jobs.latest("move")
        assert latest is not None and "secret" not in latest.result
        with closing(open_store(address, create=False)) as there:
            assert there.entries.get([kept.id]) == [kept]
            assert there.upkeep.check().problems == ()
        press(app, "Close")
        app = moved(app, address)
        assert "contains a collection already" in app.error[0].value
        st.cache_resource.clear()


def test_what_is_no_address_or_does_not_answer_is_said(
    open_page: OpenPage, collection: Collection
) -> None:
    collection.add(Content("lost card"))
    app = moved(open_page("settings?tab=Data"), "faq.db")
    assert "This is no address of PostgreSQL" in app.error[0].value
    app = moved(app, "postgresql://ada:secret@127.0.0.1:1/faq")
    assert "does not answer" in app.error[0].value and "secret" not in app.error[0].value
