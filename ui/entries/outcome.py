"""How a change of many entries went, in a line, with the way back."""

from collections.abc import Sequence

from faq.editing.bulk import Outcome, take_back
from store import Edit
from ui import notice, resources
from ui.text import counted, shortened


def tell(done: str, outcome: Outcome) -> None:
    """Say what was done, "Changed {}" with a place for the number of entries, and offer to undo
    it."""
    undo = outcome.undo
    if undo:
        said = done.format(counted(len(undo), "entry", "entries"))
    else:
        said = "Nothing had to be changed" if not _rest(outcome) else "Nothing was changed"
    notice.give(f"{said}.{_rest(outcome)}", undo=(lambda: _undo(undo)) if undo else None)


def _rest(outcome: Outcome) -> str:
    """Return what was left as it is, and why."""
    told = ""
    if len(outcome.left) == 1:
        [entry] = outcome.left
        told += (
            f" {shortened(entry.updated_by, 40)} changed “{shortened(entry.content.question, 60)}” "
            "in the meantime; it was left as it is."
        )
    elif outcome.left:
        first = shortened(outcome.left[0].content.question, 60)
        told += (
            f" {len(outcome.left):,} were changed by others in the meantime and were left as they "
            f"are, “{first}” among them."
        )
    if outcome.gone:
        told += f" {outcome.gone:,} {'is' if outcome.gone == 1 else 'are'} not there any more."
    if outcome.unreached:
        told += f" Not reached: {outcome.unreached:,}. {outcome.why}"
    return told


def _undo(edits: Sequence[Edit]) -> None:
    back = take_back(resources.collection(), edits)
    if rest := _rest(back):
        notice.give(f"Took back {counted(len(back.undo), 'change')}.{rest}")
