"""What can go wrong in a store.

    StoreError
    ├── UnreadableDatabase     missing, foreign, newer or damaged: the file was left as it was
    │   └── DamagedDatabase    a backup would help
    ├── StoreUnavailable       busy, full, read-only: the same call may work later
    │   └── TooLarge           all vectors are wanted, and are too many to be held in memory
    ├── UnknownEntry           no entry has this id
    ├── StaleEdit              somebody saved this entry in between
    ├── SettingChanged         somebody wrote this setting in between
    ├── KeyTaken               another entry has this key
    ├── ModelMismatch          vectors of a model that is not the collection's own
    ├── SetIncomplete          a model's vectors cannot be used yet: some are missing
    ├── Unsound                a copy of a collection did not pass its check
    ├── InvalidVector          not finite, not of unit length, or of the wrong shape
    └── JobRunning             a job of this kind is running already

Every message says what was got, what was expected and what to do.
"""

from collections.abc import Sequence

from errors import AskwellError
from store.records import Entry, Job


class StoreError(AskwellError):
    """Anything that a store refuses or cannot do."""


class UnreadableDatabase(StoreError):
    """The database cannot be opened as a collection; nothing in it was changed."""


class DamagedDatabase(UnreadableDatabase):
    """The file is damaged, as after a failure of the disk."""


class StoreUnavailable(StoreError):
    """The database cannot be used right now."""


class TooLarge(StoreUnavailable):
    """All vectors are wanted, and are too many to be held in memory."""


class UnknownEntry(StoreError):
    """No entry has this id, or it is in the bin."""


class StaleEdit(StoreError):
    """The entry was saved by somebody else since it was read; `current` is the entry now."""

    def __init__(self, message: str, current: Entry) -> None:
        super().__init__(message)
        self.current = current


class SettingChanged(StoreError):
    """Somebody else wrote the setting since it was read."""


class KeyTaken(StoreError):
    """Another entry has this key."""


class ModelMismatch(StoreError):
    """The vectors come from another model than the collection's own."""


class SetIncomplete(StoreError):
    """A model's vectors cannot be used yet: some texts have none."""


class Unsound(StoreError):
    """A copy of a collection did not pass its check, so it is not used; `problems` says why."""

    def __init__(self, message: str, problems: Sequence[str]) -> None:
        super().__init__(f"{message} {problems[0]}")
        self.problems = tuple(problems)


class InvalidVector(StoreError):
    """A vector is not finite, not of unit length, or of the wrong shape."""


class JobRunning(StoreError):
    """A job of this kind is running already; `job` is that one."""

    def __init__(self, message: str, job: Job) -> None:
        super().__init__(message)
        self.job = job
