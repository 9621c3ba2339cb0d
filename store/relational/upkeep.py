"""What keeps a collection in a relational database safe, whichever engine it has."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from store import fault_points
from store.errors import UnreadableDatabase
from store.records import Health
from store.relational.connection import Database
from store.relational.health import EngineHealth, check, find_faults
from store.relational.repair import RepairableIndex, repair


class SqlUpkeep(ABC):
    """See `store.base.Upkeep`."""

    def __init__(self, database: Database, index: RepairableIndex, health: EngineHealth) -> None:
        self._database = database
        self._index = index
        self._health = health

    @abstractmethod
    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """See `store.base.Upkeep`."""

    def check(self) -> Health:
        try:
            with self._database.reading() as connection:
                return check(connection, self._health)
        except UnreadableDatabase as error:  # so damaged that not even the check gets through
            return Health((str(error),), damaged=True)

    def repair(self) -> list[str]:
        found = self.check()  # before the transaction, so that nobody waits for it
        if found.damaged or not found.problems:
            return []
        with self._database.writing() as connection:
            done = repair(connection, find_faults(connection, self._health), self._index)
            fault_points.reached("repair: written")
        fault_points.reached("repair: committed")
        return done
