"""Two people changed the same entry: what each of them did, and a result that keeps both."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from store import Content

Side = Literal["theirs", "mine", "both"]


@dataclass(frozen=True, slots=True)
class ThreeWayMerge:
    """What two people made of `base`: the names of the fields that only they changed, that only I
    changed, and that both changed, each to something else."""

    base: Content
    theirs: Content
    mine: Content
    by_them: tuple[str, ...]
    by_me: tuple[str, ...]
    by_both: tuple[str, ...]

    def sides(self, field: str) -> tuple[Side, ...]:
        """Return what may be taken of a field that both changed, the default last. A list may keep
        both, and so may an answer to which both added something."""
        texts = self.base, self.theirs, self.mine
        before, theirs, mine = (getattr(content, field) for content in texts)
        can_keep_both = isinstance(before, tuple) or (
            field == "answer" and theirs.startswith(before) and mine.startswith(before)
        )
        return ("theirs", "mine", "both") if can_keep_both else ("theirs", "mine")

    def merged(self, chosen: Mapping[str, Side]) -> Content:
        """Return mine with what only they changed, and with the chosen side, else the default, of
        each field that both changed."""
        taken: dict[str, Any] = {name: getattr(self.theirs, name) for name in self.by_them}
        for name in self.by_both:
            side = chosen.get(name, self.sides(name)[-1])
            if side == "theirs":
                taken[name] = getattr(self.theirs, name)
            elif side == "both":
                texts = self.base, self.theirs, self.mine
                before, theirs, mine = (getattr(content, name) for content in texts)
                if isinstance(before, tuple):
                    taken[name] = united(before, theirs, mine)
                else:
                    taken[name] = joined(theirs, mine.removeprefix(before))
        return replace(self.mine, **taken)


def three_way_merge(base: Content, theirs: Content, mine: Content) -> ThreeWayMerge:
    """Compare two people's edits of `base`, field by field."""
    changed: dict[tuple[bool, bool], list[str]] = defaultdict(list)  # by them, by me
    for name in (field.name for field in fields(Content)):
        before, is_theirs, is_mine = (getattr(one, name) for one in (base, theirs, mine))
        if is_theirs != is_mine:
            changed[is_theirs != before, is_mine != before].append(name)
    sides = ((True, False), (False, True), (True, True))
    return ThreeWayMerge(base, theirs, mine, *(tuple(changed[side]) for side in sides))


def joined(text: str, added: str) -> str:
    """Return a text with another one below it, unless that is one of its paragraphs."""
    added = added.strip()
    known = ("", text, *text.split("\n\n"))
    return text if added in known else f"{text}\n\n{added}".strip()


def united(
    base: tuple[str, ...], theirs: tuple[str, ...], mine: tuple[str, ...]
) -> tuple[str, ...]:
    """Return a list with what either side added and without what either removed, theirs first."""
    removed = set(base) - set(mine)
    added = [item for item in mine if item not in base and item not in theirs]
    return (*(item for item in theirs if item not in removed), *added)
