"""The collection as a dataset on the Hugging Face Hub, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from faq.collection import Collection
from faq.jobs import Report
from faq.transfer.dataset import CARD, DATA, write_dataset
from hub import HubError
from hub import is_name as is_name
from hub.network import Network

SCHEME = "hf://datasets/"
"""What the address of a dataset on the Hub begins with, as other programs write it too."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published: where people see it, in which commit, how many entries, and whether only
    those see it whom its owner lets in."""

    dataset: str
    commit: str
    entries: int
    private: bool


def why_not(network: Network) -> str:
    """Return why nothing can be published with these settings; empty where something can."""
    if network.offline:
        return "FAQ_OFFLINE forbids to open a connection. Set it to no first."
    if network.endpoint:
        return (
            "FAQ_TOKEN belongs to the service in FAQ_ENDPOINT, and is not shown to the Hub. To "
            "publish, take FAQ_ENDPOINT away and name a token of the Hub."
        )
    if not network.token.strip():
        return (
            "There is no token. Make one that may write, in your settings on the Hugging Face Hub, "
            "and put it into FAQ_TOKEN or HF_TOKEN."
        )
    return ""


def publish(
    collection: Collection,
    network: Network,
    name: str,
    *,
    private: bool = True,
    on_bytes: Report = lambda done, total: None,
) -> Publication:
    """Publish the published entries with their questions' vectors as the dataset `owner/name`.

    It is made where there is none; else this replaces what was published there, in one commit.
    Raises `HubError`, and `UnreadableFile` where nothing is to be published.
    """
    _refuse_unnamed(name)
    if reason := why_not(network):
        raise HubError(reason)
    from hub import datasets
    from hub.client import Hub

    with TemporaryDirectory() as folder:
        entries = write_dataset(collection, Path(folder), name.partition("/")[2], name)
        files = {file: Path(folder, file) for file in (DATA, CARD)}
        hub = Hub("dataset", name, network)
        state = datasets.begun(hub, DATA, private=private)
        made = datasets.publish(hub, state, files, on_bytes)
        return Publication(hub.page, made, entries, private)


@contextmanager
def fetched(name: str, network: Network) -> Iterator[Path]:
    """Give the data of the dataset `owner/name`, as a file that is gone afterwards.

    Raises `HubError` where there is none that Askwell published.
    """
    _refuse_unnamed(name)
    from hub import datasets
    from hub.client import Hub

    hub = Hub("dataset", name, network)
    state = datasets.current(hub)
    if DATA not in state.files:
        raise HubError(
            f"{hub.page} was not published by Askwell: it has no {DATA}. Download a file from "
            "there, and import that."
        )
    with TemporaryDirectory() as folder:
        file = state.files[DATA]
        yield file.fetch(hub, state.commit, lambda done: None, Path(folder))


def _refuse_unnamed(name: str) -> None:
    if not is_name(name):
        raise HubError(
            f"{name[:100]!r} is not a name of a dataset. Expected OWNER/NAME, of letters, digits "
            "and - _ . between them."
        )
