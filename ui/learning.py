"""One click by which an entry learns another way of asking it, with the way back."""

from collections.abc import Sequence

from embedding import EmbeddingError
from faq.content import InvalidEntry
from faq.learning import Learned, learn, unlearn
from store import Entry, StoreError
from ui import notice, resources
from ui.text import shortened


def teach(entry: Entry, wordings: Sequence[str]) -> bool:
    """Add wordings to an entry's phrasings and say so; return whether that was possible."""
    try:
        learned = learn(resources.collection(), entry.id, wordings)
    except (InvalidEntry, StoreError, EmbeddingError) as error:
        notice.give(str(error))
        return False
    question = shortened(learned.entry.content.question, 80)
    if len(wordings) == 1:
        told = f"“{shortened(wordings[0], 80)}” now finds “{question}”."
    else:
        told = f"{len(wordings)} wordings now find “{question}”."
    notice.give(told, undo=lambda: _take_back(learned))
    return True


def _take_back(learned: Learned) -> None:
    try:
        unlearn(resources.collection(), learned)
    except (StoreError, EmbeddingError) as error:
        notice.give(str(error))
