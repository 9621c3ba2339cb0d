"""A service on this machine, and embedders that ask it."""

import ssl
from collections.abc import Iterator

import pytest

from embedding import Network
from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import INFO, FakeTime, counted, network, tokens_of
from tests.embedding.remote.stand_in_service import StandInService, running


@pytest.fixture(scope="session")
def usual_trust() -> ssl.SSLContext:
    return Network().trust()


@pytest.fixture(autouse=True)
def trust_once(usual_trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the machine's certificates once for all tests."""
    trust = Network.trust
    monkeypatch.setattr(
        Network, "trust", lambda self: trust(self) if self.ca_bundle else usual_trust
    )


@pytest.fixture
def api() -> str:
    """What the service speaks; modules whose tests hold for both have a fixture of their own."""
    return "hugging face"


@pytest.fixture
def service(api: str, straight_way: None) -> Iterator[StandInService]:
    made = StandInService(counted, info=dict(INFO), tokens=tokens_of, most=8)
    if api == "openai":
        made = StandInService(counted, models=["counting"], most=8)
    with running(made) as service:
        yield service


@pytest.fixture
def elsewhere(straight_way: None) -> Iterator[StandInService]:
    """Another host: nothing should ever arrive there."""
    with running(StandInService(counted)) as service:
        yield service


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def embedder(service: StandInService, time: FakeTime) -> RemoteEmbedder:
    return RemoteEmbedder(None, network(service), time.clock)


@pytest.fixture
def loaded(embedder: RemoteEmbedder, service: StandInService) -> RemoteEmbedder:
    embedder.load()
    service.requests.clear()
    return embedder
