"""A dataset: files into it in one commit, and out of it."""

import io
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from huggingface_hub import CommitOperationAdd

from hub import Absent, HubError
from hub.client import Hub, State

# What the Hub itself puts into every new dataset.
_FROM_THE_START = frozenset({".gitattributes"})
_LARGE = ".parquet"  # the Hub keeps such files outside of git, in every dataset


def begun(hub: Hub, known_by: str, *, private: bool) -> State:
    """Return the dataset to publish into, made where there is none; nothing of the collection has
    left the machine then.

    Who can read a dataset is never changed. Raises `HubError` where others can read the present one
    than are meant to, or where it contains something else, as far as the file `known_by` shows.
    """
    try:
        state = current(hub)
    except Absent:
        state = _made(hub, private)
    if private and not state.private:
        raise HubError(
            f"{hub.page} is public: everybody could read what is published there. Say that it may "
            "be public, make it private there, or choose another name."
        )
    if state.private and not private:
        raise HubError(
            f"{hub.page} is private. Publish it as private, and make it public there once you have "
            "looked at it."
        )
    if known_by not in state.files and not state.files.keys() <= _FROM_THE_START:
        raise HubError(
            f"{hub.page} contains something else, which would be mixed with the collection. Choose "
            "another name."
        )
    return state


def current(hub: Hub) -> State:
    """Return the dataset as it is now. Raises `Absent`, and `HubError` where it was renamed."""
    state = hub.state()
    if state.name.lower() != hub.name.lower():
        raise HubError(f"The dataset {hub.name} is called {state.name[:100]} now. Name that one.")
    return state


def _made(hub: Hub, private: bool) -> State:
    failed = HubError(f"{hub.host} made no dataset {hub.name}. Try again later.")
    try:
        hub.ask(lambda: hub.api.create_repo(hub.name, repo_type="dataset", private=private))
    except HubError as error:
        failed = error
    try:
        return current(hub)  # it may have been made all the same, by us or somebody else
    except Absent:
        raise failed from None


def publish(
    hub: Hub, state: State, files: Mapping[str, Path], on_bytes: Callable[[int, int], None]
) -> str:
    """Put files into a dataset as it was at `state`, over those of the same paths, in one commit;
    return that. `on_bytes` gets how many bytes of how many are sent.

    Raises `HubError` where somebody else was faster, or the Hub refuses; then nothing has changed.
    """

    def commit() -> str:
        with ExitStack() as opened:
            operations = []
            for path, file in files.items():
                if file.suffix != _LARGE:
                    operations.append(CommitOperationAdd(path, file))
                    continue
                upload = opened.enter_context(_Upload(file))
                operations.append(CommitOperationAdd(path, upload))
                upload.on_bytes = on_bytes  # its hash is known now: what is read next, is sent
            made = hub.api.create_commit(
                hub.name,
                operations,
                commit_message="Publish the collection",
                repo_type="dataset",
                parent_commit=state.commit,
            )
            return made.oid

    return hub.ask(commit)


class _Upload(io.BufferedReader):
    """A file that reports how much of it was read."""

    on_bytes: Callable[[int, int], None] | None = None

    def __init__(self, file: Path) -> None:
        super().__init__(io.FileIO(file))
        self._size = file.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if self.on_bytes and chunk:
            self.on_bytes(self.tell(), self._size)
        return chunk
