"""The contract of a store's upkeep: can it be written, is it sound, its repair and its backup."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class Upkeep(Protocol):
    """What keeps a collection safe."""

    @property
    def read_only(self) -> str:
        """Why nothing can be written here, as the end of a sentence; empty where it can.

        Then everything else can be asked as ever, and every write raises `StoreUnavailable`.
        """

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """Write a copy of the collection, as it stands at one moment while others go on writing, to
        a file of its own, which opens as a collection. Jobs that are under way are ended in it.

        It has its name only once it has passed the check and is on disk. `progress` is told how
        many of how many parts are copied; what it raises ends the backup, and nothing is left.
        Raises `StoreUnavailable` where something has that name already or the disk refuses, and
        `Unsound` where the copy, and so the collection, has problems.
        """

    def check(self) -> list[str]:
        """Return what is wrong with the collection, a sentence each; empty where all is well.

        Where its file or its text is damaged, that alone is told: see `damage`.
        """

    def damage(self) -> list[str]:
        """Return how the file or the text in it is damaged, a sentence each: what no `repair`
        mends. Only a backup helps then."""

    def repair(self) -> list[str]:
        """Mend in one transaction what `check` finds and the text alone can tell; return what was
        done, a sentence each.

        No text is changed or deleted. The keyword index is put in order; vectors that stand for
        nothing go, those filed wrongly are refiled. Vectors that cannot be right go too, so that
        even the active set may lack some afterwards: `texts` names them and `fill` brings them.
        Does nothing where there is `damage`.
        """
