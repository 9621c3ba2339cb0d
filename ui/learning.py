"""One click by which an entry learns another way of asking it, with the way back, or by which a
reader suggests that it should."""

from collections.abc import Callable, Sequence

from faq.inbox import suggestions
from faq.inbox.suggestions import Learned, learn, unlearn
from store import Entry
from ui import notice, resources
from ui.text import shortened


def teach(
    entry: Entry, wordings: Sequence[str], on_undo: Callable[[], object] = lambda: None
) -> bool:
    """Add wordings to an entry's phrasings and say so; return whether that was possible. `on_undo`
    is called once it was taken back."""
    with notice.errors(notice.refuse):
        learned = learn(resources.collection(), entry.id, wordings)
        question = shortened(learned.entry.content.question, 80)
        if len(wordings) == 1:
            done = f"“{shortened(wordings[0], 80)}” now finds “{question}”."
        else:
            done = f"{len(wordings)} wordings now find “{question}”."
        notice.give(done, undo=lambda: _take_back(learned, on_undo))
        return True
    return False


@notice.errors(notice.refuse)
def suggest(entry: Entry, wording: str) -> None:
    """Suggest that an entry takes up a wording, and say so."""
    suggestions.suggest(resources.readable_collection(), entry.id, wording)
    question = shortened(entry.content.question, 80)
    notice.give(
        f"Suggested: “{shortened(wording, 80)}” should find “{question}”. Whoever edits the "
        "collection decides."
    )


def _take_back(learned: Learned, on_undo: Callable[[], object]) -> None:
    unlearn(resources.collection(), learned)
    on_undo()
