"""Signing in and what each role sees and may do, without a browser; the provider's word is put in
place of its cookie."""

from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from faq import people, query_log
from faq.access import Role
from faq.collection import Collection
from faq.query_log import LogPolicy
from store import Content, Entry, EntryFilter, Store
from tests.faq.test_sign_in import BLOCK
from tests.pages.conftest import PAGES, OpenPage, as_read, press, texts, told
from ui import context, identity
from ui.entries.filters import BIN

Claims = dict[str, Any]


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> Claims:
    """What the provider says of whoever is at the session: at first, that it is an admin."""
    said: Claims = {"is_logged_in": True, "iss": "p", "nonce": "n", "email": "ada@example.org"}
    said["iat"] = datetime.now(UTC).timestamp()
    monkeypatch.setattr(identity, "_claims", lambda: said)
    for name, value in {
        "FAQ_OIDC_REDIRECT_URI": BLOCK["redirect_uri"],
        "FAQ_OIDC_COOKIE_SECRET": BLOCK["cookie_secret"],
        "FAQ_OIDC_CLIENT_ID": "askwell",
        "FAQ_OIDC_CLIENT_SECRET": "s",
        "FAQ_OIDC_METADATA_URL": BLOCK["server_metadata_url"],
        "FAQ_ADMINS": "ada@example.org",
        "FAQ_EDITORS": "group:faq",
        "FAQ_READERS": "@example.org",
    }.items():
        monkeypatch.setenv(name, value)
    return said


@pytest.fixture
def entry(collection: Collection) -> Entry:
    return collection.add(Content("lost card", "Call us."))


def be(claims: Claims, address: str, *groups: str) -> None:
    claims |= {"email": address, "groups": list(groups)}


def give(store: Store, who: str, role: str) -> None:
    ada = people.Person("ada@example.org")
    people.allow(store, ada, {ada.address: Role.ADMIN}, who, role)


def refused(app: AppTest) -> str:
    """Return why something was not done, as the corner says it."""
    assert not app.exception
    [toast] = app.toast
    assert toast.icon == ":material/block:"
    return as_read(toast.value)


def again(app: AppTest) -> AppTest:
    """Run a page again as the server does it, where every run goes through the entry; here, only
    the first one does."""
    del app.session_state["entered"]
    return app.run()


def labels(app: AppTest) -> list[str]:
    assert not app.exception
    return [button.label for button in app.button]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"is_logged_in": False}, "Sign in to ask questions."),
        ({"email": None}, "it came without an address (claim “email”)"),
        ({"email": ["ada@example.org"]}, "it came without an address"),
        ({"email_verified": False}, "Your provider has not checked your e-mail address."),
        ({"iat": 0}, "Your sign-in has expired. Sign in again"),
        ({"iat": None}, "Your sign-in has expired."),
        ({"email": "group:faq"}, "'group:faq' is no address"),
        ({"email": "@example.org"}, "'@example.org' is no address"),
        ({"email": "ada@example.org, x"}, "is no address"),
        ({"email": "eve@example.org.evil.net"}, "and have no access to this collection."),
        ({"email": "eve@evil.net", "groups": "example"}, "and have no access to this collection."),
    ],
)
def test_whoever_may_not_come_in_sees_nothing_and_why(
    claims: Claims, said: Claims, says: str, open_page: OpenPage, entry: Entry
) -> None:
    claims |= said
    for name in ("ask", "entries", "settings"):
        app = open_page(f"{name}?entry={entry.id}")
        title, sentence = texts(app)[:2]
        assert title == "Askwell" and says in sentence
        assert labels(app) in (["Sign in"], ["Sign out"])
        assert not app.text_input and not app.tabs


def test_each_role_has_its_pages_and_the_others_say_whom_they_are_for(
    claims: Claims, open_page: OpenPage, entry: Entry
) -> None:
    barred = {
        ("rea@example.org",): ("those who edit the collection", set(PAGES) - {"ask", "entries"}),
        ("ed@example.org", "faq"): ("admins", {"settings"}),
        ("ada@example.org",): ("", set()),
    }
    for (address, *groups), (whom, pages) in barred.items():
        be(claims, address, *groups)
        found = {
            name
            for name in PAGES
            if f"This page is for {whom}." in " ".join(texts(open_page(name)))
        }
        assert found == pages, address


