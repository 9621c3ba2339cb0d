"""What comes before every page: is this installation set up, may it be open to the network, and
which pages are there. A page that Streamlit runs by itself goes through here first."""

import ipaddress
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from faq.settings import SettingsError
from store import DamagedDatabase, StoreError
from ui import browser, context, notice, passages, thresholds
from ui.inbox import count
from ui.text import plain

ENTERED = "entered"
READERS = ("Ask", "Entries")  # the titles of the pages that are for readers, too
LAB = ("Quality", "Speed", "Explore")  # the titles of those in the section Lab
STYLE = Path(__file__).parent / "style.css"
PAGE_ICON = "💬"  # drawn by the browser: a Material icon here would be fetched from outside


def run() -> None:
    """Set the page up, check what has to be right, and run the page that was asked for."""
    in_menu = count.of_process().number
    page = st.navigation(_pages(), position="top")
    if page.title in LAB:  # the menu marks its pages, and not the section that they are in
        page = st.navigation(_pages(lab=f"**Lab: {page.title}**"), position="top")
    st.set_page_config(
        page_title=f"{page.title} - Askwell",
        page_icon=PAGE_ICON,
        layout="centered" if page.title == "Ask" else "wide",
    )
    st.html(STYLE)
    st.session_state[ENTERED] = True
    notice.on_page(page.url_path)
    try:
        if not _may_be_reached():
            return
        run = context.read()  # the file may have gone since it was opened
        if name := run.collection.name:
            st.set_page_config(page_title=f"{page.title} - {name}")
            st.caption(plain(name))
        if page.title != "Ask":  # which says it itself: only a part of it may run again
            notice.show_read_only(run.store.read_only)
        if page.title in READERS or run.may_edit:
            page.run()
        else:
            _show_way_back()
        browser.read_each_text_in_its_direction()
        context.model_loading(run.embedder)  # begins once the page is drawn: nothing waits for it
        passages.begin(run)
        if run.may_edit:
            if not run.store.read_only:
                thresholds.keep_up(run)
            count.of_process().keep_up(run)
            if (
                page.url_path == "inbox" and count.of_process().number != in_menu
            ):  # the page has counted
                st.navigation(_pages(), position="top")
    except (SettingsError, StoreError) as error:
        _show(error)


def ensure() -> None:
    """Send a page that was run without the entry through it.

    On a server that has just started, Streamlit runs the page of a deep link before it knows that
    `streamlit_app.py` declares the navigation.
    """
    if not st.session_state.get(ENTERED):
        st.navigation(_pages(), position="hidden")
        st.rerun()


def _pages(lab: str = "Lab") -> dict[str, list[StreamlitPage]]:
    # Without icons: the one of the page on show would become the favicon, fetched from outside.
    editing = _for_editors()
    return {
        "": [
            st.Page("pages/ask.py", title="Ask", default=True),
            st.Page("pages/entries.py", title="Entries"),
            st.Page("pages/inbox.py", title=count.title("Inbox"), visibility=editing),
            st.Page("pages/settings.py", title="Settings", visibility=editing),
        ],
        lab: [
            st.Page("pages/quality.py", title="Quality", visibility=editing),
            st.Page("pages/speed.py", title="Speed", visibility=editing),
            st.Page("pages/explore.py", title="Explore", visibility=editing),
        ],
    }


def _for_editors() -> Literal["visible", "hidden"]:
    try:
        return "visible" if context.may_edit() else "hidden"
    except SettingsError:
        return "visible"  # no page runs until that is put right


def _show_way_back() -> None:
    st.markdown(
        "This page is for those who edit the collection. You can ask it and read its entries."
    )
    with st.container(horizontal=True):
        st.page_link("pages/ask.py", label="Ask", icon=":material/search:")
        st.page_link("pages/entries.py", label="Entries", icon=":material/list:")


def _may_be_reached() -> bool:
    """Return whether the server may listen where it does; where not, say why."""
    if _local(st.get_option("server.address")) or context.settings().accept_open_network:
        return True
    could = "read and change" if context.may_edit() else "read"
    st.error(
        "Askwell is open to the network, and there is no sign-in: everyone who reaches it "
        f"could {could} the collection. Start it on 127.0.0.1, or accept the risk with "
        "FAQ_ACCEPT_OPEN_NETWORK=yes."
    )
    return False


def _show(error: SettingsError | StoreError) -> None:
    st.error(plain(str(error)))
    st.caption("Nothing was changed. Put this right and reload the page.")
    if isinstance(error, SettingsError):
        return
    database = context.settings().database
    lost = isinstance(database, Path) and not database.exists()
    if (lost or isinstance(error, DamagedDatabase)) and context.may_edit():
        from ui.settings import backups  # only now: the first page comes faster

        backups.offer()


def _local(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
