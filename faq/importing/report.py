"""What an import has done."""

from dataclasses import dataclass, field

FAILED_LISTED = 100_000  # more are counted only
NEAR_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that was not imported. Row 1 is the first after the names of columns."""

    row: int
    error: str


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A row that was imported although an older entry, `like`, is very near to its question."""

    row: int
    entry_id: int
    question: str
    like_id: int
    like: str
    cosine: float


@dataclass(slots=True)
class ImportReport:
    """What an import has done so far. `added` and `updated` count committed rows; the lists hold
    the first of what `more_failed` and `more_near` count the rest of."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    failed: list[FailedRow] = field(default_factory=list)
    more_failed: int = 0
    near: list[NearDuplicate] = field(default_factory=list)
    more_near: int = 0
    seconds: float = 0.0
    embed_seconds: float = 0.0

    @property
    def rows(self) -> int:
        """How many rows of the file are dealt with."""
        return self.added + self.updated + self.skipped + self.failures

    @property
    def failures(self) -> int:
        """How many rows were not imported."""
        return len(self.failed) + self.more_failed

    def fail(self, failed: FailedRow) -> None:
        if len(self.failed) < FAILED_LISTED:
            self.failed.append(failed)
        else:
            self.more_failed += 1
