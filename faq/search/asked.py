"""Queries as they are asked: as somebody typed them, and in other forms that may find more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from embedding import Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Queries, each in one form or several. Query q has the forms from `firsts[q]` on; the first
    one is as it was typed. `vectors` are those of the forms, `(forms, dimension)`."""

    forms: tuple[str, ...]
    firsts: NDArray[np.intp]
    vectors: Vectors

    @classmethod
    def of(cls, queries: Sequence[Sequence[str]], vectors: Vectors) -> Self:
        """Return queries, given by their forms, and the vectors of all forms in that order."""
        counts = np.fromiter(map(len, queries), np.intp, len(queries))
        forms = tuple(form for query in queries for form in query)
        return cls(forms, np.cumsum(counts) - counts, vectors)

    @classmethod
    def as_typed(cls, queries: Sequence[str], vectors: Vectors) -> Self:
        """Return queries in one form each."""
        return cls(tuple(queries), np.arange(len(queries)), vectors)

    @property
    def typed(self) -> list[str]:
        """The queries as they were typed."""
        return [self.forms[first] for first in self.firsts.tolist()]

    def joined(self, others: Self) -> Self:
        """Return these queries and others after them."""
        firsts = np.concatenate([self.firsts, others.firsts + len(self.forms)])
        vectors = np.concatenate([self.vectors, others.vectors])
        return type(self)(self.forms + others.forms, firsts, vectors)

    def __len__(self) -> int:
        return len(self.firsts)

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """Yield the forms of each query."""
        for first, end in pairwise([*self.firsts.tolist(), len(self.forms)]):
            yield self.forms[first:end]

    def parts(self, most: int) -> Iterator[tuple[slice, slice, Self]]:
        """Yield the queries part by part, at most so many forms at a time but one query at least:
        which queries, which forms, and those queries."""
        edges = np.append(self.firsts, len(self.forms))
        start = 0
        while start < len(self):
            stop = int(np.searchsorted(edges, edges[start] + most, side="right")) - 1
            stop = max(stop, start + 1)
            forms = slice(int(edges[start]), int(edges[stop]))
            firsts = self.firsts[start:stop] - forms.start
            yield (
                slice(start, stop),
                forms,
                type(self)(self.forms[forms], firsts, self.vectors[forms]),
            )
            start = stop
