"""What a service says of the model behind it.

Nobody here can look at the weights of a remote model. So it is never taken for a local one, even of
the same name, and its fingerprint is over what its service says of it, which is all that is known.
What the service does not say is not made up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from embedding.fingerprint import digest, max_tokens, modules
from embedding.prompts import NONE, Prompts, documented
from embedding.protocol import REMOTE, EmbeddingError, Model, ModelUnavailable, Vectors
from embedding.remote.apis import CAREFUL_TOKENS, Api, HuggingFaceApi, OpenAIApi
from embedding.remote.service import Refused, Service
from embedding.remote.tokens import BRIEF, NoTokens, ServiceTokens, sendable
from embedding.tokens import TokenizerTokens, Tokens, open_tokenizer
from hub.models import NEWEST
from hub.retry import Effort

# Where nobody says how many texts may come at once: as text-embeddings-inference by default.
USUAL_AT_ONCE = 32

_PROBE = "Is anybody there?"
_OTHER_VECTOR = 0.9999  # the cosine below which two vectors are not of the same input
_MODELS_NAMED = 8  # in a sentence

# Files on the Hub that decide what a model computes. Others, such as the model card, change often.
_DECISIVE = {".json", ".txt", ".model", ".safetensors", ".bin"}
_OTHER_RUNTIMES = {"onnx", "openvino"}


@dataclass(frozen=True, slots=True)
class Served:
    """A model behind a service, and how to ask for it: `at_once` texts at most in one request.

    `tokens` may ask for more, and raise `ModelUnavailable`.
    """

    service: Service
    api: Api
    prompts: Prompts
    model: Model
    precision: str
    at_once: int
    tokens: Callable[[], Tokens]

    def embed(self, texts: Sequence[str], effort: Effort, *, as_queries: bool) -> Vectors:
        """Return the vectors of texts. Raises `TooMuch` where fewer or shorter ones may be taken,
        and `ModelUnavailable`."""
        prompt = self.prompts.query if as_queries else self.prompts.document
        prompted = [sendable(prompt + text) for text in texts]
        vectors = self.service.embed(self.api, prompted, effort, as_queries=as_queries)
        got, expected = vectors.shape[1], self.model.dimension
        if got != expected:
            raise self.service.nonsense(f"vectors of {got} numbers, where it had {expected} before")
        return vectors


def at_endpoint(service: Service, name: str | None, effort: Effort) -> Served:
    """Return the model behind an endpoint.

    An address that ends with `/embeddings` or `/v1` is asked in the way of OpenAI, for the model
    `name`. Any other is asked in the way of text-embeddings-inference, unless it has no `/info`
    that names a model, and lists its models as OpenAI does.
    """
    if service.path.endswith(("/embeddings", "/v1")):
        return _in_openai_way(service, "", name, effort)
    info = _object(service.ask("/info", effort))
    if not (_text(info.get("model_id")) or service.path.endswith("/embed")):
        for root in ("/v1", ""):
            if _listed(service.ask(f"{root}/models", effort)) is not None:
                return _in_openai_way(service, root, name, effort)
    return _in_hugging_face_way(service, info, effort)


def _in_hugging_face_way(service: Service, info: Mapping[str, Any], effort: Effort) -> Served:
    """Return the one model that a service has, whatever it is.

    Where it has `/info`, as text-embeddings-inference does, the fingerprint is over model,
    revision, pooling and token limit as stated there, and over the dimension and the prompts. Where
    it does not state both a model and a revision, its address is taken instead: the model behind it
    can then be exchanged unnoticed, as long as the dimension stays.
    """
    api = HuggingFaceApi("/embed" if service.path.endswith("/embed") else "")
    name, revision = _text(info.get("model_id")), _text(info.get("model_sha"))
    limit = _number(info.get("max_input_length"))
    prompts = documented(name or "")
    dimension = _dimension(service, api, effort)
    fingerprint = _fingerprint(
        {
            "service": service.place if not (name and revision) else None,
            "model": name,
            "revision": revision,
            "kind": info.get("model_type"),
            "max_tokens": limit,
            "dimension": dimension,
        },
        prompts,
    )
    limit = limit or CAREFUL_TOKENS
    at_once = _number(info.get("max_client_batch_size")) or USUAL_AT_ONCE
    return Served(
        service,
        api,
        prompts,
        Model(name or service.host, revision, fingerprint, dimension, limit),
        _text(info.get("model_dtype")) or "unknown",
        at_once,
        lambda: ServiceTokens(service, limit, at_once),
    )


def _in_openai_way(service: Service, root: str, name: str | None, effort: Effort) -> Served:
    """Return the model of that name, or else the only one that the service lists.

    Nothing more is known of it: the fingerprint is over the service's address, the name, the
    dimension and the prompts. Some servers put the prompts of the e5 family before a text by
    themselves, if they are told whether it is a question; others leave that to who asks.
    """
    name = name or _only_model(service, service.ask(f"{root}/models", effort))
    api = OpenAIApi(f"{root}/embeddings", name)
    prompts = documented(name)
    dimension = _dimension(service, api, effort)
    if prompts != NONE and _tells_questions_apart(service, api, effort):
        api, prompts = replace(api, input_types=True), NONE
    place = (service.base + api.path).partition("://")[2]
    facts = {"service": place, "model": name, "dimension": dimension}
    if api.input_types:
        facts["input_types"] = True
    fingerprint = _fingerprint(facts, prompts)
    return Served(
        service,
        api,
        prompts,
        Model(name, None, fingerprint, dimension, CAREFUL_TOKENS),
        "unknown",
        USUAL_AT_ONCE,
        lambda: NoTokens(service),
    )


def _tells_questions_apart(service: Service, api: OpenAIApi, effort: Effort) -> bool:
    """Return whether the service makes another vector of a text where it is said to be a question:
    then it puts the model's own prompts before texts."""
    told = replace(api, input_types=True)
    try:
        query, document = (
            service.embed(told, [_PROBE], effort, as_queries=as_queries)[0]
            for as_queries in (True, False)
        )
    except Refused:  # it did not refuse the same text without that
        return False
    except ModelUnavailable:
        raise
    except EmbeddingError:  # 422: not such a request
        return False
    return float(query @ document) < _OTHER_VECTOR


