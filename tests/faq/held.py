"""Phrasings put together by hand, as the Inbox compares them."""

from collections.abc import Sequence

import numpy as np

from embedding import Embedder
from faq.inbox.phrasings import Phrasings


def assembled(entries: Sequence[tuple[int, Sequence[str], bool]], embedder: Embedder) -> Phrasings:
    """Return the phrasings of entries, given by id as that, ways of asking, and whether they are
    published."""
    sizes = np.array([len(texts) for _, texts, _ in entries], dtype=np.intp)
    every = [text for _, texts, _ in entries for text in texts]
    return Phrasings(
        np.repeat(np.array([entry_id for entry_id, _, _ in entries], dtype=np.int64), sizes),
        every,
        embedder.encode_documents(every),
        np.cumsum(sizes) - sizes,
        np.repeat(np.array([published for _, _, published in entries], dtype=bool), sizes),
    )
