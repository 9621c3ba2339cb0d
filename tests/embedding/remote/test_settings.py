"""What the settings mean to the remote engine."""

import pytest

from embedding import Network, open_embedder
from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import TOKEN, FakeTime, counted, network, sentence
from tests.embedding.remote.stand_in_service import StandInService, running
from tests.fakes import WORDS
from tests.hub.certificates import Certificates, make_certificates


def test_remote_is_never_chosen_by_itself(service: StandInService) -> None:
    embedder = open_embedder(engine="auto", network=network(service, offline=True))
    assert embedder.model.name != "org/counting"
    assert service.requests == []


def test_it_is_chosen_by_name(service: StandInService) -> None:
    embedder = open_embedder(engine="remote", network=network(service))
    assert embedder.encode_query("card").shape == (len(WORDS),)


@pytest.mark.parametrize("endpoint", [None, "https://example.org"])
def test_offline_opens_no_connection(endpoint: str | None, no_network: None) -> None:
    embedder = RemoteEmbedder(None, Network(offline=True, endpoint=endpoint))
    host = "example.org" if endpoint else "router.huggingface.co"
    assert f"FAQ_ENGINE=remote sends every text to {host}, which FAQ_OFFLINE forbids" in sentence(
        embedder
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        "tei.example.org",
        "tei.example.org:8080",
        "ftp://tei.example.org",
        "file:///etc/passwd",
        "https://",
        "https://[half",
        "http://host:port",
        "",
        " ",
        "https://ada:secret@tei.example.org",
        "https://tei.example.org/?key=secret",
    ],
)
def test_an_address_that_is_none_is_refused(endpoint: str, no_network: None) -> None:
    said = sentence(RemoteEmbedder(None, Network(endpoint=endpoint)))
    assert "FAQ_ENDPOINT is not the address of a service" in said
    assert "secret" not in said
    assert "secret" not in Network(endpoint=endpoint).service_host


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "naïve", "nul\0"])
def test_a_token_that_cannot_be_one_is_refused_unseen(token: str, no_network: None) -> None:
    said = sentence(RemoteEmbedder(None, Network(endpoint="http://localhost", token=token)))
    assert "FAQ_TOKEN" in said
    assert token not in said


def test_space_around_a_token_is_left_out(service: StandInService) -> None:
    RemoteEmbedder(None, network(service, token=f" {TOKEN}\n")).load()
    assert service.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        (None, "router.huggingface.co"),
        ("https://tei.example.org:8080/v1", "tei.example.org:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("nonsense", "the service that FAQ_ENDPOINT names"),
        ("https://[half", "the service that FAQ_ENDPOINT names"),
    ],
)
def test_the_host_is_known_without_asking(endpoint: str | None, host: str) -> None:
    assert Network(endpoint=endpoint).service_host == host


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def test_a_company_s_certificate_has_to_be_named(
    certificates: Certificates, straight_way: None, time: FakeTime
) -> None:
    with running(StandInService(counted), certificates.server) as service:
        said = sentence(RemoteEmbedder(None, network(service), time.clock))
        assert "is not trusted" in said
        assert "FAQ_CA_BUNDLE" in said
        assert time.slept == []
        assert service.requests == []
        trusting = network(service, ca_bundle=certificates.authority)
        assert RemoteEmbedder(None, trusting).encode_query("card").shape == (len(WORDS),)
