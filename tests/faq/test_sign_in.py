"""Signing in, as it is set up: what is taken, and the sentence for each thing missing or wrong."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from faq.access import Role
from faq.settings import read_settings
from faq.sign_in import AUTH, SettingsError, SignIn, auth_in, is_loopback, read_sign_in

ADMIN = {"FAQ_ADMINS": "ada@example.org"}
PROVIDER = {
    "client_id": "askwell",
    "client_secret": "s",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}
SHARED = {"redirect_uri": "https://faq.example.org/oauth2callback", "cookie_secret": "c" * 32}
BLOCK = {**SHARED, **PROVIDER}
PROXY = {
    **ADMIN,
    "FAQ_IDENTITY_HEADER": "X-User",
    "FAQ_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/24",
    "FORWARDED_ALLOW_IPS": "",
}


def test_nothing_needs_to_be_set_up() -> None:
    assert read_sign_in({}, {}) is None
    assert read_settings(PROXY).sign_in is None  # the command line signs nobody in


def test_one_provider_or_several() -> None:
    expected = SignIn({"ada@example.org": Role.ADMIN}, ("",))
    assert read_sign_in(ADMIN, BLOCK) == expected
    named = {**SHARED, "google": PROVIDER, "microsoft": PROVIDER}
    found = read_sign_in(ADMIN, named)
    assert found is not None and found.providers == ("google", "microsoft")
    environ = {key: BLOCK[name] for key, name in AUTH.items()}
    assert auth_in(environ) == BLOCK
    assert read_sign_in({**ADMIN, **environ}, {}) == expected


def test_everything_is_taken() -> None:
    environ = {
        "FAQ_ADMINS": "ada@example.org, group:bosses",
        "FAQ_EDITORS": "Bo@Example.org,ada@example.org",
        "FAQ_READERS": "@example.org",
        "FAQ_ADDRESS_CLAIM": "upn",
        "FAQ_GROUPS_CLAIM": "roles",
        "FAQ_SIGN_IN_HOURS": "1.5",
    }
    local = {**BLOCK, "redirect_uri": "http://localhost:8501/oauth2callback"}
    rules = {
        "ada@example.org": Role.ADMIN,  # the strongest of both
        "group:bosses": Role.ADMIN,
        "bo@example.org": Role.EDITOR,
        "@example.org": Role.READER,
    }
    assert read_sign_in(environ, local) == SignIn(
        rules, ("",), "upn", "roles", timedelta(minutes=90), tls=False
    )
    found = read_sign_in(PROXY, {})
    assert found is not None and found.header == "X-User"
    assert [str(one) for one in found.proxies] == ["127.0.0.1/32", "10.0.0.0/24"]


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in BLOCK.items() if key != name}


@pytest.mark.parametrize(
    ("environ", "block", "says"),
    [
        ({}, BLOCK, "There is a sign-in, but no admin.*Set FAQ_ADMINS"),
        (ADMIN, {}, "FAQ_ADMINS would give roles, but there is no sign-in"),
        ({"FAQ_ADMINS": "every body"}, BLOCK, "FAQ_ADMINS: 'every body' is nobody"),
        (PROXY, BLOCK, r"set up twice: \[auth\] in .* and FAQ_IDENTITY_HEADER"),
        ({**PROXY, "FAQ_OIDC_CLIENT_ID": "x"}, {}, "FAQ_OIDC_... in the environment and FAQ_ID"),
        (ADMIN, without("redirect_uri"), "redirect_uri is '', expected Askwell's address with"),
        (ADMIN, {**BLOCK, "redirect_uri": "https://faq.example.org/"}, "with /oauth2callback"),
        (ADMIN, {**BLOCK, "redirect_uri": "http://faq.example.org/oauth2callback"}, "https, or"),
        (ADMIN, without("cookie_secret"), "cookie_secret is missing or shorter than 32"),
        (ADMIN, {**BLOCK, "cookie_secret": "xxx"}, "whoever guesses it can be anybody"),
        (ADMIN, without("client_id"), r"\[auth\] lacks client_id\. Your provider shows"),
        (ADMIN, SHARED, "lacks client_id and client_secret and server_metadata_url"),
        (ADMIN, {**SHARED, "a": {}, "google": PROVIDER}, r"\[auth\.a\] lacks client_id"),
        (ADMIN, {**SHARED, "a_b": PROVIDER}, "a provider's name has no underscore"),
        (ADMIN, {**BLOCK, "google": PROVIDER}, "of its own and sections with others"),
        (
            ADMIN,
            {**BLOCK, "server_metadata_url": "https://login.example.org"},
            "server_metadata_url is 'https://login.example.org', expected an address that ends",
        ),
        (
            ADMIN,
            {**BLOCK, "server_metadata_url": PROVIDER["server_metadata_url"].replace("s:", ":")},
            "expected https",
        ),
        (
            ADMIN,
            {
                **BLOCK,
                "server_metadata_url": "https://login.microsoftonline.com/common/v2.0"
                "/.well-known/openid-configuration",
            },
            "expected your own tenant in it",
        ),
        ({**ADMIN, "FAQ_SIGN_IN_HOURS": "long"}, BLOCK, "FAQ_SIGN_IN_HOURS is 'long', expected"),
        ({**ADMIN, "FAQ_SIGN_IN_HOURS": "0"}, BLOCK, "expected a number of hours, at most 720"),
        ({**ADMIN, "FAQ_SIGN_IN_HOURS": "nan"}, BLOCK, "expected a number of hours, at most 720"),
        ({**PROXY, "FAQ_TRUSTED_PROXIES": ""}, {}, "anybody could send that header"),
        ({**PROXY, "FAQ_TRUSTED_PROXIES": "proxy"}, {}, "FAQ_TRUSTED_PROXIES is 'proxy':"),
        ({**PROXY, "FAQ_TRUSTED_PROXIES": "0.0.0.0/0"}, {}, "which is every address"),
        ({**PROXY, "FORWARDED_ALLOW_IPS": "*"}, {}, "needs FORWARDED_ALLOW_IPS to be set, and"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    environ: Mapping[str, str], block: Mapping[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        read_sign_in(environ, block)


@pytest.mark.parametrize(
    ("address", "settings", "allowed"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("localhost", {}, True),
        ("0.0.0.0", {}, False),
        (None, {}, False),
        ("faq.example.org", {}, False),
        ("0.0.0.0", {"FAQ_ACCEPT_OPEN_NETWORK": "yes"}, True),
        ("0.0.0.0", PROXY, True),
    ],
)
def test_a_server_without_a_sign_in_listens_on_this_machine_alone(
    address: str | None, settings: Mapping[str, str], allowed: bool
) -> None:
    why = read_settings(settings, {}).refusal(address)
    assert (why == "") is allowed
    assert allowed or "Set sign-in up (docs/sign-in.md)" in why


def test_an_address_without_brackets_is_this_machine() -> None:
    assert is_loopback("::1") and is_loopback("LOCALHOST") and not is_loopback("127.1")
