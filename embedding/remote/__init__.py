"""The embedder on another machine: every text is sent to a service, and its vector comes back."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from embedding.local import batches
from embedding.protocol import (
    LoadedOnce,
    Model,
    ModelUnavailable,
    Runtime,
    TokenCount,
    Vector,
    Vectors,
)
from embedding.remote.served import (
    USUAL_AT_ONCE,
    Served,
    at_endpoint,
    at_hugging_face,
)
from embedding.remote.service import Service, TooMuch
from embedding.tokens import Tokens
from embedding.weights import DEFAULT_NAME, hub_name
from hub import endpoint
from hub.models import NEWEST
from hub.network import HUGGING_FACE, Network
from hub.retry import Clock, Effort

CHARACTERS_AT_ONCE = 16_384
# A service that begins to load a model when it is first asked takes minutes for a large one.
UNTIL_LOADED = Effort(seconds=180, tries=12)
# Somebody waits for the answer.
AT_A_QUESTION = Effort(seconds=20, tries=4)
_SHORTENED_TO = 0.75  # of a text that is too long, until the service takes it


class RemoteEmbedder(LoadedOnce[Served]):
    """An `Embedder` that asks the service at `network.endpoint`, or else Hugging Face Inference for
    the Hub's model `name`.

    A service in the way of OpenAI is asked for `name`; any other serves the one model that it has.
    Which revision is served is for every service to decide; `model` says it as far as the service
    does. The prompts that a model's family needs go before the texts; those that a service has of
    its own, it adds by itself. A text that the service refuses as too long is cut until it is
    taken, as engines on this machine cut it. Requests of several threads run side by side, so that
    no question waits for a long job.
    """

    def __init__(self, name: str | None, network: Network, clock: Clock | None = None) -> None:
        super().__init__()
        self._name = name
        self._network = network
        self._clock = clock or Clock()
        self._at_once = USUAL_AT_ONCE

    @property
    def model(self) -> Model:
        return self._loaded().model

    @property
    def runtime(self) -> Runtime:
        served = self._loaded()
        return Runtime("remote", served.service.host, served.precision)

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self.encode_queries([text], waiting=True)[0]
        return vector

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        effort = AT_A_QUESTION if waiting else UNTIL_LOADED
        return self._encode(texts, effort, as_queries=True)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, UNTIL_LOADED, as_queries=False)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return self._tokens.count(texts)

    def tokenize(self, text: str) -> list[str]:
        return self._tokens.split(text)

    def is_word(self, text: str) -> bool:
        return False  # not worth a request

    def words(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def _tokens(self) -> Tokens:
        return self._loaded().tokens()

    def _encode(self, texts: Sequence[str], effort: Effort, *, as_queries: bool) -> Vectors:
        served = self._loaded()
        vectors = np.empty((len(texts), served.model.dimension), dtype=np.float32)
        embed = partial(served.embed, effort=effort, as_queries=as_queries)
        for batch in batches([len(text) for text in texts], CHARACTERS_AT_ONCE):
            while batch:
                some, batch = batch[: self._at_once], batch[self._at_once :]
                vectors[some], _ = self._in_halves(embed, [texts[i] for i in some])
        return vectors

    def _in_halves(
        self, embed: Callable[[Sequence[str]], Vectors], texts: list[str]
    ) -> tuple[Vectors, bool]:
        """Return the vectors of a few texts, in halves where the service takes no more at once, and
        whether it took each of them whole. A single one that it does not take is cut."""
        try:
            return embed(texts), True
        except TooMuch:
            pass
        if len(texts) == 1:
            shorter = texts[0][: int(len(texts[0]) * _SHORTENED_TO)]
            return self._in_halves(embed, [shorter])[0], False
        half = (len(texts) + 1) // 2
        halves = [self._in_halves(embed, some) for some in (texts[:half], texts[half:])]
        whole = all(whole for _, whole in halves)
        if whole:  # it was their number, and no single text
            self._at_once = min(self._at_once, half)
        return np.concatenate([vectors for vectors, _ in halves]), whole

    def _load(self) -> Served:
        served = self._reach()
        self._at_once = served.at_once
        return served

    def _reach(self) -> Served:
        if self._network.offline:
            raise ModelUnavailable(
                f"FAQ_ENGINE=remote sends every text to {self._network.service_host}, which "
                f"FAQ_OFFLINE forbids. Take one of the two back."
            )
        if self._network.endpoint is None:
            return self._reach_hugging_face()
        model = f", or FAQ_MODEL, which is {self._name}" if self._name else ""
        remedy = (
            f"Correct FAQ_ENDPOINT{model}. Without FAQ_ENDPOINT, Hugging Face is asked for "
            "FAQ_MODEL."
        )
        service = self._service(self._network.endpoint, remedy)
        return at_endpoint(service, self._name, UNTIL_LOADED)

    def _reach_hugging_face(self) -> Served:
        given = self._name or DEFAULT_NAME
        if Path(given).is_dir():
            raise ModelUnavailable(
                f"FAQ_MODEL is the directory {given}, which Hugging Face cannot serve. Name a "
                f"model of the Hub there, or a service of your own in FAQ_ENDPOINT."
            )
        name, revision = hub_name(given)
        remedy = f"Correct FAQ_MODEL, which is {name}, or name another service in FAQ_ENDPOINT."
        service = self._service(HUGGING_FACE.format(name=name), remedy)
        served = at_hugging_face(name, service, self._service(endpoint(), remedy), UNTIL_LOADED)
        newest = served.model.revision
        if revision not in (None, NEWEST, newest):
            raise ModelUnavailable(
                f"Hugging Face Inference serves {name} in its newest revision, {newest}, and not "
                f"in {revision}. Take the revision out of FAQ_MODEL."
            )
        return served

    def _service(self, address: str, remedy: str) -> Service:
        return Service(address, self._network, remedy, self._clock)
