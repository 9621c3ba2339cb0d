"""A model's way from the Hub over connections that are cut, changed, refused and shared."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants

from embedding import Download, ModelUnavailable, Network, open_embedder
from embedding.weights import Weights
from hub import client
from hub.files import HubFile
from hub.models import cached
from tests.hub.stand_in_models import COMMIT, StandInHub, name_endpoint, served

ROOT = Path(__file__).parents[2]
MODEL = "some/model"
WEIGHTS = "model.safetensors"
SIZE = 200_000  # bytes
TOKEN = "hf_secret"
WITH_TOKEN = Network(token=TOKEN)
WITHOUT_TOKEN = Network()


@pytest.fixture
def hub(
    paper_model: Path,
    empty_cache: Path,
    straight_way: None,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StandInHub]:
    """A Hub with one model, whose weights are large enough to be cut."""
    (paper_model / WEIGHTS).write_bytes(os.urandom(SIZE))
    monkeypatch.setattr(client, "CHUNK", 10_000)
    with served(paper_model) as hub:
        name_endpoint(monkeypatch, hub.url)
        yield hub


@pytest.fixture
def snapshot(empty_cache: Path) -> Path:
    """Where the model is found in the end."""
    return empty_cache / "models--some--model" / "snapshots" / COMMIT


def download(network: Network = WITHOUT_TOKEN) -> dict[str, bytes]:
    """Download the model; return its files as they are here."""
    files = Weights(MODEL, network=network).files()
    assert files.revision == COMMIT
    return contents(files.path)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def kept(content: bytes) -> bool:
    """Return whether anything with this content is in the cache."""
    return content in contents(Path(constants.HF_HUB_CACHE)).values()


def failure(network: Network = WITHOUT_TOKEN) -> str:
    """Try to download; return why it failed, after a look at what that left behind."""
    with pytest.raises(ModelUnavailable) as failed:
        download(network)
    assert cached(MODEL, None) is None
    with pytest.raises(ModelUnavailable, match="nor in the Hub's cache, and FAQ_OFFLINE forbids"):
        Weights(MODEL, network=Network(offline=True)).files()
    assert TOKEN not in str(failed.value)
    return str(failed.value)


def test_every_file_that_is_needed_comes_and_no_other(hub: StandInHub) -> None:
    needed = hub.files
    for unneeded in ("README.md", "onnx/config.json", "openvino/config.json", "pytorch_model.bin"):
        (hub.folder / unneeded).parent.mkdir(exist_ok=True)
        (hub.folder / unneeded).write_text("unneeded")
    assert download() == needed


def test_pickled_weights_come_where_there_are_no_others(hub: StandInHub) -> None:
    (hub.folder / WEIGHTS).rename(hub.folder / "pytorch_model.bin")
    assert download() == hub.files


def test_an_empty_file_is_a_file(hub: StandInHub) -> None:
    (hub.folder / "merges.txt").touch()
    assert download() == hub.files


def test_a_second_start_asks_nobody(hub: StandInHub) -> None:
    download()
    before = list(hub.asked)
    for name in (MODEL, f"{MODEL}@main", f"{MODEL}@{COMMIT}"):
        for network in (WITHOUT_TOKEN, Network(offline=True)):
            files = Weights(name, network=network).files()
            assert (files.name, files.revision) == (MODEL, COMMIT)
    assert hub.asked == before


def test_other_programs_find_it_too(hub: StandInHub) -> None:
    download()
    folder = huggingface_hub.snapshot_download(
        MODEL, local_files_only=True, cache_dir=constants.HF_HUB_CACHE
    )
    assert contents(Path(folder)) == hub.files
    report = huggingface_hub.scan_cache_dir(constants.HF_HUB_CACHE)
    assert report.warnings == []
    [repository] = report.repos
    assert (repository.repo_id, repository.nb_files) == (MODEL, len(hub.files))


def test_what_other_programs_left_there_is_made_whole(hub: StandInHub, snapshot: Path) -> None:
    snapshot.mkdir(parents=True)
    for name in ("modules.json", "config.json", WEIGHTS):
        (snapshot / name).write_bytes(hub.files[name])
    (snapshot / "tokenizer.json").write_text("half of i")
    assert download() == hub.files
    assert hub.starts(WEIGHTS) == []
    assert hub.starts("tokenizer.json") == [0]


def test_a_revision_can_be_pinned_in_the_name(hub: StandInHub) -> None:
    files = Weights(f"{MODEL}@{COMMIT}").files()
    assert (files.name, files.revision) == (MODEL, COMMIT)
    assert hub.asked[0].path == f"/api/models/{MODEL}/revision/{COMMIT}"
    with pytest.raises(ModelUnavailable, match=f"{MODEL} has no revision feature/v9"):
        Weights(f"{MODEL}@feature/v9").files()
    assert hub.asked[-1].path.endswith("/revision/feature%2Fv9")


def test_a_model_that_was_renamed_is_found(hub: StandInHub) -> None:
    files = Weights(hub.former_name, network=WITH_TOKEN).files()
    assert contents(files.path) == hub.files
    assert (files.name, files.revision) == (hub.former_name, COMMIT)


def test_progress_never_goes_back_and_ends_at_the_whole(hub: StandInHub) -> None:
    hub.cuts = {WEIGHTS: iter([30_000, 90_000])}
    hub.knows_ranges = False
    heard: list[Download] = []
    Weights(MODEL, on_download=heard.append).files()
    total = sum(map(len, hub.files.values()))
    assert {download.total for download in heard} == {total}
    done = [download.done for download in heard]
    assert done == sorted({*done})
    assert done[-1] == total
    assert len(done) > 10


def test_who_hears_of_the_progress_can_stop_it(hub: StandInHub) -> None:
    class Stopped(Exception):
        pass

    def stop(download: Download) -> None:
        if download.done > SIZE // 2:
            raise Stopped

    with pytest.raises(Stopped):
        Weights(MODEL, on_download=stop).files()
    assert cached(MODEL, None) is None
    assert download() == hub.files


def test_after_a_failure_nothing_is_under_way_and_no_other_engine_tries(hub: StandInHub) -> None:
    hub.spoilt = {WEIGHTS: b"x"}
    heard: list[Download] = []
    with pytest.raises(ModelUnavailable, match="not the file that the Hub announces"):
        open_embedder(MODEL, on_download=heard.append).load()
    assert heard[-1] == Download(0, 0)
    assert [asked.path for asked in hub.asked if "/api/" in asked.path] == [hub.asked[0].path]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_download_that_is_cut_is_made_again(hub: StandInHub, knows_ranges: bool) -> None:
    hub.knows_ranges = knows_ranges
    hub.cuts = {WEIGHTS: iter([50_000, 60_000])}
    assert download() == hub.files


def test_an_answer_of_unknown_length_that_ends_early_is_not_taken_for_whole(
    hub: StandInHub,
) -> None:
    hub.says_length = False
    hub.cuts = {WEIGHTS: iter([50_000])}
    assert "got 50,000 bytes, expected 200,000 bytes" in failure()
    assert download() == hub.files


def test_a_download_that_is_cut_for_good_leaves_no_model(
    hub: StandInHub, pauses: list[float]
) -> None:
    hub.cuts = {WEIGHTS: itertools.chain([50_000], itertools.repeat(0))}
    assert f"could not be asked for the model {MODEL}. " in failure()
    assert 5 < len(pauses) < 50
    hub.cuts = {}
    hub.asked.clear()
    assert download() == hub.files
    assert hub.starts("/config.json") == []  # which had come before


def test_a_hub_that_is_not_there_is_a_sentence(
    hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_endpoint(monkeypatch, "http://localhost:9")
    said = failure()
    assert "Check the connection, and HTTPS_PROXY where only a proxy leads out. Copy the" in said


@pytest.mark.parametrize("path", [WEIGHTS, "tokenizer.json"])
@pytest.mark.parametrize("size", [SIZE - 1, SIZE, SIZE + 1, 1])
def test_other_content_than_announced_is_never_used(hub: StandInHub, path: str, size: int) -> None:
    (hub.folder / path).write_bytes(b"true " * (SIZE // 5))
    hub.spoilt = {path: b"x" * size}
    got = f"{size:,} bytes" if size <= SIZE else f"more than {SIZE:,} bytes"
    assert f"{path} is not the file that the Hub announces: got {got}" in failure()
    assert not kept(hub.spoilt[path])
    hub.spoilt = {}
    assert download() == hub.files


def test_no_more_is_read_than_announced(hub: StandInHub) -> None:
    hub.spoilt = {"modules.json": b"x" * 20_000_000}
    hub.seconds_a_block = 0.01
    started = time.monotonic()
    failure()
    assert time.monotonic() - started < 10  # all of it would take twenty


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("fetches", [0, 3, 7])
def test_killed_between_two_files_it_leaves_no_model(
    hub: StandInHub, snapshot: Path, monkeypatch: pytest.MonkeyPatch, begun: bool, fetches: int
) -> None:
    if begun:  # by another program
        snapshot.mkdir(parents=True)
        (snapshot / "modules.json").write_bytes(hub.files["modules.json"])

    class Killed(BaseException):
        pass

    fetched: list[str] = []
    fetch = HubFile.fetch

    def killed(file: HubFile, *arguments: Any) -> Path:
        if len(fetched) == fetches:
            raise Killed
        fetched.append(file.path)
        return fetch(file, *arguments)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(HubFile, "fetch", killed)
        download()
    assert cached(MODEL, COMMIT) is None
    hub.asked.clear()
    assert download() == hub.files
    assert [path for path in fetched if hub.starts(f"/{path}")] == []


def test_a_busy_hub_is_left_alone_as_long_as_it_asks(hub: StandInHub, pauses: list[float]) -> None:
    hub.refusals = iter([(503, {}), (429, {"Retry-After": "7"})])
    assert download() == hub.files
    assert len(pauses) == 2
    assert pauses[1] >= 7


@pytest.mark.parametrize(
    ("status", "headers", "network", "says"),
    [
        (401, {}, WITHOUT_TOKEN, "The Hub has no public model some/model. Correct the name"),
        (404, {"X-Error-Code": "RepoNotFound"}, WITH_TOKEN, "token of an account that may read"),
        (
            401,
            {"X-Error-Code": "GatedRepo"},
            WITHOUT_TOKEN,
            "only for people whom its owners let in",
        ),
        (403, {"X-Error-Code": "GatedRepo"}, WITH_TOKEN, "only for people whom its owners let in"),
        (401, {}, WITH_TOKEN, "The Hub does not accept the token in FAQ_TOKEN"),
        (
            403,
            {"X-Error-Message": f"No, {TOKEN}"},
            WITH_TOKEN,
            "does not allow that for some/model: No, (token). Take",
        ),
        (500, {}, WITHOUT_TOKEN, "localhost refused the model some/model (500). Try again later"),
    ],
)
def test_a_refusal_is_a_sentence(
    hub: StandInHub, status: int, headers: dict[str, str], network: Network, says: str
) -> None:
    hub.refusals = itertools.repeat((status, headers))
    assert says in failure(network)


def test_the_token_goes_to_the_hub_and_to_nobody_else(hub: StandInHub) -> None:
    assert download(WITH_TOKEN) == hub.files
    told = {asked.path: asked.authorization for asked in hub.asked}
    assert told.pop(f"/bytes/{WEIGHTS}") is None
    assert {*told.values()} == {f"Bearer {TOKEN}"}


def test_the_token_of_another_service_does_not_go_to_the_hub(hub: StandInHub) -> None:
    assert download(Network(token=TOKEN, endpoint="https://embed.example.org")) == hub.files
    assert {asked.authorization for asked in hub.asked} == {None}


def test_a_token_that_is_none_is_a_sentence(hub: StandInHub) -> None:
    assert "FAQ_TOKEN (or HF_TOKEN) contains a space" in failure(Network(token=f"{TOKEN}\n{TOKEN}"))
    assert hub.asked == []


def test_no_token_is_looked_for_on_this_machine(
    hub: StandInHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    download()
    assert {asked.authorization for asked in hub.asked} == {None}


def test_a_page_in_place_of_the_hub_is_a_sentence(hub: StandInHub) -> None:
    hub.refusals = itertools.repeat((200, {"Content-Type": "text/html"}))
    assert "does not answer as the Hub does. A proxy or a firewall may" in failure()


@pytest.mark.parametrize("path", ["../outside.json", "/tmp/outside.json", "..\\outside.json"])
def test_a_file_outside_of_the_model_is_not_written(hub: StandInHub, path: str) -> None:
    hub.listed = [*hub.files, path]
    assert "The Hub lists a file outside of its model" in failure()


def test_what_is_no_sentence_transformer_is_not_downloaded(hub: StandInHub) -> None:
    hub.listed = ["config.json", WEIGHTS]
    assert f"{MODEL} is none of sentence-transformers: it has no modules.json" in failure()
    assert len(hub.asked) == 1


def test_a_cache_that_cannot_be_written_is_a_sentence(hub: StandInHub) -> None:
    Path(constants.HF_HUB_CACHE).write_text("not a folder")
    assert "could not be kept in" in (said := failure())
    assert "name another folder in HF_HOME" in said


DOWNLOADING = """
from embedding import Download
from embedding.weights import Weights
from hub import client
from hub.files import HubFile
from hub.models import cached
print(Weights("some/model", on_download=lambda download: print(flush=True)).files().path)
"""


def downloading(hub: StandInHub) -> subprocess.Popen[str]:
    """Download the model in another process, which tells an empty line when bytes come."""
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    cache = str(constants.HF_HUB_CACHE)
    return subprocess.Popen(
        [sys.executable, "-c", DOWNLOADING],
        cwd=ROOT,
        env=environ | {"HF_ENDPOINT": hub.url, "HF_HUB_CACHE": cache},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_download_it_once_and_both_have_it(hub: StandInHub) -> None:
    hub.seconds_a_block = 0.02
    both = [downloading(hub), downloading(hub)]
    folders = [process.communicate(timeout=60)[0].split()[-1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert folders[0] == folders[1]
    assert contents(Path(folders[0])) == hub.files
    assert len(hub.starts(f"/bytes/{WEIGHTS}")) == 1


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_what_a_killed_process_left_is_no_model(hub: StandInHub) -> None:
    hub.seconds_a_block = 0.5
    with downloading(hub) as process:
        deadline = time.monotonic() + 60
        while not hub.starts(f"/bytes/{WEIGHTS}") and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    hub.seconds_a_block = 0.0
    assert cached(MODEL, None) is None
    assert download() == hub.files