def _only_model(service: Service, listing: Any) -> str:
    names = _listed(listing) or []
    if len(names) == 1:
        return names[0]
    if not names:
        raise ModelUnavailable(
            f"{service.host} does not say which models it has. Name the one to embed with in "
            f"FAQ_MODEL."
        )
    names.sort(key=lambda name: "embed" not in name.lower())  # the likely ones first
    more = f" and {len(names) - _MODELS_NAMED} more" if len(names) > _MODELS_NAMED else ""
    raise ModelUnavailable(
        f"{service.host} has several models: {', '.join(names[:_MODELS_NAMED])}{more}. Name the "
        f"one to embed with in FAQ_MODEL."
    )


def _listed(listing: Any) -> list[str] | None:
    """Return the names of a service's models; None where it lists none in the way of OpenAI."""
    found = _object(listing).get("data")
    if not isinstance(found, list):
        return None
    return [name for one in found if (name := _text(_object(one).get("id")))]


def at_hugging_face(name: str, service: Service, hub: Service, effort: Effort) -> Served:
    """Return the model that Hugging Face Inference serves under a name.

    Inference says nothing of it; the Hub does, for its newest revision, and that is taken for the
    one that is served. The fingerprint is over the name, the dimension, the prompts, and the files
    there that decide what the model computes, so that a new model card does not make another model
    of it.
    """
    api, prompts = HuggingFaceApi(), documented(name)
    dimension = _dimension(service, api, effort)
    info = _object(hub.ask(f"/api/models/{name}?blobs=true", effort))
    revision = _text(info.get("sha"))
    files = dict(_decisive(info.get("siblings")))
    fingerprint = _fingerprint(
        {
            "model": name,
            "files": files or None,
            "revision": None if files else revision,
            "dimension": dimension,
        },
        prompts,
    )
    listing = _Listing(hub, name, revision or NEWEST, files)
    limit = listing.max_tokens(effort) or CAREFUL_TOKENS
    return Served(
        service,
        api,
        prompts,
        Model(name, revision, fingerprint, dimension, limit),
        "unknown",
        USUAL_AT_ONCE,
        lambda: listing.tokens(limit),
    )


class _Listing:
    """The files of a model on the Hub, as far as they say how it reads."""

    def __init__(self, hub: Service, name: str, revision: str, files: Iterable[str]) -> None:
        self._hub = hub
        self._place = f"/{name}/resolve/{revision}"
        self._files = list(files)
        self._folder = PurePosixPath()  # of the network

    def max_tokens(self, effort: Effort) -> int | None:
        """Return how many tokens the model reads; None where its files do not say so in the way of
        sentence-transformers."""
        with TemporaryDirectory() as name:
            directory = Path(name)
            self._bring("modules.json", directory, effort)
            try:
                folder = modules(directory)[0].directory
                self._folder = PurePosixPath(folder.relative_to(directory).as_posix())
                for file in self._files:
                    path = PurePosixPath(file)
                    if path.parent == self._folder and path.match("*config.json"):
                        self._bring(file, directory, effort)
                return max_tokens(folder)
            except ModelUnavailable:
                return None

    def tokens(self, limit: int) -> Tokens:
        """Return the model's tokens by its tokenizer. Raises `ModelUnavailable` without one."""
        with TemporaryDirectory() as name:
            file = self._folder / "tokenizer.json"
            if not self._bring(file.as_posix(), Path(name), BRIEF):
                raise ModelUnavailable(
                    "The model has no tokenizer.json on the Hub, so its tokens cannot be counted."
                )
            return TokenizerTokens(open_tokenizer(Path(name) / file), limit)

    def _bring(self, file: str, directory: Path, effort: Effort) -> bool:
        """Put a file below the directory; return whether the model has it."""
        content = self._hub.fetch(f"{self._place}/{file}", effort)
        if content is None:
            return False
        target = directory / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return True


def _decisive(siblings: Any) -> Iterable[tuple[str, str]]:
    """Yield path and content's hash of the files, as the Hub lists them, that make the model."""
    for sibling in map(_object, siblings if isinstance(siblings, list) else []):
        name, content = _text(sibling.get("rfilename")), _text(sibling.get("blobId"))
        path = PurePosixPath(name or ".")
        if content and path.suffix in _DECISIVE and path.parts[0] not in _OTHER_RUNTIMES:
            yield str(path), content


def _dimension(service: Service, api: Api, effort: Effort) -> int:
    dimension: int = service.embed(api, [_PROBE], effort).shape[1]
    return dimension


def _fingerprint(facts: Mapping[str, Any], prompts: Prompts) -> str:
    known = {**facts, "prompts": prompts} if prompts != NONE else facts
    return REMOTE + digest(known)  # which no local model's begins with


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None
