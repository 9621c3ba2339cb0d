"""Hugging Face Inference, asked for a model by its name on the Hub; both are played here."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import constants

from embedding import ModelUnavailable, Network, open_embedder, remote
from embedding.remote import RemoteEmbedder
from hub.network import HUGGING_FACE
from tests.embedding.remote.playing import TOKEN, FakeTime, counted, sentence
from tests.embedding.remote.stand_in_service import Answer, Request, StandInService, running
from tests.fakes import WORDS, WordCountEmbedder

NAME = "org/tiny"
NEWEST = "c" * 40
INFERENCE = "/hf-inference/models/{name}/pipeline/feature-extraction"


class Hub(StandInService):
    """Lists and hands out the files of one model."""

    def __init__(self, directory: Path) -> None:
        super().__init__(counted)
        self.files = {
            file.relative_to(directory).as_posix(): file.read_bytes()
            for file in directory.rglob("*")
            if file.is_file()
        }
        self.commit = NEWEST

    def answer(self, request: Request) -> Answer:
        self.listing = {"sha": self.commit, "siblings": [*map(self._listed, self.files)]}
        self.paths.setdefault(f"/api/models/{NAME}", Answer(body=self.listing))
        for name, content in self.files.items():
            self.paths.setdefault(f"/{NAME}/resolve/{self.commit}/{name}", Answer(body=content))
        return super().answer(request)

    def _listed(self, name: str) -> dict[str, Any]:
        content = hashlib.sha1(self.files[name], usedforsecurity=False).hexdigest()
        return {"rfilename": name, "blobId": content}


@pytest.fixture
def hub(
    tiny_model: Path, straight_way: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StandInService]:
    with running(Hub(tiny_model)) as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        yield hub


@pytest.fixture
def inference(straight_way: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInService]:
    with running(StandInService(counted)) as service:
        monkeypatch.setattr(remote, "HUGGING_FACE", service.address + INFERENCE)
        yield service


@pytest.fixture
def hosted(inference: StandInService, hub: Hub, time: FakeTime) -> RemoteEmbedder:
    return RemoteEmbedder(NAME, Network(token=TOKEN), time.clock)


pytestmark = pytest.mark.model


def test_the_address_is_hugging_face_s_own() -> None:
    proxy = constants.INFERENCE_PROXY_TEMPLATE.format(provider="hf-inference")
    assert proxy + INFERENCE.removeprefix("/hf-inference") == HUGGING_FACE


def test_texts_go_to_inference_alone(
    hosted: RemoteEmbedder, inference: StandInService, hub: Hub
) -> None:
    texts = ["lost card", "plan", ""]
    vectors = hosted.encode_documents(texts)
    np.testing.assert_allclose(vectors, WordCountEmbedder().encode_documents(texts), atol=1e-6)
    assert {request.path for request in inference.asked} == {INFERENCE.format(name=NAME)}
    assert {request.method for request in hub.requests} == {"GET"}
    everyone = inference.requests + hub.requests
    assert {request.headers["authorization"] for request in everyone} == {f"Bearer {TOKEN}"}


def test_the_hub_says_which_model_it_is(hosted: RemoteEmbedder, hub: Hub) -> None:
    model = hosted.model
    assert (model.name, model.revision) == (NAME, NEWEST)
    assert (model.dimension, model.max_tokens) == (len(WORDS), 32)
    assert hosted.runtime.precision == "unknown"


def test_tokens_are_those_of_the_model_s_own_tokenizer(
    hosted: RemoteEmbedder, hub: Hub, tiny_model: Path
) -> None:
    hosted.load()
    assert not any("tokenizer.json" in request.path for request in hub.requests)
    local = open_embedder(str(tiny_model), engine="torch")
    texts = ["abc", "", "abc " * 40, "\ud800"]
    assert hosted.count_tokens(texts) == local.count_tokens(texts)
    assert hosted.tokenize("abc") == local.tokenize("abc")
    assert sum("tokenizer.json" in request.path for request in hub.requests) == 1


def test_a_new_model_card_is_no_new_model(inference: StandInService, hub: Hub) -> None:
    before = RemoteEmbedder(NAME, Network()).model
    hub.paths.clear()
    hub.commit = "d" * 40
    hub.files |= {"README.md": b"Now with words", "onnx/model.bin": b"", ".gitattributes": b""}
    after = RemoteEmbedder(NAME, Network()).model
    assert (before.revision, after.revision) == (NEWEST, "d" * 40)
    assert before.fingerprint == after.fingerprint


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_a_file_that_decides_makes_another_model(
    inference: StandInService, hub: Hub, file: str
) -> None:
    before = RemoteEmbedder(NAME, Network()).model.fingerprint
    hub.paths.clear()
    hub.files[file] += b" "
    assert RemoteEmbedder(NAME, Network()).model.fingerprint != before


def test_no_hosted_model_is_taken_for_a_local_one(hosted: RemoteEmbedder, tiny_model: Path) -> None:
    assert hosted.model.fingerprint != open_embedder(str(tiny_model)).model.fingerprint


@pytest.mark.parametrize(
    "body", [None, b"<html>", [], {}, {"sha": 3, "siblings": [3, {}, {"rfilename": "config.json"}]}]
)
def test_what_the_hub_does_not_say_is_not_made_up(
    hosted: RemoteEmbedder, hub: Hub, body: object
) -> None:
    hub.files = {}
    hub.paths[f"/api/models/{NAME}"] = Answer(body=body)
    model = hosted.model
    assert (model.name, model.revision, model.max_tokens) == (NAME, None, 128)
    with pytest.raises(ModelUnavailable, match=r"no tokenizer\.json on the Hub"):
        hosted.count_tokens(["abc"])


@pytest.mark.parametrize("given", ["tiny", None])
def test_the_organisation_may_be_left_out(
    inference: StandInService, hub: Hub, given: str | None
) -> None:
    RemoteEmbedder(given, Network()).load()
    name = f"sentence-transformers/{given or 'all-MiniLM-L6-v2'}"
    assert inference.asked[0].path == INFERENCE.format(name=name)


@pytest.mark.parametrize("revision", ["main", NEWEST])
def test_the_newest_revision_may_be_named(
    inference: StandInService, hub: Hub, revision: str
) -> None:
    assert RemoteEmbedder(f"{NAME}@{revision}", Network()).model.name == NAME


def test_another_revision_is_refused(inference: StandInService, hub: Hub) -> None:
    said = sentence(RemoteEmbedder(f"{NAME}@v1", Network()))
    assert f"in its newest revision, {NEWEST}, and not in v1" in said


@pytest.mark.parametrize("name", ["/models/mine", "./mine", "a/b/c", "what is this?"])
def test_a_name_that_is_none_is_refused(name: str, no_network: None) -> None:
    assert "Hub name such as" in sentence(RemoteEmbedder(name, Network()))


def test_a_directory_is_not_asked_for(tiny_model: Path, no_network: None) -> None:
    said = sentence(RemoteEmbedder(str(tiny_model), Network()))
    assert f"FAQ_MODEL is the directory {tiny_model}" in said


def test_an_unknown_model_names_the_setting(
    hosted: RemoteEmbedder, inference: StandInService, time: FakeTime
) -> None:
    inference.next_answers.append(Answer(404, {"error": "Model org/tiny does not exist"}))
    said = sentence(hosted)
    assert "has nothing there (404): Model org/tiny does not exist." in said
    assert "Correct FAQ_MODEL, which is org/tiny" in said
    assert time.slept == []


def test_a_missing_token_is_said_to_be_missing(inference: StandInService, hub: Hub) -> None:
    inference.next_answers.append(Answer(401, {"error": "Invalid username or password."}))
    assert "none is set. Put one into FAQ_TOKEN" in sentence(RemoteEmbedder(NAME, Network()))


def test_the_hub_is_waited_for_too(hosted: RemoteEmbedder, hub: Hub, time: FakeTime) -> None:
    class BusyOnce(dict[str, Answer]):
        def __getitem__(self, path: str) -> Answer:
            return Answer(503) if not time.slept else super().__getitem__(path)

    hub.paths = BusyOnce()
    assert hosted.model.revision == NEWEST
    assert len(time.slept) == 1
