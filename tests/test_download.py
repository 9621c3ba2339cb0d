"""From an empty machine behind a company's proxy to the first entry, on the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from store import open_store
from tests.hub.certificates import Certificates, make_certificates
from tests.hub.stand_in_models import COMMIT, StandInHub, served
from tests.tiny_models import make_model

ROOT = Path(__file__).parents[1]


def run(
    folder: Path, hub: StandInHub, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command where nothing was downloaded or set before."""
    environ = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    environ |= {"HOME": str(folder), "FAQ_DATA_DIR": str(folder), "HF_ENDPOINT": hub.url}
    environ |= {"FAQ_MODEL": f"some/model@{COMMIT}", "FAQ_ENGINE": "torch", **settings}
    return subprocess.run(
        [sys.executable, "-m", "faq", "--json", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path)


def test_a_company_proxy_is_named_and_then_passed(
    tmp_path: Path, certificates: Certificates
) -> None:
    with served(make_model(tmp_path, 8), certificates.server) as hub:
        refused = run(tmp_path, hub, "add", "where is my card")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Most likely a proxy on the way inspects TLS." in refused.stderr
        assert "FAQ_CA_BUNDLE" in refused.stderr
        assert "Traceback" not in refused.stderr

        trusted = {"FAQ_CA_BUNDLE": str(certificates.authority), "FAQ_TOKEN": "hf_secret"}
        added = run(tmp_path, hub, "add", "where is my card", **trusted)
        assert added.returncode == 0, added.stderr
        assert json.loads(added.stdout)["id"] == 1
        lines = added.stderr.splitlines()
        assert lines
        assert all(line.startswith("Downloading the language model: ") for line in lines)

    assert "hf_secret" not in added.stderr + added.stdout
    model = open_store(tmp_path / "faq.db", create=False).state().model
    assert model is not None
    assert (model.name, model.revision) == ("some/model", COMMIT)
