"""What a service says of the model behind it.

Nobody here can look at the weights on the far side. So a remote model is never taken for a local
one, even of the same name, and its fingerprint stands for what its service says of it, which is all
that is known. What the service does not say is not made up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from embedding import REMOTE, Model, ModelUnavailable
from embedding.fingerprint import digest, max_tokens
from embedding.layout import transformer_directory
from embedding.remote.reading import BRIEF, ByService, ByTokenizer, Reading
from embedding.remote.service import Service
from embedding.tokens import open_tokenizer
from hub.retry import Effort

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Where nobody says how much the model reads: what those read that read least among usual models.
CAREFUL_TOKENS = 128
# Where nobody says how many texts may come at once: what text-embeddings-inference takes unless it
# is told to take more.
USUAL_AT_ONCE = 32

_PROBE = "Is anybody there?"

# Files on the Hub that decide what a model computes. Others, such as the model card, change often.
_DECISIVE = {".json", ".txt", ".model", ".safetensors", ".bin"}
_OTHER_RUNTIMES = {"onnx", "openvino"}


@dataclass(frozen=True, slots=True)
class Served:
    """A model behind a service, and how to ask for it: `at_once` texts at most in one request."""

    service: Service
    model: Model
    precision: str
    at_once: int
    reading: Reading


def at_endpoint(service: Service, effort: Effort) -> Served:
    """Return the model behind an endpoint, whatever it is.

    Where the service has `/info`, as text-embeddings-inference does, the fingerprint stands for
    model, revision, pooling and token limit as told there, and for the dimension. Where it does not
    tell both a model and a revision, its address stands in: the model behind it can then be
    exchanged unnoticed, as long as the dimension stays.
    """
    told = _object(service.get("/info", effort))
    name, revision = _text(told.get("model_id")), _text(told.get("model_sha"))
    limit, at_once = _number(told.get("max_input_length")), told.get("max_client_batch_size")
    dimension = _dimension(service, effort)
    facts = {
        "service": service.place if not (name and revision) else None,
        "model": name,
        "revision": revision,
        "kind": told.get("model_type"),
        "max_tokens": limit,
        "dimension": dimension,
    }
    limit, at_once = limit or CAREFUL_TOKENS, _number(at_once) or USUAL_AT_ONCE
    return Served(
        service,
        Model(name or service.host, revision, _fingerprint(facts), dimension, limit),
        _text(told.get("model_dtype")) or "unknown",
        at_once,
        ByService(service, limit, at_once),
    )


def at_hugging_face(name: str, service: Service, hub: Service, effort: Effort) -> Served:
    """Return the model that Hugging Face Inference serves under a name.

    Inference says nothing of it; the Hub does, for its newest revision, and that is taken for the
    one that is served. The fingerprint stands for the name, the dimension, and the files there that
    decide what the model computes, so that a new model card does not make another model of it.
    """
    dimension = _dimension(service, effort)
    told = _object(hub.get(f"/api/models/{name}?blobs=true", effort))
    revision = _text(told.get("sha"))
    files = dict(_decisive(told.get("siblings")))
    facts = {
        "model": name,
        "files": files or None,
        "revision": None if files else revision,
        "dimension": dimension,
    }
    listing = _Listing(hub, name, revision or "main", files)
    limit = listing.max_tokens(effort) or CAREFUL_TOKENS
    return Served(
        service,
        Model(name, revision, _fingerprint(facts), dimension, limit),
        "unknown",
        USUAL_AT_ONCE,
        ByTokenizer(listing.tokenizer, limit),
    )


class _Listing:
    """The files of a model on the Hub, as far as they say how it reads."""

    def __init__(self, hub: Service, name: str, revision: str, files: Iterable[str]) -> None:
        self._hub = hub
        self._place = f"/{name}/resolve/{revision}"
        self._files = list(files)
        self._folder: PurePosixPath | None = None  # of the network, once known

    def max_tokens(self, effort: Effort) -> int | None:
        """Return how many tokens the model reads; None where it does not lie there as
        sentence-transformers wants it."""
        with TemporaryDirectory() as name:
            directory = Path(name)
            self._bring("modules.json", directory, effort)
            try:
                folder = transformer_directory(directory)
                self._folder = PurePosixPath(folder.relative_to(directory).as_posix())
                for file in self._files:
                    path = PurePosixPath(file)
                    if path.parent == self._folder and path.match("*config.json"):
                        self._bring(file, directory, effort)
                return max_tokens(folder)
            except ModelUnavailable:
                return None

    def tokenizer(self) -> "Tokenizer":
        """Return the model's tokenizer. Raises `ModelUnavailable` where it has none."""
        with TemporaryDirectory() as name:
            file = (self._folder or PurePosixPath()) / "tokenizer.json"
            if not self._bring(file.as_posix(), Path(name), BRIEF):
                raise ModelUnavailable(
                    "The model has no tokenizer.json on the Hub, so its tokens cannot be counted."
                )
            return open_tokenizer(Path(name) / file)

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
    for sibling in siblings if isinstance(siblings, list) else []:
        told = _object(sibling)
        name, content = _text(told.get("rfilename")), _text(told.get("blobId"))
        path = PurePosixPath(name or ".")
        if content and path.suffix in _DECISIVE and path.parts[0] not in _OTHER_RUNTIMES:
            yield str(path), content


def _dimension(service: Service, effort: Effort) -> int:
    dimension: int = service.embed([_PROBE], effort).shape[1]
    return dimension


def _fingerprint(facts: Mapping[str, Any]) -> str:
    return REMOTE + digest(facts)  # which no local model's is like


def _object(told: Any) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}


def _text(told: Any) -> str | None:
    return told if isinstance(told, str) and told else None


def _number(told: Any) -> int | None:
    return told if type(told) is int and told > 0 else None
