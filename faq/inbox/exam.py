"""The exam that a new phrasing sits: would it help the entry, and take nothing from others?

Whether a wording helps is measured, not guessed. The exam is every phrasing of an entry that
has several, asked as if it were not there (leave one out), and every question with a thumb up. An
exam question is right where its own entry's best remaining phrasing is nearer than every other
entry's; a tie counts as wrong. With a wording added to one entry, this changes for those questions
only that lie near the wording, so the effect on all of them is exact and costs one product of
matrices. Cosines alone are compared, whatever the collection's ranking is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedding import Vectors
from faq.inbox.phrasings import Phrasings
from store import normalised


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Questions whose entry is known: `owners` `(n,)`, `vectors` `(n, d)`, `texts` as duplicates
    are told, and each one's best cosine with its own entry and with any other, `(n,)`."""

    owners: NDArray[np.int64]
    vectors: Vectors
    texts: NDArray[np.object_]
    own: NDArray[np.float32]
    other: NDArray[np.float32]


def exam_of(
    phrasings: Phrasings,
    left_out: NDArray[np.intp],
    known: Sequence[tuple[int, str, NDArray[np.float32]]],
) -> Exam:
    """Return the exam of the phrasings at these places, each as if it were not there, and of known
    questions, given as entry id, text and vector."""
    owners = np.array([*phrasings.owners[left_out], *(one[0] for one in known)], dtype=np.int64)
    rows = [phrasings.vectors[left_out], *(one[2][np.newaxis] for one in known)]
    vectors = np.concatenate(rows).astype(np.float32, copy=False)
    own = np.full(len(owners), -1, dtype=np.float32)
    other = own.copy()
    for start in range(0, len(owners), phrasings.rows_at_once):
        part = slice(start, start + phrasings.rows_at_once)
        cosines = (vectors[part] @ phrasings.vectors.T).round(6)
        cosines[:, ~phrasings.published] = -1
        places = left_out[part]
        cosines[np.arange(len(places)), places] = -1
        mine = owners[part][:, np.newaxis] == phrasings.owners
        own[part] = np.where(mine, cosines, -1).max(axis=1, initial=-1)
        other[part] = np.where(mine, -1, cosines).max(axis=1, initial=-1)
    texts = [normalised(phrasings.texts[place]) for place in left_out]
    return Exam(owners, vectors, np.array([*texts, *(one[1] for one in known)], object), own, other)


def effect(
    exam: Exam, text: str, entry_id: int, vector: NDArray[np.float32]
) -> tuple[int, tuple[int, ...]]:
    """Return how many exam questions would become right if an entry had this phrasing, and the
    entries that would lose one; the wording itself is no question of the exam."""
    cosines = (exam.vectors @ vector).round(6)
    mine = (exam.owners == entry_id) & (exam.texts != text)
    others = (exam.owners != entry_id) & (exam.texts != text)
    right = exam.own > exam.other
    won = mine & ~right & (np.maximum(exam.own, cosines) > exam.other)
    lost = others & right & (cosines >= exam.own)
    return int(won.sum()), tuple(np.unique(exam.owners[lost]).tolist())
