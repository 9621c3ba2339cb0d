"""The server around the pages: what it believes of a request, and what it adds to an answer."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from faq.sign_in import SignIn
from ui import identity, metrics
from ui.server import CAME_FROM, LOGIN, Doorkeeper, Message, Scope, secrets

PROXY = SignIn({}, header="X-User", proxies=(ip_network("10.0.0.1"), ip_network("::1")))
PROVIDER = SignIn({}, ("",), lasts=timedelta(hours=1))
COOKIE = b"_streamlit_user"


def pass_through(
    sign_in: SignIn | None,
    path: str = "/",
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    *,
    kind: str = "http",
    client: tuple[str, int] | None = ("10.0.0.1", 5),
    query: bytes = b"",
    status: int = 200,
    token: str = "",
    answers: tuple[tuple[bytes, bytes], ...] = (),
) -> tuple[dict[str, str], Message]:
    """Return what Streamlit gets of a request, and what the browser gets of its answer."""
    seen: dict[str, str] = {}
    sent: list[Message] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        seen.update((name.decode(), value.decode()) for name, value in scope["headers"])
        await send({"type": "http.response.start", "status": status, "headers": list(answers)})

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = headers.items() if isinstance(headers, dict) else headers or ()
    encoded = [(name.lower().encode(), value.encode()) for name, value in pairs]
    scope = {
        "type": kind,
        "path": path,
        "headers": encoded,
        "client": client,
        "query_string": query,
    }
    answering = Doorkeeper(app, sign_in, token)(scope, None, send)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as pool:  # a browser of another test may have this thread's loop
        pool.submit(asyncio.run, answering).result()
    return seen, sent[0] if sent else {}


def header(message: Message, name: bytes) -> list[bytes]:
    return [value for key, value in message["headers"] if key == name]


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_proxy_alone_says_who_somebody_is(kind: str) -> None:
    said = {"X-User": "ada@example.org", "Cookie": "a"}
    for client in (("10.0.0.1", 1), ("::1", 1)):
        seen, _ = pass_through(PROXY, headers=said, kind=kind, client=client)
        assert seen == {"cookie": "a", identity.HEADER: "ada@example.org"}
    for forged in (("10.0.0.2", 1), ("10.0.0.1.evil.net", 1), None):
        seen, _ = pass_through(PROXY, headers=said, kind=kind, client=forged)
        assert seen == {"cookie": "a"}, forged


def test_a_name_that_comes_twice_is_believed_in_neither_form() -> None:
    seen, _ = pass_through(PROXY, headers=[("X-User", "eve"), ("X-User", "ada")])
    assert seen == {}
    seen, _ = pass_through(PROXY, headers={"X-User": "ada", "X-Askwell-0": "eve"})
    assert seen[identity.HEADER] == "ada"


def test_a_page_of_another_site_opens_no_session() -> None:
    own = {"Host": "faq.example.org", "Origin": "https://faq.example.org"}
    for origin in ("https://evil.net", "null", "https://faq.example.org:444", ""):
        seen, answer = pass_through(None, headers={**own, "Origin": origin}, kind="websocket")
        assert (seen, answer["type"]) == ({}, "websocket.close"), origin
    assert pass_through(None, headers=own, kind="websocket")[0]
    assert pass_through(None, headers={"Host": "h"}, kind="websocket")[0]  # no browser


def test_every_answer_has_the_security_headers() -> None:
    for sign_in in (None, PROXY, PROVIDER):
        _, answer = pass_through(sign_in)
        assert header(answer, b"x-frame-options") == [b"DENY"]
        assert header(answer, b"x-content-type-options") == [b"nosniff"]
        [policy] = header(answer, b"content-security-policy")
        assert b"img-src 'self' data: blob:;" in policy and b"frame-ancestors 'none'" in policy
    _, answer = pass_through(None, answers=((b"x-frame-options", b"SAMEORIGIN"),))
    assert header(answer, b"x-frame-options") == [b"SAMEORIGIN"]


SIGNED_IN = (COOKIE + b'="ab|c"; Path=/; HttpOnly').replace(b" |", b"|")
REMOVED = COOKIE + b'=""; Max-Age=0'


def came_back(page: str, cookie: bytes, query: bytes = b"code=x") -> Message:
    """Return the answer to somebody who comes back from the provider, and signed in at `page`."""
    asked = {"Host": "faq.example.org", "Referer": page}
    _, answer = pass_through(PROVIDER, LOGIN, asked, status=302, answers=((b"location", b"p"),))
    [kept] = header(answer, b"set-cookie")
    assert (
        kept.startswith(CAME_FROM.encode()) and kept.endswith(b"; Secure") and b"HttpOnly" in kept
    )
    back = {"Host": "faq.example.org", "Cookie": kept.decode().partition(";")[0]}
    answers = ((b"location", b"/"), (b"set-cookie", cookie))
    return pass_through(
        PROVIDER, "/oauth2callback", back, query=query, status=302, answers=answers
    )[1]


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("https://faq.example.org/entries?entries_status=Bin", "/entries?entries_status=Bin"),
        ("https://faq.example.org/?q=caf%C3%A9%20;%20x", "/?q=caf%C3%A9%20;%20x"),
        ("https://faq.example.org/?sign-in=failed", "/"),
        ("https://evil.net/entries", "/"),
        ("https://faq.example.org//evil.net/x", "/"),
        ("https://faq.example.org/\\evil.net/x", "/"),
        ("https://faq.example.org@evil.net/x", "/"),
        ("https://faq.example.org/" + "x" * 3000, "/"),
        ("", "/"),
    ],
)
def test_whoever_signs_in_comes_back_to_where_they_were_and_nowhere_else(
    page: str, back: str
) -> None:
    answer = came_back(page, SIGNED_IN)
    assert header(answer, b"location") == [back.encode()]
    signed_in, forgotten = header(answer, b"set-cookie")
    assert signed_in == SIGNED_IN + b"; Secure"
    assert b"Max-Age=0" in forgotten


def test_whoever_could_not_sign_in_is_told_so() -> None:
    page = "https://faq.example.org/entries"
    failed, refused = came_back(page, REMOVED), came_back(page, REMOVED, b"error=access_denied")
    assert header(failed, b"location") == [b"/?sign-in=failed"]
    assert header(refused, b"location") == [b"/?sign-in=refused"]
    _, answer = pass_through(PROVIDER, LOGIN, {"Host": "h"}, status=400)
    assert (answer["status"], header(answer, b"location")) == (302, [b"/?sign-in=unreachable"])


def test_whoever_signed_out_comes_to_the_first_page() -> None:
    _, answer = pass_through(PROVIDER, "/oauth2callback", {"Host": "h"}, status=302)
    assert header(answer, b"location") == [b"/"]


def test_metrics_are_for_whoever_has_the_token() -> None:
    counts = metrics.Metrics()
    for seconds in (0.01, 0.3, 9.0):
        counts.question(seconds)
    counts.request(200)
    text = counts.text()
    assert 'askwell_search_seconds_bucket{le="0.5"} 2' in text
    assert 'askwell_search_seconds_bucket{le="+Inf"} 3' in text
    assert 'askwell_requests_total{status="2xx"} 1' in text
    given = {"Authorization": "Bearer t"}
    for token, headers, path, status in (
        ("t", given, "/metrics", 200),
        ("t", {}, "/metrics", 404),
        ("t", {"Authorization": "Bearer u"}, "/metrics", 404),
        ("", {"Authorization": "Bearer "}, "/metrics", 404),
        ("t", given, "/_stcore/metrics", 404),
        ("t", given, "/_stcore/agent/interact", 404),
    ):
        _, answer = pass_through(None, path, headers, token=token)
        assert answer["status"] == status, (headers, path)


def test_a_server_that_must_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.pages.conftest import listen_on
    from ui import context

    monkeypatch.delenv("FAQ_ACCEPT_OPEN_NETWORK", raising=False)
    listen_on("0.0.0.0", monkeypatch)
    context.settings.clear()
    with pytest.raises(SystemExit, match="Askwell is open to the network"):
        secrets()
    monkeypatch.setenv("FAQ_IDENTITY_HEADER", "X-User")
    context.settings.clear()
    with pytest.raises(SystemExit, match="Set FAQ_ADMINS"):
        secrets()
    context.settings.clear()


def test_a_record_of_the_log_is_one_line() -> None:
    program = """
import warnings
from streamlit.logger import get_logger
from ui import server
server.one_line_a_record()
log = get_logger("some")  # as Streamlit makes one, later
try:
    raise ValueError("first\\nsecond")
except ValueError:
    log.exception("It failed")
warnings.warn("take care")
log.warning("last")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    failed, warned, last = done.stderr.splitlines()
    assert failed.replace("\\n", "\n").endswith("ValueError: first\nsecond")
    assert "Traceback" in failed and "take care" in warned and last.endswith("last")
