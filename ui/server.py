"""The server around the pages: what is checked before it starts, and what it adds to requests and
answers. A page runs in a WebSocket; this sees every request."""

import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from hmac import compare_digest
from http.cookies import SimpleCookie
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import streamlit as st
from starlette.middleware import Middleware
from streamlit.logger import get_logger

from errors import AskwellError
from faq.sign_in import CALLBACK, SignIn, auth_in
from ui import context, door, identity, metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

LOGIN = "/auth/login"
METRICS = "/metrics"
HIDDEN = ("/_stcore/metrics", "/_stcore/agent")  # Streamlit's own, for everybody
CAME_FROM, KEPT_SECONDS = "askwell_came_from", 600  # a cookie: the page to come back to
SIGNED_IN = re.compile(rb'_streamlit_user="?[^";]')  # a cookie that is not being deleted
LONGEST_PATH = 2000  # characters of an address to come back to

# Streamlit's pages need inline scripts and styles, and charts eval; all of it comes from here, and
# nothing is fetched from or sent to anywhere else.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY: list[Header] = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]


def one_line_a_record() -> None:
    """Write each record of the log, tracebacks and warnings included, in one line, unless somebody
    looks on: what collects logs takes a line for a record."""
    if sys.stderr.isatty():
        return
    get_logger("py.warnings")  # or they would be lost
    logging.captureWarnings(True)
    whole = logging.Formatter.format

    def in_one_line(self: logging.Formatter, record: logging.LogRecord) -> str:
        return whole(self, record).strip().replace("\n", "\\n")

    # Streamlit makes formatters of its own, also later.
    logging.Formatter.format = in_one_line  # type: ignore[method-assign]


def secrets() -> dict[str, Any]:
    """Check the settings, and return what Streamlit needs to know of them. Ends the process, with a
    sentence, where the server must not start."""
    try:
        if why := context.settings().refusal(st.get_option("server.address")):
            sys.exit(why)
    except AskwellError as error:
        sys.exit(str(error))
    block = auth_in(os.environ)
    return {"auth": block} if block else {}


def middleware() -> list[Middleware]:
    """Return what stands between the network and Streamlit."""
    chosen = context.settings()
    return [Middleware(Doorkeeper, chosen.sign_in, chosen.metrics_token)]


def count_error(error: BaseException) -> bool:
    """Count an error of a page; return that Streamlit shows it as ever."""
    metrics.OF_PROCESS.error(error)
    return False


