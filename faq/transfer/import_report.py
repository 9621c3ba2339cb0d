"""What an import tells: how many rows came in, which did not and why."""

from dataclasses import dataclass, field

LISTED = 100_000  # of rows that are not imported; more are counted only


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that was not imported because something is wrong with it. Its number is the file's own:
    of a line of text, a row of a sheet or an item of a list."""

    row: int
    error: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not imported because it, or something like it, is there already."""

    row: int
    why: str


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A row that was imported although an older entry, `like`, is similar to its question."""

    row: int
    entry_id: int
    question: str
    like_id: int
    like: str
    cosine: float


@dataclass(slots=True)
class ImportReport:
    """What an import has done so far, in the words of the command line's JSON. `added` and
    `updated` count committed rows; the lists have the first of what `more_failed`, `more_left_out`
    and `more_near` count the rest of. `skipped` counts the rows that are left out, and those that
    an import which was stopped before had brought in. `note` says why the model finds too little in
    the collection's language; empty where it does not."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    failed: list[FailedRow] = field(default_factory=list)
    more_failed: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    more_left_out: int = 0
    near: list[NearDuplicate] = field(default_factory=list)
    more_near: int = 0
    seconds: float = 0.0
    embed_seconds: float = 0.0
    note: str = ""

    @property
    def rows(self) -> int:
        """How many rows of the file are dealt with."""
        return self.added + self.updated + self.skipped + self.failures

    @property
    def failures(self) -> int:
        """How many rows were not imported."""
        return len(self.failed) + self.more_failed

    def leave(self, missing: FailedRow | LeftOut) -> None:
        """Count a row that is not imported."""
        if isinstance(missing, LeftOut):
            self.skipped += 1
            if len(self.left_out) < LISTED:
                self.left_out.append(missing)
            else:
                self.more_left_out += 1
        elif len(self.failed) < LISTED:
            self.failed.append(missing)
        else:
            self.more_failed += 1
