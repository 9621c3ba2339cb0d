"""People sign in with a real provider of OpenID Connect, in a real browser."""

import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from embedding import Embedder
from faq import people
from faq.access import Role
from faq.collection import Collection
from faq.editing import unsaved
from store import Content, Entry, open_store
from tests.browser.conftest import ARGUMENTS
from tests.browser.person import Person
from tests.browser.screens import settled, wait_until
from tests.browser.server import ROOT, Server, free_port

with warnings.catch_warnings():  # of what it uses of Authlib
    warnings.simplefilter("ignore")
    import oidc_provider_mock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"),  # in the provider's threads
]

ADA = people.Person("ada@example.org")
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"email": "Ada@example.org", "email_verified": True},
    "ed": {"email": "ed@other.org", "groups": ["faq"]},
    "rea": {"email": "rea@example.org"},
    "eve": {"email": "eve@example.org.evil.net"},
}
METADATA = "/.well-known/openid-configuration"
RULES = {
    "FAQ_ADMINS": "ada@example.org",
    "FAQ_EDITORS": "group:faq",
    "FAQ_READERS": "@example.org",
}
SETTINGS = {
    **RULES,
    "FAQ_OIDC_REDIRECT_URI": "{url}/oauth2callback",
    "FAQ_OIDC_COOKIE_SECRET": "c" * 32,
    "FAQ_OIDC_CLIENT_ID": "askwell",
    "FAQ_OIDC_CLIENT_SECRET": "secret",
}

Enter = Callable[..., Page]


@pytest.fixture
def doors(tmp_path: Path, model_cache: Path) -> Iterator[Callable[[str], Server]]:
    """Start a server whose provider is at an address."""
    started = []

    def start(provider: str) -> Server:
        settings = {**SETTINGS, "FAQ_OIDC_METADATA_URL": provider + METADATA}
        server = Server(tmp_path, model_cache, settings=settings)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()
        assert "secret" not in server.log


@pytest.fixture
def enter(playwright: Playwright, chromium_path: Path) -> Iterator[Enter]:
    """Open an address in a browser of somebody's own, and sign in there."""
    browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)

    def entered(address: str, who: str = "", context: BrowserContext | None = None) -> Page:
        if context is None:
            context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(address)
        if who:
            sign_in(page, who)
        return page

    yield entered
    browser.close()


@pytest.fixture
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as running:
        address = f"http://localhost:{running.server_port}"
        for sub, claims in PEOPLE.items():
            httpx2.put(f"{address}/users/{sub}", json=claims).raise_for_status()
        yield address


def sign_in(page: Page, who: str, at: str = "Sign in") -> None:
    page.get_by_role("button", name=at).click()
    page.get_by_placeholder("sub").fill(who)
    page.get_by_role("button", name="Authorize").click()


def entry_in(server: Server, embedder: Embedder) -> tuple[Collection, Entry]:
    collection = Collection(open_store(server.database), embedder, "grace")
    return collection, collection.add(Content("lost card", "Call us."))


def test_each_of_them_comes_in_as_far_as_they_may(
    doors: Callable[[str], Server], provider: str, enter: Enter, real_embedder: Embedder
) -> None:
    server = doors(provider)
    collection, entry = entry_in(server, real_embedder)

    # From a cold deep link back to it, in each role; nothing is shown before.
    refused = enter(f"{server.url}/settings?tab=Data")
    expect(refused.get_by_text("Sign in to ask questions.")).to_be_visible()
    expect(refused.get_by_role("link", name="Entries")).to_have_count(0)
    ada = enter(f"{server.url}/settings?tab=Access", "ada")
    expect(ada.get_by_role("heading", name="Who may do what")).to_be_visible()
    assert ada.url.endswith("/settings?tab=Access")
    rea = enter(f"{server.url}/settings?tab=Data", "rea")
    expect(rea.get_by_text("This page is for those who edit the collection.")).to_be_visible()
    ed = enter(f"{server.url}/entries?q_entries=card", "ed")
    expect(ed.get_by_text("ed@other.org", exact=True)).to_be_visible()
    expect(ed.get_by_role("link", name="Settings")).to_have_count(0)

    # A domain that only begins like the right one; and somebody who says no at the provider.
    eve = enter(f"{server.url}/entries", "eve")
    expect(eve.get_by_text("and have no access to this collection.")).to_be_visible()
    eve.get_by_role("button", name="Sign out").click()
    eve.get_by_role("button", name="End session").click()  # at the provider
    expect(eve.get_by_role("button", name="Sign in")).to_be_visible()
    refused.get_by_role("button", name="Sign in").click()
    refused.get_by_role("button", name="Deny").click()
    expect(refused.get_by_text("You were not signed in: the provider refused")).to_be_visible()

    # What nobody signed, or another sign-in began, signs nobody in.
    forged = "2|1:0|10:1700000000|15:_streamlit_user|8:eyJhIjoxfQ==|" + "0" * 64
    refused.context.add_cookies([{"name": "_streamlit_user", "value": forged, "url": server.url}])
    refused.goto(f"{server.url}/entries")
    expect(refused.get_by_role("button", name="Sign in")).to_be_visible()
    refused.goto(f"{server.url}/oauth2callback?code=theirs&state=theirs")
    expect(refused.get_by_role("button", name="Sign in")).to_be_visible()

    # The editor writes; the role is taken away; what is saved then is refused.
    ed.get_by_role("button", name="lost card").click()
    answer = ed.get_by_label("Answer", exact=True)
    answer.fill("Something else.")
    people.allow(collection.store, ADA, {ADA.address: Role.ADMIN}, "ed@other.org", "reader")
    ed.get_by_role("button", name="Save").click()
    expect(ed.get_by_text("You may read this collection and ask it, but not").first).to_be_visible()
    kept = collection.get(entry.id)
    assert kept is not None and kept.content.answer == "Call us."

    # The server is killed and comes back: so does the page, signed in.
    server.stop()
    server.start()
    settled(ada)
    ada.get_by_role("tab", name="Data").click()
    expect(ada.get_by_role("heading", name="Database")).to_be_visible()

    # Signing out on one tab ends it on the other, whose session is still there.
    other = enter(f"{server.url}/entries", context=ada.context)
    expect(other.get_by_role("heading", name="Entries")).to_be_visible()
    ada.get_by_role("button", name="ada@example.org").click()
    ada.get_by_role("menuitem", name="Sign out").click()
    expect(ada.get_by_role("button", name="End session")).to_be_visible()
    other.get_by_role("button", name="lost card").click()
    expect(other.get_by_text("You signed out.")).to_be_visible()
    expect(other.get_by_role("heading", name="Entries")).to_have_count(0)