class Doorkeeper:
    """Adds security headers, believes the proxy alone about who somebody is, brings people who sign
    in back to where they came from, or says what went wrong, and shows the process's metrics to
    whoever has their token."""

    def __init__(self, app: App, sign_in: SignIn | None, metrics_token: str = "") -> None:
        self._app = app
        self._sign_in = sign_in
        self._token = metrics_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope["headers"] = self._believed(scope)
        if scope["type"] == "websocket" and _from_another_site(scope["headers"]):
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "websocket":
            metrics.OF_PROCESS.session(1)
            try:
                await self._app(scope, receive, send)
            finally:
                metrics.OF_PROCESS.session(-1)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._answered(scope, message)
                metrics.OF_PROCESS.request(message["status"])
            await send(message)

        if scope["path"] == METRICS or scope["path"].startswith(HIDDEN):
            await self._show_metrics(scope, answer)
        else:
            await self._app(scope, receive, answer)

    async def _show_metrics(self, scope: Scope, send: Send) -> None:
        """Answer with the metrics, or with nothing to whoever lacks the token."""
        given = dict(scope["headers"]).get(b"authorization", b"")
        allowed = self._token and scope["path"] == METRICS
        allowed = allowed and compare_digest(given, f"Bearer {self._token}".encode())
        body = metrics.OF_PROCESS.text().encode() if allowed else b""
        headers = [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")]
        status = 200 if allowed else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _believed(self, scope: Scope) -> list[Header]:
        """Return a request's headers, with the one that names somebody renamed if it comes from the
        proxy and comes once."""
        headers: list[Header] = list(scope["headers"])
        if self._sign_in is None or not self._sign_in.header:
            return headers
        name = self._sign_in.header.lower().encode("latin-1")
        found = [value for key, value in headers if key.lower() == name]
        rest = [(key, value) for key, value in headers if key.lower() != name]
        if len(found) == 1 and self._from_proxy(scope):
            rest.append((identity.HEADER.encode(), found[0]))
        return rest

    def _from_proxy(self, scope: Scope) -> bool:
        try:
            peer = ip_address(scope["client"][0])
        except (TypeError, ValueError):
            return False
        proxies = self._sign_in.proxies if self._sign_in else ()
        return any(peer in network for network in proxies)

    def _answered(self, scope: Scope, message: Message) -> list[Header]:
        """Return an answer's headers; of the answers of signing in, also another status."""
        headers: list[Header] = list(message["headers"])
        if self._sign_in and self._sign_in.providers:
            asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
            if scope["path"] == LOGIN:
                headers.append(_cookie(CAME_FROM, came_from(asked), KEPT_SECONDS))
                if message["status"] >= 400:
                    message["status"], headers = 302, _sent_to(_failed("unreachable"), headers)
            elif scope["path"] == CALLBACK:
                refused = b"error=" in scope["query_string"]
                headers = _sent_to(_after_signing_in(asked, headers, refused), headers)
                headers.append(_cookie(CAME_FROM, "", 0))
            if self._sign_in.tls:
                headers = [_only_over_tls(header) for header in headers]
        known = {name.lower() for name, _ in headers}
        return headers + [one for one in SECURITY if one[0] not in known]


def _from_another_site(headers: Iterable[Header]) -> bool:
    """Return whether a page of another site sent a request. Streamlit would refuse it too, but only
    after it has asked a service outside for this machine's address."""
    found = {name.lower(): value.decode("latin-1") for name, value in headers}
    return b"origin" in found and urlsplit(found[b"origin"]).netloc != found.get(b"host")


def came_from(asked: Mapping[bytes, str]) -> str:
    """Return the page that a request was sent from, as a path with its query; the first page where
    that was not one of ours."""
    page = urlsplit(asked.get(b"referer", ""))
    query = "" if page.query.startswith(f"{door.FAILED}=") else page.query
    return (
        _own(page._replace(scheme="", netloc="", query=query, fragment="").geturl())
        if (page.netloc == asked.get(b"host"))
        else "/"
    )


def _own(path: str) -> str:
    """Return a path if it certainly leads to this server, else that of the first page."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= LONGEST_PATH
    return path if ours and path.isascii() and path.isprintable() else "/"


def _after_signing_in(asked: Mapping[bytes, str], headers: Iterable[Header], refused: bool) -> str:
    """Return where somebody goes on who comes back from the provider."""
    cookies = SimpleCookie(asked.get(b"cookie", ""))
    back = unquote(cookies[CAME_FROM].value) if CAME_FROM in cookies else ""
    if back and not any(
        name == b"set-cookie" and SIGNED_IN.match(value) for name, value in headers
    ):
        return _failed("refused" if refused else "failed")
    return _own(back)  # without a page to go back to, they have signed out


def _failed(why: str) -> str:
    return f"/?{door.FAILED}={why}"


def _sent_to(address: str, headers: Iterable[Header]) -> list[Header]:
    """Return the headers of an answer that sends the browser to another address."""
    left = (b"location", b"content-length", b"content-type")
    kept = [header for header in headers if header[0].lower() not in left]
    return [*kept, (b"location", address.encode()), (b"content-length", b"0")]


def _cookie(name: str, value: str, seconds: int) -> Header:
    written = f"{name}={quote(value, safe='')}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    return b"set-cookie", written.encode()


def _only_over_tls(header: Header) -> Header:
    name, value = header
    is_cookie = name.lower() == b"set-cookie" and b"secure" not in value.lower()
    return name, value + b"; Secure" if is_cookie else value
