"""A company's network: a proxy leads out, and looks into TLS with a certificate of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embedding import Download, ModelUnavailable, Network, open_embedder
from embedding.weights import Weights
from hub import HubError, client
from tests.hub.certificates import Certificates, make_certificates
from tests.hub.stand_in_models import StandInHub, name_endpoint, served
from tests.hub.stand_in_proxy import StandInProxy, proxied

MODEL = "some/model"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def hub(
    paper_model: Path,
    certificates: Certificates,
    empty_cache: Path,
    straight_way: None,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StandInHub]:
    """A Hub behind TLS, of which only the company's own authority knows."""
    with served(paper_model, certificates.server) as hub:
        name_endpoint(monkeypatch, hub.url)
        yield hub
    assert pauses == []


@pytest.fixture
def proxy() -> Iterator[StandInProxy]:
    with proxied() as proxy:
        yield proxy


def failure(network: Network) -> str:
    with pytest.raises(ModelUnavailable) as failed:
        Weights(MODEL, network=network).files()
    return str(failed.value)


def test_a_model_comes_through_and_makes_its_vectors(
    hub: StandInHub, certificates: Certificates, tiny_model: Path
) -> None:
    hub.folder = tiny_model
    heard: list[Download] = []
    embedder = open_embedder(
        MODEL,
        network=Network(ca_bundle=certificates.authority),
        engine="torch",
        on_download=heard.append,
    )
    texts = ["where is my card", "lost"]
    expected = open_embedder(str(tiny_model), engine="torch").encode_documents(texts)
    np.testing.assert_allclose(embedder.encode_documents(texts), expected, atol=1e-6)
    assert heard[-1].done == heard[-1].total


def test_without_the_authority_the_setting_that_adds_it_is_named(hub: StandInHub) -> None:
    said = failure(Network())
    assert f"asked for the model {MODEL}. The certificate that answered is not trusted" in said
    assert "Most likely a proxy on the way inspects TLS." in said
    assert "name that file in FAQ_CA_BUNDLE. Copy the model to this machine" in said
    assert hub.asked == []


def test_with_another_authority_the_bundle_is_named(
    hub: StandInHub, certificates: Certificates
) -> None:
    said = failure(Network(ca_bundle=certificates.stranger))
    assert f"though FAQ_CA_BUNDLE adds those in {certificates.stranger}" in said


@pytest.mark.parametrize("usual", ["SSL_CERT_FILE", "FAQ_CA_BUNDLE"])
def test_the_bundle_adds_to_what_the_environment_trusts(
    hub: StandInHub, certificates: Certificates, monkeypatch: pytest.MonkeyPatch, usual: str
) -> None:
    trusted, added = certificates.authority, certificates.stranger
    if usual == "FAQ_CA_BUNDLE":
        trusted, added = added, trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    Weights(MODEL, network=Network(ca_bundle=added)).files()


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="the system does not list them")
def test_the_bundle_adds_to_what_the_system_trusts(
    certificates: Certificates, straight_way: None
) -> None:
    def trusted(network: Network) -> set[str]:
        return {str(found) for found in network.trust().get_ca_certs()}

    usual, all_of_them = trusted(Network()), trusted(Network(ca_bundle=certificates.authority))
    assert all_of_them > usual
    assert len(all_of_them - usual) == 1


def test_a_certificate_that_is_no_authority_is_enough(
    hub: StandInHub, certificates: Certificates, tmp_path: Path
) -> None:
    bundle = tmp_path / "just-the-proxy.pem"
    bundle.write_text(certificates.server.read_text().partition("-----END PRIVATE KEY-----\n")[2])
    Weights(MODEL, network=Network(ca_bundle=bundle)).files()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file or directory"),
        (b"", "it does not contain certificates in PEM form"),
        (b"0\x82\x03", "it does not contain certificates in PEM form"),
        (b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "in PEM form"),
    ],
)
def test_a_bundle_that_is_none_is_a_sentence(
    tmp_path: Path, straight_way: None, no_network: None, content: bytes | None, says: str
) -> None:
    bundle = tmp_path / "company.pem"
    if content is not None:
        bundle.write_bytes(content)
    said = failure(Network(ca_bundle=bundle))
    assert f"FAQ_CA_BUNDLE is {bundle}, which cannot be used: " in said
    assert says in said


def test_a_bundle_that_is_spoilt_further_down_is_a_sentence(
    certificates: Certificates, tmp_path: Path, straight_way: None, no_network: None
) -> None:
    bundle = tmp_path / "company.pem"
    sound = certificates.authority.read_text()
    bundle.write_text(sound + sound.replace("MII", "???"))
    assert "which cannot be used: it does not contain" in failure(Network(ca_bundle=bundle))


def test_a_missing_file_in_the_environment_is_a_sentence(
    straight_way: None, monkeypatch: pytest.MonkeyPatch, no_network: None
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    assert "that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read" in failure(Network())


def test_the_environments_proxy_leads_to_the_hub(
    hub: StandInHub,
    proxy: StandInProxy,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    Weights(MODEL, network=Network(ca_bundle=certificates.authority)).files()
    ways = {address.removeprefix("https://") for address in (hub.url, hub.elsewhere)}
    assert {*proxy.led_to} == ways


def test_a_proxy_with_a_certificate_of_its_own_is_trusted_too(
    hub: StandInHub, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(ca_bundle=certificates.authority)
    with proxied(certificates.server) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert "is not trusted" in failure(Network())
        monkeypatch.setenv("NO_PROXY", hub.url.rpartition("//")[2])
        Weights(MODEL, network=network).files()
    assert {*proxy.led_to} == {hub.elsewhere.removeprefix("https://")}


def test_no_proxy_is_asked_for_what_the_environment_excepts(
    hub: StandInHub,
    proxy: StandInProxy,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "example.org,localhost")
    Weights(MODEL, network=Network(ca_bundle=certificates.authority)).files()
    assert proxy.led_to == []
    assert hub.asked


def test_a_proxy_that_wants_a_password_is_a_sentence(
    hub: StandInHub,
    proxy: StandInProxy,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy.wants_password = True
    network = Network(ca_bundle=certificates.authority)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    assert "The proxy refuses: 407 Proxy Authentication Required. Correct HTT" in failure(network)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//ada:secret@"))
    monkeypatch.setattr(client, "_used", None)  # as after a new start
    Weights(MODEL, network=network).files()
    assert proxy.led_to


@pytest.mark.parametrize("address", ["gopher://ada:secret@proxy:1", "http://ada:secret@proxy:x"])
def test_a_proxy_that_is_none_is_a_sentence_without_its_password(
    straight_way: None, monkeypatch: pytest.MonkeyPatch, no_network: None, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    said = failure(Network())
    assert "The proxy that the environment names cannot be used: " in said
    assert "secret" not in said


def test_offline_there_is_no_client() -> None:
    with pytest.raises(HubError, match="FAQ_OFFLINE forbids to open a connection"):
        Network(offline=True).client()


def test_the_token_is_never_shown() -> None:
    assert "secret" not in repr(Network(token="secret"))