def test_a_provider_that_does_not_fit_says_so(doors: Callable[[str], Server], enter: Enter) -> None:
    with oidc_provider_mock.run_server_in_thread(require_client_registration=True) as running:
        address = f"http://localhost:{running.server_port}"
        server = doors(address)
        # Of the provider's, and so before anybody comes back: the client is not registered.
        page = enter(server.url)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("invalid_client")).to_be_visible()
    # And now the provider is gone.
    page.goto(server.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The provider of accounts does not answer")).to_be_visible()


def test_of_two_providers_each_says_what_is_wrong_and_nothing_typed_is_lost(
    tmp_path: Path, model_cache: Path, enter: Enter, provider: str, real_embedder: Embedder
) -> None:
    project = tmp_path / "project"
    (project / ".streamlit").mkdir(parents=True)
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (project / path.name).symlink_to(path)
    shutil.copy(ROOT / ".streamlit/config.toml", project / ".streamlit")
    server = Server(tmp_path, model_cache, free_port(), {**RULES}, project=project)
    registered = {"redirect_uris": [f"{server.url}/oauth2callback"]}
    with oidc_provider_mock.run_server_in_thread(require_client_registration=True) as strict:
        strict_address = f"http://localhost:{strict.server_port}"
        httpx2.put(f"{strict_address}/users/ada", json=PEOPLE["ada"]).raise_for_status()
        client = httpx2.post(f"{strict_address}/oauth2/clients", json=registered).json()
        (server.project / ".streamlit/secrets.toml").write_text(f"""
[auth]
redirect_uri = "{server.url}/oauth2callback"
cookie_secret = "{"c" * 32}"
[auth.strict]
client_id = "{client["client_id"]}"
client_secret = "not the one that was given"
server_metadata_url = "{strict_address}{METADATA}"
[auth.friendly]
client_id = "askwell"
client_secret = "any"
server_metadata_url = "{provider}{METADATA}"
""")
        server.start()
        collection, entry = entry_in(server, real_embedder)
        try:
            page = enter(f"{server.url}/entries")
            sign_in(page, "ada", "Sign in with strict")
            expect(page.get_by_text("the provider's answer could not be checked")).to_be_visible()
            page.goto(f"{server.url}/entries")
            sign_in(page, "ada", "Sign in with friendly")

            # The server crashes while ada writes: she is still there, and so is her text.
            page.get_by_role("button", name="lost card").click()
            page.get_by_label("Answer", exact=True).fill("Call us at once.")
            hers = Collection(collection.store, real_embedder, ADA.address)
            wait_until(lambda: unsaved.own(hers), bool)
            server.stop(signal.SIGKILL)
            server.start()
            settled(page)
            go_on = page.get_by_role("button", name="Go on writing").first
            go_on.click()
            expect(page.get_by_label("Answer", exact=True)).to_have_value("Call us at once.")

            # Her sign-in expires in between: what she saves is refused, and her text waits for her.
            server.stop()
            server.settings = {**RULES, "FAQ_SIGN_IN_HOURS": "0.0001"}
            server.start()
            page.reload()  # rather than wait until Streamlit tries once more by itself
            expect(page.get_by_text("Your sign-in has expired.")).to_be_visible()
            expect(page.get_by_role("heading", name="Entries")).to_have_count(0)
            server.stop()
            server.settings = {**RULES}
            server.start()
            page.reload()
            ada = Person(page)
            ada.click(page.get_by_role("button", name="Go on writing").first)
            expect(page.get_by_label("Answer", exact=True)).to_have_value("Call us at once.")
            ada.click(page.get_by_role("button", name="Save"))
            wait_until(
                lambda: collection.get(entry.id),
                lambda kept: kept is not None and kept.content.answer == "Call us at once.",
            )
        finally:
            server.stop()
    assert "not the one that was given" not in server.log
