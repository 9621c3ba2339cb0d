"""The sets of vectors of a collection, in SQLite."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from store import fault_points
from store.records import ModelRecord, VectorKind, VectorSet
from store.sqlite import models
from store.sqlite.database import Database
from store.sqlite.resident import Resident
from store.sqlite.upkeep import SQLiteUpkeep


class SQLiteVectorSets(SQLiteUpkeep):
    """See `store.vector_sets.VectorSets` for what every method promises."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._resident = Resident()

    def model(self) -> ModelRecord | None:
        with self._database.reading() as connection:
            active = models.active(connection)
            return active[1] if active else None

    def use_model(self, model: ModelRecord) -> None:
        with self._database.writing() as connection:
            models.use(connection, model)

    def vector_sets(self) -> list[VectorSet]:
        with self._database.reading() as connection:
            return models.sets(connection)

    def begin_set(self, model: ModelRecord) -> None:
        with self._database.writing() as connection:
            models.begin(connection, model)

    def texts(
        self, kind: VectorKind, limit: int, *, after: int = 0, lacking: str | None = None
    ) -> list[tuple[int, str]]:
        with self._database.reading() as connection:
            return models.texts(connection, kind, limit, after, lacking)

    def fill(
        self,
        fingerprint: str,
        kind: VectorKind,
        texts: Sequence[tuple[int, str]],
        vectors: NDArray[np.float32],
    ) -> None:
        with self._database.writing() as connection:
            filled = dict(zip(texts, vectors, strict=True))
            models.fill(connection, fingerprint, kind, filled)
            fault_points.reached("fill: written")
        fault_points.reached("fill: committed")

    def switch_set(self, fingerprint: str) -> None:
        with self._database.writing() as connection:
            models.switch(connection, fingerprint)
            fault_points.reached("switch: written")
        fault_points.reached("switch: committed")

    def drop_set(self, fingerprint: str) -> None:
        with self._database.writing() as connection:
            models.drop(connection, fingerprint)
        self._resident.forget()
