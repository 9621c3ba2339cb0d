"""What a service says of the model behind it.

Nobody here can look at the weights of a remote model. So it is never taken for a local one, even of
the same name, and its fingerprint is over what its service says of it, which is all that is known.
What the service does not say is not made up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from embedding.fingerprint import digest, max_tokens, modules
from embedding.protocol import REMOTE, Model, ModelUnavailable
from embedding.remote.service import Service
from embedding.remote.tokens import BRIEF, ServiceTokens
from embedding.tokens import TokenizerTokens, Tokens, open_tokenizer
from hub.models import NEWEST
from hub.retry import Effort

# Where nobody says how much the model reads: as few as any usual model reads.
CAREFUL_TOKENS = 128
# Where nobody says how many texts may come at once: as text-embeddings-inference by default.
USUAL_AT_ONCE = 32

_PROBE = "Is anybody there?"

# Files on the Hub that decide what a model computes. Others, such as the model card, change often.
_DECISIVE = {".json", ".txt", ".model", ".safetensors", ".bin"}
_OTHER_RUNTIMES = {"onnx", "openvino"}


@dataclass(frozen=True, slots=True)
class Served:
    """A model behind a service, and how to ask for it: `at_once` texts at most in one request.

    `tokens` may ask for more, and raise `ModelUnavailable`.
    """

    service: Service
    model: Model
    precision: str
    at_once: int
    tokens: Callable[[], Tokens]


def at_endpoint(service: Service, effort: Effort) -> Served:
    """Return the model behind an endpoint, whatever it is.

    Where the service has `/info`, as text-embeddings-inference does, the fingerprint is over model,
    revision, pooling and token limit as stated there, and over the dimension. Where it does not
    state both a model and a revision, its address is taken instead: the model behind it can then be
    exchanged unnoticed, as long as the dimension stays.
    """
    info = _object(service.ask("/info", effort))
    name, revision = _text(info.get("model_id")), _text(info.get("model_sha"))
    limit = _number(info.get("max_input_length"))
    dimension = _dimension(service, effort)
    fingerprint = _fingerprint(
        {
            "service": service.place if not (name and revision) else None,
            "model": name,
            "revision": revision,
            "kind": info.get("model_type"),
            "max_tokens": limit,
            "dimension": dimension,
        }
    )
    limit = limit or CAREFUL_TOKENS
    at_once = _number(info.get("max_client_batch_size")) or USUAL_AT_ONCE
    return Served(
        service,
        Model(name or service.host, revision, fingerprint, dimension, limit),
        _text(info.get("model_dtype")) or "unknown",
        at_once,
        lambda: ServiceTokens(service, limit, at_once),
    )


def at_hugging_face(name: str, service: Service, hub: Service, effort: Effort) -> Served:
    """Return the model that Hugging Face Inference serves under a name.

    Inference says nothing of it; the Hub does, for its newest revision, and that is taken for the
    one that is served. The fingerprint is over the name, the dimension, and the files there that
    decide what the model computes, so that a new model card does not make another model of it.
    """
    dimension = _dimension(service, effort)
    info = _object(hub.ask(f"/api/models/{name}?blobs=true", effort))
    revision = _text(info.get("sha"))
    files = dict(_decisive(info.get("siblings")))
    fingerprint = _fingerprint(
        {
            "model": name,
            "files": files or None,
            "revision": None if files else revision,
            "dimension": dimension,
        }
    )
    listing = _Listing(hub, name, revision or NEWEST, files)
    limit = listing.max_tokens(effort) or CAREFUL_TOKENS
    return Served(
        service,
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


def _dimension(service: Service, effort: Effort) -> int:
    dimension: int = service.embed([_PROBE], effort).shape[1]
    return dimension


def _fingerprint(facts: Mapping[str, Any]) -> str:
    return REMOTE + digest(facts)  # which no local model's begins with


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None
