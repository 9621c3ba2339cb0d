"""Whether a collection is sound, and how it becomes so again."""

from collections.abc import Callable
from pathlib import Path

import apsw

from store import fault_points
from store.errors import UnreadableDatabase
from store.sqlite import health, mending
from store.sqlite.backup import back_up
from store.sqlite.bookkeeping import SQLiteBookkeeping


class SQLiteUpkeep(SQLiteBookkeeping):
    """See `store.upkeep.Upkeep` for what every method promises."""

    @property
    def read_only(self) -> str:
        return self._database.read_only

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        back_up(self._database, path, progress)

    def check(self) -> list[str]:
        return self._seen(health.problems)

    def damage(self) -> list[str]:
        return self._seen(health.damage)

    def _seen(self, look: Callable[[apsw.Connection], list[str]]) -> list[str]:
        try:
            with self._database.reading() as connection:
                return look(connection)
        except UnreadableDatabase as error:  # so damaged that not even the check gets through
            return [str(error)]

    def repair(self) -> list[str]:
        if self.damage() or not self.check():  # looked for beforehand, so that nobody waits for it
            return []
        with self._database.writing() as connection:
            mended = mending.mend(connection, health.disorder(connection))
            fault_points.reached("repair: written")
        fault_points.reached("repair: committed")
        return mended