def test_a_role_that_was_taken_away_is_gone_with_the_next_click(
    claims: Claims, open_page: OpenPage, collection: Collection, store: Store, entry: Entry
) -> None:
    collection.remove([entry.id])
    be(claims, "bo@example.org")
    give(store, "bo@example.org", "admin")
    app = open_page("entries")
    app.pills(key="entries_status").set_value(BIN).run()
    app.checkbox(key=f"tick_{entry.id}").check().run()
    app.session_state["purge_selection"] = True
    app.run()
    purge = app.button(key="purge_selection_sure")
    give(store, "bo@example.org", "editor")
    purge.click().run()
    assert (
        told(app)
        == "This is for admins. Nothing was changed. Ask an admin, or whoever set FAQ_ROLE."
    )
    assert store.entries.page(EntryFilter(deleted=True)).total == 1
    give(store, "bo@example.org", "none")
    assert "have no access to this collection" in texts(again(app))[1]


def test_settings_that_are_open_in_a_second_tab_change_nothing_any_more(
    claims: Claims, open_page: OpenPage, store: Store, entry: Entry
) -> None:
    be(claims, "bo@example.org")
    give(store, "bo@example.org", "admin")
    first, second = open_page("settings"), open_page("settings?tab=Backups")
    give(store, "bo@example.org", "editor")
    first.text_input(key="settings_collection").set_value("Mine").run()
    second.button(key="backup_now").click().run()
    for app in (first, second):
        assert "This is for admins" in refused(app)
        assert "This page is for admins." in texts(again(app))[0]
    assert "collection_name" not in store.state().settings
    assert store.jobs.latest("backup") is None


def test_signing_out_ends_the_sign_in_on_every_tab(
    claims: Claims, open_page: OpenPage, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.logout", lambda: None)  # the cookie is still shown
    other = open_page("entries")
    be(claims, "eve@evil.net")
    press(open_page("ask"), "Sign out")  # a stranger's word ends nothing, and is not kept
    be(claims, "ada@example.org")
    assert "Entries" in texts(again(other))
    context.end_sign_in()
    assert texts(again(other))[:2] == ["Askwell", "You signed out."]
    claims["nonce"] = "another"
    assert "Entries" in texts(again(other))


def test_what_somebody_does_carries_their_address(
    claims: Claims, open_page: OpenPage, collection: Collection, store: Store, entry: Entry
) -> None:
    be(claims, "ed@example.org", "faq")
    collection.remove([entry.id])
    app = open_page("entries")
    app.pills(key="entries_status").set_value(BIN).run()
    app.checkbox(key=f"tick_{entry.id}").check().run()
    press(app, "Restore selected")
    assert store.entries.get([entry.id])[0].updated_by == "ed@example.org"
    be(claims, "ada@example.org")
    for names, actor in ((False, ""), (True, "ada@example.org")):
        query_log.set_policy(store, LogPolicy(names=names))
        asking = open_page("ask").text_input(key="q").set_value(f"lost card {names}").run()
        asking.feedback[0].set_value(0).run()
        assert store.log.page(1).queries[0].actor == actor
    assert [one.label for one in open_page("settings").text_input][:1] == ["Name of the collection"]


def test_an_admin_lets_somebody_in_and_nobody_locks_the_last_one_out(
    claims: Claims, open_page: OpenPage, store: Store, entry: Entry
) -> None:
    app = open_page("settings?tab=Access")
    app.text_input(key="access_who").set_value("Eve@Elsewhere.net")
    app.selectbox(key="access_role").set_value("editor")
    press(app, "Give")
    assert told(app) == "The rule for Eve@Elsewhere.net was changed."
    assert people.rules_of(store.state())["eve@elsewhere.net"].by == "ada@example.org"
    be(claims, "eve@elsewhere.net")
    assert "Inbox" in texts(open_page("inbox"))
    give(store, "eve@elsewhere.net", "admin")
    hers = open_page("settings?tab=Access")
    hers.text_input(key="access_who").set_value("eve@elsewhere.net")
    press(hers, "Give")
    assert "You would not be an admin any more" in refused(hers)
    hers.text_input(key="access_who").set_value("ada@example.org")
    press(hers, "Give")
    assert "Change them there" in refused(hers)
    be(claims, "ada@example.org")
    app = press(open_page("settings?tab=Access"), "Take back the rule for eve@elsewhere.net")
    be(claims, "eve@elsewhere.net")
    assert "have no access to this collection" in texts(again(hers))[1]
    assert any("changed eve@elsewhere.net from admin to no rule" in text for text in texts(app))


def test_a_server_for_readers_lets_nobody_do_more(
    claims: Claims, open_page: OpenPage, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ROLE", "reader")
    assert "This page is for those who edit" in texts(open_page("settings"))[0]


def test_nobody_goes_on_in_the_session_of_somebody_else(
    claims: Claims, open_page: OpenPage, entry: Entry
) -> None:
    app = open_page("ask").text_input(key="q").set_value("lost card").run()
    app.session_state["secret"] = "hers"
    be(claims, "rea@example.org")
    again(app)
    assert "secret" not in app.session_state
