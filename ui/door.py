"""The door: signing in, signing out, and what is shown to whoever may not come in."""

from contextlib import suppress

import streamlit as st

from store import StoreError
from ui import context
from ui.text import plain

FAILED = "sign-in"  # in the address, where the server could not sign somebody in
WHY = {
    "refused": "You were not signed in: the provider refused, or you went back.",
    "failed": "You were not signed in: the provider's answer could not be checked. If it happens "
    "again, ask whoever runs Askwell to look into the server's log.",
    "unreachable": "The provider of accounts does not answer, or not as one. Try again later, or "
    "ask whoever runs Askwell to look into the server's log.",
}


def ask_to_sign_in(why: str) -> None:
    """Show how to sign in, and why that is needed, where there is a reason."""
    sign_in = context.settings().sign_in
    assert sign_in is not None
    st.title("Askwell", anchor=False)
    failed = WHY.get(st.query_params.get(FAILED, ""), "")
    st.markdown(plain(why or failed or "Sign in to ask questions."))
    with st.container(horizontal=True):
        for name in sign_in.providers:
            label = f"Sign in with {plain(name)}" if name else "Sign in"
            st.button(label, type="primary", key=f"sign_in_{name}", on_click=_sign_in, args=(name,))


def _sign_in(provider: str) -> None:
    st.login(provider or None)


def refuse(why: str) -> None:
    """Say to somebody who has signed in why they may not come in, and let them sign out."""
    st.title("Askwell", anchor=False)
    st.markdown(plain(why))
    if context.settings().sign_in and not _by_proxy():
        st.button("Sign out", key="sign_out", on_click=sign_out)


def can_sign_out() -> bool:
    """Return whether people sign out here: who signed in at a proxy signs out there."""
    return context.settings().sign_in is not None and not _by_proxy()


def sign_out() -> None:
    """End this sign-in, on every tab of this browser, and let the provider end its own."""
    with suppress(StoreError):  # the cookie goes in any case
        context.end_sign_in()
    st.session_state.clear()
    st.logout()


def _by_proxy() -> bool:
    sign_in = context.settings().sign_in
    return sign_in is not None and bool(sign_in.header)
