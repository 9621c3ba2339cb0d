"""A certificate authority of one's own, and what it certifies, made anew with `openssl`."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificates(NamedTuple):
    """PEM files: the authority, what it certified for `localhost` (with its key), and an authority
    that certified nothing."""

    authority: Path
    server: Path
    stranger: Path


def make_certificates(folder: Path) -> Certificates:
    """Make certificates that hold for a day. Fails where there is no `openssl`."""
    assert shutil.which("openssl"), "Install openssl: certificates are made with it"
    for name in ("authority", "stranger"):
        _openssl(
            folder,
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", f"/CN=Test {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )
    _openssl(
        folder,
        *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
        *("-keyout", "server.key", "-out", "server.csr"),
    )
    (folder / "extensions").write_text(
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
        "authorityKeyIdentifier=keyid\n"
    )
    _openssl(
        folder,
        *("x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key"),
        *("-set_serial", "1", "-days", "1", "-extfile", "extensions", "-out", "server.crt"),
    )
    server = folder / "server.pem"
    server.write_text((folder / "server.key").read_text() + (folder / "server.crt").read_text())
    return Certificates(folder / "authority.pem", server, folder / "stranger.pem")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)
