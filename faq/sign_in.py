"""How people sign in: with an account of their company, through OpenID Connect, or at a reverse
proxy that says in a header who they are. Read from the settings, and checked before anybody can
come in."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from errors import AskwellError
from faq.access import Role
from faq.people import InvalidRule, subject

CALLBACK = "/oauth2callback"
METADATA = "/.well-known/openid-configuration"
SHORTEST_SECRET = 32  # characters
LISTS = {"FAQ_ADMINS": Role.ADMIN, "FAQ_EDITORS": Role.EDITOR, "FAQ_READERS": Role.READER}
# What may be in the environment instead of the block [auth] of .streamlit/secrets.toml.
AUTH = {
    "FAQ_OIDC_REDIRECT_URI": "redirect_uri",
    "FAQ_OIDC_COOKIE_SECRET": "cookie_secret",
    "FAQ_OIDC_CLIENT_ID": "client_id",
    "FAQ_OIDC_CLIENT_SECRET": "client_secret",
    "FAQ_OIDC_METADATA_URL": "server_metadata_url",
}
PROVIDER = ("client_id", "client_secret", "server_metadata_url")
# Anybody with any account of Microsoft's could sign in there, with an address that is not checked.
EVERYBODY = ("/common/", "/organizations/", "/consumers/")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(AskwellError):
    """A setting has a value that cannot be used; the message names both."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in, and the installation's rules on who may do what (`faq.people`).

    Of OpenID Connect: the names of the `providers`, an empty one where there is one alone; the
    claims with somebody's address and groups; how long a sign-in lasts; and whether the browser
    only speaks TLS. Of a proxy: the `header` with somebody's name, and the addresses of `proxies`.
    """

    rules: Mapping[str, Role]
    providers: tuple[str, ...] = ()
    address_claim: str = "email"
    groups_claim: str = "groups"
    lasts: timedelta = timedelta(hours=12)
    tls: bool = True
    header: str = ""
    proxies: tuple[Network, ...] = ()


def auth_in(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the block [auth] as the environment has it; empty where it has none."""
    return {name: environ[key] for key, name in AUTH.items() if environ.get(key)}


def read_sign_in(environ: Mapping[str, str], block: Mapping[str, Any]) -> SignIn | None:
    """Return how people sign in, None where nothing is set up; `block` is [auth] of the secrets.
    Raises `SettingsError` where something is missing or wrong."""
    header, from_environ = environ.get("FAQ_IDENTITY_HEADER", "").strip(), auth_in(environ)
    set_up = [
        where
        for where, given in (
            ("[auth] in .streamlit/secrets.toml", block),
            ("FAQ_OIDC_... in the environment", from_environ),
            ("FAQ_IDENTITY_HEADER", header),
        )
        if given
    ]
    if len(set_up) > 1:
        raise SettingsError(f"Sign-in is set up twice: {' and '.join(set_up)}. Keep one of them.")
    rules = _rules(environ)
    if not set_up:
        if rules:
            raise SettingsError(
                f"{' and '.join(name for name in LISTS if environ.get(name))} would give roles, "
                "but there is no sign-in. Set it up (docs/sign-in.md), or leave the lists out."
            )
        return None
    if Role.ADMIN not in rules.values():
        raise SettingsError(
            "There is a sign-in, but no admin: nobody could let anybody in. Set FAQ_ADMINS, for "
            "example to your e-mail address."
        )
    if header:
        return SignIn(rules, header=header, proxies=_proxies(environ))
    auth = block or from_environ
    return SignIn(
        rules,
        _providers(auth),
        environ.get("FAQ_ADDRESS_CLAIM") or "email",
        environ.get("FAQ_GROUPS_CLAIM") or "groups",
        timedelta(hours=_hours(environ.get("FAQ_SIGN_IN_HOURS") or "12")),
        _redirect(auth).scheme == "https",
    )


def _rules(environ: Mapping[str, str]) -> dict[str, Role]:
    rules: dict[str, Role] = {}
    for name, role in LISTS.items():  # the strongest first: it counts
        for text in filter(str.strip, environ.get(name, "").split(",")):
            try:
                rules.setdefault(subject(text), role)
            except InvalidRule as error:
                raise SettingsError(f"{name}: {error}") from None
    return rules


