"""While the model's files come in, the screen shows how much of them is here."""

from collections.abc import Callable

import pytest

from embedding import Download
from faq import models
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import OpenPage, texts
from ui import context

WAITING = "Getting the language model ready. This takes a few seconds after a start."
COMING = "The language model comes once from the Hugging Face Hub, and then stays here."


@pytest.fixture
def heard(embedder: WordCountEmbedder, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a model load that never gets ready; return whom it tells how far it is."""
    listeners: list[Callable[[Download], None]] = []

    def opened(*_: object, on_download: Callable[[Download], None], **__: object) -> object:
        listeners.append(on_download)
        return embedder

    embedder.ready = False
    monkeypatch.setattr(models, "open_embedder", opened)
    context.embedder()
    monkeypatch.setattr(context.ModelLoading, "done", False)
    return lambda done, total: listeners[0](Download(done, total))


def test_the_download_is_shown_as_a_bar_until_it_is_here(
    heard: Callable[..., None], open_page: OpenPage
) -> None:
    heard(34_400_000, 90_900_000)
    app = open_page("settings?tab=Model")
    assert not app.exception
    [bar] = app.get("progress")
    assert bar.proto.value == 37
    assert bar.proto.text == "Downloading the language model: 34 of 91 MB"
    assert COMING in texts(app)
    assert WAITING not in texts(app)
    heard(90_900_000, 90_900_000)
    app.run()
    assert not app.get("progress")
    assert WAITING in texts(app)


def test_a_download_that_failed_leaves_no_bar(
    heard: Callable[..., None], open_page: OpenPage
) -> None:
    heard(34_400_000, 90_900_000)
    heard(0, 0)
    app = open_page("settings?tab=Model")
    assert not app.get("progress")
    assert WAITING in texts(app)
