"""What docs/deployment.md says, to the letter as far as a test can: nginx with TLS before a real
server, and units that systemd understands."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from embedding import Embedder
from faq.collection import Collection
from setup import nginx
from store import Content, open_store
from tests.browser.server import ROOT, Server, free_port
from tests.hub.certificates import Certificates, make_certificates
from tests.protocol import Session

TEXT = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
NAME = "faq.example.org"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@dataclass
class Site:
    """Askwell as people reach it, at a port of nginx's."""

    server: Server
    port: int
    trusted: ssl.SSLContext

    def client(self) -> httpx2.Client:
        base = f"https://localhost:{self.port}"
        return httpx2.Client(base_url=base, verify=self.trusted, headers={"Host": NAME})

    def session(self, host: str = NAME, origin: str = f"https://{NAME}") -> Session:
        url = f"https://127.0.0.1:{self.port}"
        return Session(url, host=host, origin=origin, encryption=self.trusted)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Site]:
    program = nginx.find()
    if program is None:
        pytest.skip("there is no nginx here, and none to be fetched")
    folder = tmp_path_factory.mktemp("site")
    server = Server(folder, model_cache, hosts=(NAME,))
    server.start()
    certificates = make_certificates(folder)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(configured(folder, certificates, port, server.port))
    proxy = subprocess.Popen([program, "-p", folder, "-c", configuration, "-e", folder / "error"])
    trusted = ssl.create_default_context(cafile=certificates.authority)
    trusted.check_hostname = False  # the certificate is for localhost
    try:
        transport = httpx2.HTTPTransport(retries=5, verify=trusted)  # until it listens
        with httpx2.Client(transport=transport) as client:
            assert client.get(f"https://localhost:{port}/_stcore/health").status_code in (200, 400)
        yield Site(server, port, trusted)
    finally:
        proxy.terminate()
        proxy.wait(10)
        server.stop()


def configured(folder: Path, certificates: Certificates, port: int, target: int) -> str:
    """Return the example with the certificates and ports of this test."""
    [example] = blocks("nginx")
    for line, ours in {
        "listen 443 ssl http2": f"listen 127.0.0.1:{port} ssl http2",
        "/etc/ssl/faq.example.org.pem": str(certificates.server),
        "/etc/ssl/private/faq.example.org.key": str(certificates.server),
        "http://127.0.0.1:8501": f"http://127.0.0.1:{target}",
    }.items():
        assert line in example
        example = example.replace(line, ours)
    kept = "".join(
        f"{what}_temp_path {folder / what};" for what in ("client_body", "proxy", "fastcgi")
    )
    kept += "".join(f"{what}_temp_path {folder / what};" for what in ("uwsgi", "scgi"))
    return (
        f"daemon off; pid {folder / 'pid'}; events {{}}\n"
        f"http {{ access_log off; {kept}\n{example}\n}}"
    )


@pytest.mark.browser
def test_people_ask_through_nginx_with_tls(site: Site, real_embedder: Embedder) -> None:
    collection = Collection(open_store(site.server.database), real_embedder, "grace")
    collection.add(Content("lost card", "Call us."))
    with site.client() as client:
        page = client.get("/entries")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert page.headers["x-frame-options"] == "DENY"
        assert client.get("/_stcore/health").text == "ok"
    with site.session() as session:
        session.open("entries")
        assert any("lost card" in text for text in session.texts)


@pytest.mark.browser
def test_nginx_lets_nobody_in_whom_askwell_would_not(site: Site) -> None:
    for host, origin in (
        (NAME, "https://evil.net"),
        (NAME, f"https://{NAME}.evil.net"),
        ("evil.net", "https://evil.net"),
    ):
        with pytest.raises(InvalidStatus), site.session(host, origin) as session:
            session.open()
    with site.client() as client:
        assert client.get("/metrics").status_code == 404  # without a token
        statuses = {client.get("/_stcore/health").status_code for _ in range(300)}
    assert statuses == {200, 503}
    upload = HTTPSConnection("localhost", site.port, context=site.trusted)
    upload.request("PUT", "/_stcore/upload_file/a/b", headers={"Content-Length": "300000000"})
    assert upload.getresponse().status == 413


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    service, backup, timer = blocks("ini")
    names = {"askwell.service": service, "askwell-backup.service": backup}
    paths = []
    for name, text in {**names, "askwell-backup.timer": timer}.items():
        assert "/srv/askwell/.venv/bin/python" in text or name.endswith(".timer")
        text = text.replace("/srv/askwell/.venv/bin/python", "/bin/true")
        paths.append(tmp_path / name)
        paths[-1].write_text(text.replace("User=askwell", "User=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