def _proxies(environ: Mapping[str, str]) -> tuple[Network, ...]:
    named = environ.get("FAQ_TRUSTED_PROXIES", "")
    try:
        found = tuple(ipaddress.ip_network(one.strip()) for one in named.split(",") if one.strip())
    except ValueError as error:
        raise SettingsError(f"FAQ_TRUSTED_PROXIES is {named!r}: {error}.") from None
    if not found:
        raise SettingsError(
            "FAQ_IDENTITY_HEADER is set, and FAQ_TRUSTED_PROXIES is not: anybody could send that "
            "header. Name the proxy's address, such as FAQ_TRUSTED_PROXIES=127.0.0.1."
        )
    if any(network.prefixlen == 0 for network in found):
        raise SettingsError(
            f"FAQ_TRUSTED_PROXIES is {named!r}, which is every address: anybody could send the "
            "header. Name the proxy's own."
        )
    if environ.get("FORWARDED_ALLOW_IPS") != "":
        raise SettingsError(
            "FAQ_IDENTITY_HEADER needs FORWARDED_ALLOW_IPS to be set, and to be empty: else a "
            "visitor's address would be taken for the proxy's. run.py does that."
        )
    return found


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 30:
        raise SettingsError(
            f"FAQ_SIGN_IN_HOURS is {text!r}, expected a number of hours, at most 720."
        )
    return hours


def _redirect(auth: Mapping[str, Any]) -> Any:
    return urlsplit(str(auth.get("redirect_uri", "")))


def _providers(auth: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the providers; the only one without a section of its own has none.
    Raises `SettingsError` for what is missing or wrong in the block."""
    uri = _redirect(auth)
    if not uri.netloc or not uri.path.endswith(CALLBACK):
        raise _wrong(
            "redirect_uri", auth, f"Askwell's address with {CALLBACK}, as the provider knows it"
        )
    if uri.scheme != "https" and not is_loopback(uri.hostname or ""):
        raise _wrong("redirect_uri", auth, "https, or what is signed in with could be overheard")
    if len(str(auth.get("cookie_secret", ""))) < SHORTEST_SECRET:
        raise SettingsError(
            f"cookie_secret is missing or shorter than {SHORTEST_SECRET} characters, and whoever "
            "guesses it can be anybody. Make one with "
            "`python3 -c 'import secrets; print(secrets.token_hex(32))'`."
        )
    sections = {name: one for name, one in auth.items() if isinstance(one, Mapping)}
    sections.pop("client_kwargs", None)
    if not sections:
        sections = {"": auth}
    elif any(auth.get(name) for name in PROVIDER):
        raise SettingsError(
            "[auth] has a provider of its own and sections with others. Give each provider a "
            "section, such as [auth.microsoft], with client_id, client_secret and "
            "server_metadata_url."
        )
    for name, section in sections.items():
        if "_" in name:
            raise SettingsError(f"[auth.{name}]: a provider's name has no underscore. Rename it.")
        _check_provider(f"[auth.{name}]" if name else "[auth]", section)
    return tuple(sections)


def _check_provider(where: str, section: Mapping[str, Any]) -> None:
    missing = [name for name in PROVIDER if not section.get(name)]
    if missing:
        raise SettingsError(
            f"{where} lacks {' and '.join(missing)}. Your provider shows them where Askwell is "
            "registered with it."
        )
    address = str(section["server_metadata_url"])
    url = urlsplit(address)
    if not url.netloc or not url.path.endswith(METADATA):
        raise _wrong("server_metadata_url", section, f"an address that ends with {METADATA}", where)
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        raise _wrong("server_metadata_url", section, "https", where)
    if any(part in url.path for part in EVERYBODY):
        raise _wrong(
            "server_metadata_url",
            section,
            "your own tenant in it: with this one, anybody with a Microsoft account could call "
            "themselves what they like",
            where,
        )


def _wrong(
    name: str, section: Mapping[str, Any], expected: str, where: str = "[auth]"
) -> Exception:
    return SettingsError(f"{where}: {name} is {section.get(name, '')!r}, expected {expected}.")


def is_loopback(host: str) -> bool:
    """Return whether only this machine itself can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name: only this one certainly means this machine
        return host.lower() == "localhost"
