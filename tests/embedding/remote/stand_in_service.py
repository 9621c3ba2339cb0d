"""A service on this machine that embeds, speaks HTTP, and misbehaves when told to."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hub.serving import Quiet, serving


@dataclass(frozen=True)
class Answer:
    """What one request gets. `body` is sent as JSON, or as it is where it is bytes already."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


DROPPED = Answer(status=0)  # the connection is closed without a word
SILENT = Answer(status=-1)  # it stays open, and nothing comes


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def texts(self) -> list[str]:
        found: list[str] = self.body["inputs" if "inputs" in self.body else "input"]
        return found


@dataclass
class StandInService:
    """Answers like text-embeddings-inference, from `embed`; what is in `next_answers` goes first.
    With the names of `models`, it answers below `/v1` like OpenAI, too.

    A path in `paths` gets its own answer, whatever the method. At most `most` texts are taken in
    one request, and no empty ones.
    """

    embed: Callable[[list[str]], list[list[float]]]
    info: dict[str, Any] | None = None
    tokens: Callable[[str], list[dict[str, Any]]] | None = None
    most: int | None = None
    models: list[str] | None = None
    next_answers: deque[Answer] = field(default_factory=deque)
    paths: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    address: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def asked(self) -> list[Request]:
        """The requests for vectors."""
        return [r for r in self.requests if r.method == "POST" and r.path != "/tokenize"]

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        path = request.path.partition("?")[0]
        if path in self.paths:
            return self.paths[path]
        if request.method == "GET":
            if path == "/info" and self.info is not None:
                return Answer(body=self.info)
            if path == "/v1/models" and self.models is not None:
                listed = [{"id": name, "object": "model"} for name in self.models]
                return Answer(body={"object": "list", "data": listed})
            return Answer(404, {"error": "Not Found"})
        if path == "/tokenize":
            if self.tokens is None:
                return Answer(404)
            return self._checked(request) or Answer(body=list(map(self.tokens, request.texts)))
        if self.next_answers:
            return self.next_answers.popleft()
        if path != "/v1/embeddings":
            return self._checked(request) or Answer(body=self.embed(request.texts))
        if self.models is None or request.body["model"] not in self.models:
            return Answer(404, {"error": {"message": "The model does not exist"}})
        if refusal := self._checked(request):
            assert isinstance(refusal.body, dict)
            return Answer(400, {"error": {"message": refusal.body["error"]}})
        return Answer(body=openai_answer(self.embed(request.texts)))

    def _checked(self, request: Request) -> Answer | None:
        said = ""
        if "" in request.texts:
            said = "`inputs` cannot be empty"
        elif self.most is not None and len(request.texts) > self.most:
            said = f"batch size {len(request.texts)} > maximum allowed batch size {self.most}"
        return Answer(413, {"error": said, "error_type": "Validation"}) if said else None


def openai_answer(vectors: list[Any]) -> dict[str, Any]:
    """Return vectors as OpenAI gives them, in another order than they were asked for."""
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
    return {"object": "list", "data": data[::-1], "model": "whatever", "usage": {}}


@contextmanager
def running(service: StandInService, certificate: Path | None = None) -> Iterator[StandInService]:
    """Run the service on a free port, and tell its address; over TLS where there is a certificate,
    with its key in the file."""

    class Handler(Quiet):
        def handle_any(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(data) if data else None
            answer = service.answer(Request(self.command, self.path, headers, body))
            if answer is SILENT:
                service.ended.wait(10)
            if answer in (DROPPED, SILENT):
                self.close_connection = True
                return
            content = answer.body
            if not isinstance(content, bytes):
                content = b"" if content is None else json.dumps(content).encode()
            self.send_response(answer.status)
            kind = {"Content-Type": "application/json", "Content-Length": str(len(content))}
            for name, value in (kind | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = handle_any

    with serving(Handler, service, certificate, host="127.0.0.1") as service.address:
        try:
            yield service
        finally:
            service.ended.set()
