"""Who is at this session, as a provider of OpenID Connect or a reverse proxy says."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from errors import AskwellError
from faq.people import InvalidRule, Person, subject
from faq.sign_in import SignIn

# What the server calls the proxy's header once it has seen that it comes from the proxy
# (`ui/server.py`): nobody outside knows this name.
HEADER = f"x-askwell-{secrets.token_hex(16)}"
BOUND = "signed_in_as"  # whose session this is


class SignedOut(AskwellError):
    """Nobody has signed in at this session, or not recently enough; the message says why."""


def person(sign_in: SignIn) -> Person:
    """Return who is at this session. Raises `SignedOut`."""
    found = _at_proxy() if sign_in.header else _at_provider(sign_in, _claims())
    if st.session_state.setdefault(BOUND, found.address) != found.address:
        st.session_state.clear()  # nobody goes on in somebody else's session
        st.session_state[BOUND] = found.address
    return found


def _claims() -> Mapping[str, Any]:
    return st.user.to_dict()


def _at_provider(sign_in: SignIn, claims: Mapping[str, Any]) -> Person:
    if not claims.get("is_logged_in"):
        raise SignedOut("")
    address = claims.get(sign_in.address_claim)
    if not isinstance(address, str) or not address:
        raise SignedOut(
            f"Your account was accepted, but it came without an address (claim "
            f"“{sign_in.address_claim}”). Ask whoever runs Askwell to look at FAQ_ADDRESS_CLAIM."
        )
    if claims.get("email_verified", True) not in (True, "true"):
        raise SignedOut(
            "Your provider has not checked your e-mail address. Confirm it there first."
        )
    signed_in_at = claims.get("iat")
    age = datetime.now(UTC).timestamp() - (
        signed_in_at if isinstance(signed_in_at, int | float) else 0
    )
    if age > sign_in.lasts.total_seconds():
        raise SignedOut("Your sign-in has expired. Sign in again to go on where you were.")
    groups = claims.get(sign_in.groups_claim)
    if isinstance(groups, str):
        groups = [groups]
    named = tuple(one for one in groups or () if isinstance(one, str))
    made = f"{claims.get('iss')} {claims.get('sub')} {claims.get('nonce')} {signed_in_at}"
    return Person(_checked(address), named, hashlib.sha256(made.encode()).hexdigest()[:32])


def _at_proxy() -> Person:
    address = st.context.headers.get(HEADER)
    if not address:
        raise SignedOut(
            "The reverse proxy did not say who you are. Open Askwell at the proxy's address."
        )
    return Person(_checked(address))


def _checked(address: str) -> str:
    """Return an address as rules name it: nobody is called like a group or a domain."""
    try:
        who = subject(address)
    except InvalidRule:
        who = ""
    if not who or who.startswith(("group:", "@")):
        raise SignedOut(f"{address!r:.80} is no address that Askwell knows how to read.")
    return who
