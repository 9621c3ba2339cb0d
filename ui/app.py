"""What comes before every page: is this installation set up, may it be open to the network, and
which pages are there. A page that Streamlit runs by itself goes through here first."""

from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from errors import AskwellError
from faq.access import NotAllowed, Role
from faq.sign_in import SettingsError
from store import DamagedDatabase, StoreError
from ui import browser, context, door, notice, passages, thresholds
from ui.context import Context
from ui.identity import SignedOut
from ui.inbox import count
from ui.text import plain

ENTERED = "entered"
# Whom a page is for, by its title; the others are for editors.
FOR = {"Ask": Role.READER, "Entries": Role.READER, "Sign out": Role.READER, "Settings": Role.ADMIN}
LAB = ("Quality", "Speed", "Explore")  # the titles of those in the section Lab
STYLE = Path(__file__).parent / "style.css"
PAGE_ICON = "💬"  # drawn by the browser: a Material icon here would be fetched from outside


def run() -> None:
    """Set the page up, check what has to be right, and run the page that was asked for."""
    st.session_state[ENTERED] = True
    in_menu = count.of_process().number
    run, problem = _entered()
    page = st.navigation(_pages(run, problem), position=_position(problem))
    if page.title in LAB:  # the menu marks its pages, and not the section that they are in
        page = st.navigation(_pages(run, problem, f"**Lab: {page.title}**"), position="top")
    st.set_page_config(
        page_title=f"{page.title} - Askwell",
        page_icon=PAGE_ICON,
        layout="centered" if page.title == "Ask" else "wide",
    )
    st.html(STYLE)
    notice.on_page(page.url_path)
    if run is None:
        _show(problem)
        return
    try:
        _run_page(page, run)
        if run.may_edit and page.url_path == "inbox" and count.of_process().number != in_menu:
            st.navigation(_pages(run), position="top")  # the page has counted
    except (SettingsError, StoreError, SignedOut) as error:
        _show(error)


def _entered() -> tuple[Context | None, AskwellError | None]:
    """Return what the run works with, or why nothing can be shown."""
    try:
        if why := context.settings().refusal(st.get_option("server.address")):
            raise SettingsError(why)
        return context.read(), None  # the file may have gone since it was opened
    except (SettingsError, StoreError, SignedOut) as error:
        return None, error


def _run_page(page: StreamlitPage, run: Context) -> None:
    if name := run.collection.name:
        st.set_page_config(page_title=f"{page.title} - {name}")
        st.caption(plain(name))
    if page.title != "Ask":  # which says it itself: only a part of it may run again
        notice.show_read_only(run.store.read_only)
    if run.role.includes(FOR.get(page.title, Role.EDITOR)):
        page.run()
    else:
        _show_way_back(run)
    browser.keep_each_letter()
    browser.read_each_text_in_its_direction()
    context.model_loading(run.embedder)  # begins once the page is drawn: nothing waits for it
    passages.begin(run)
    if run.may_edit:
        if not run.store.read_only:
            thresholds.keep_up(run)
        count.of_process().keep_up(run)


def ensure() -> None:
    """Send a page that was run without the entry through it.

    On a server that has just started, Streamlit runs the page of a deep link before it knows that
    `streamlit_app.py` declares the navigation.
    """
    if not st.session_state.get(ENTERED):
        st.navigation(_pages(None), position="hidden")
        st.rerun()


def _pages(
    run: Context | None, problem: AskwellError | None = None, lab: str = "Lab"
) -> dict[str, list[StreamlitPage]]:
    barred = isinstance(problem, SignedOut | NotAllowed)
    role = run.role if run else Role.READER if barred else Role.ADMIN

    # Without icons: the one of the page on show would become the favicon, fetched from outside.
    def page(name: str, title: str, shown_as: str = "", default: bool = False) -> StreamlitPage:
        seen = role.includes(FOR.get(title, Role.EDITOR))
        return st.Page(
            f"pages/{name}.py",
            title=shown_as or title,
            default=default,
            visibility="visible" if seen else "hidden",
        )

    pages = {
        "": [
            page("ask", "Ask", default=True),
            page("entries", "Entries"),
            page("inbox", "Inbox", count.title("Inbox")),
            page("settings", "Settings"),
        ],
        lab: [page("quality", "Quality"), page("speed", "Speed"), page("explore", "Explore")],
    }
    if run and run.person:
        leave = st.Page(door.sign_out, title="Sign out", url_path="sign-out")
        pages[plain(run.person.address)] = [leave] if door.can_sign_out() else []
    return pages


def _position(problem: AskwellError | None) -> Literal["top", "hidden"]:
    return "hidden" if isinstance(problem, SignedOut | NotAllowed) else "top"


def _show_way_back(run: Context) -> None:
    who = "those who edit the collection" if run.role is Role.READER else "admins"
    st.markdown(f"This page is for {who}. You can ask it and read its entries.")
    with st.container(horizontal=True):
        st.page_link("pages/ask.py", label="Ask", icon=":material/search:")
        st.page_link("pages/entries.py", label="Entries", icon=":material/list:")


def _show(problem: AskwellError | None) -> None:
    """Say why there is nothing to see, and what can be done."""
    if isinstance(problem, SignedOut):
        door.ask_to_sign_in(str(problem))
        return
    if isinstance(problem, NotAllowed):
        door.refuse(str(problem))
        return
    st.error(plain(str(problem)))
    st.caption("Nothing was changed. Put this right and reload the page.")
    if isinstance(problem, SettingsError):
        return
    database = context.settings().database
    lost = isinstance(database, Path) and not database.exists()
    admin = context.role_of(context.signed_in(), None) is Role.ADMIN
    if (lost or isinstance(problem, DamagedDatabase)) and admin:
        from ui.settings import backups  # only now: the first page comes faster

        backups.offer()
