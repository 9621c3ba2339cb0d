"""Clusters of entries, named by their telling words: frequent inside, rare outside."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import islice
from math import log

import numpy as np

from embedding import Embedder, Vectors
from embedding.clusters import clustered
from faq.search.words import folded
from store import Entry
from store.words import is_unspaced, words

MOST = 10  # clusters: as many as the eye distinguishes
WORDS = 3  # of a name
SHORTEST = 3  # letters of a telling word
COMMON = 200


@dataclass(frozen=True, slots=True)
class Cluster:
    """Entries that belong together, as places in the collection's list, in order."""

    name: str
    places: tuple[int, ...]


def clusters_of(
    entries: Sequence[Entry], vectors: Vectors, common: Set[str] = frozenset()
) -> list[Cluster]:
    """Return every entry in a cluster, the largest first; row i of `vectors` is the question of
    `entries[i]`. There are about half as many clusters as each has entries, and at most `MOST`. No
    word of `common` is in a name."""
    if not entries:
        return []
    of = clustered(vectors, min(MOST, max(1, round((len(entries) / 2) ** 0.5))))
    groups = [np.flatnonzero(of == number).tolist() for number in range(of.max() + 1)]
    used = [_words(entry) - common for entry in entries]
    overall = Counter(word for one in used for word in one)
    named = [telling([used[place] for place in group], overall, len(entries)) for group in groups]
    return [
        # Two clusters can have the same words; then the first question distinguishes them.
        Cluster(
            ", ".join(name)
            if name and named.count(name) == 1
            else entries[group[0]].content.question,
            tuple(group),
        )
        for name, group in zip(named, groups, strict=True)
    ]


def common_words(embedder: Embedder) -> frozenset[str]:
    """Return the words that the model's tokenizer knows best, such as "and" and "where", which tell
    nothing of an entry; none where it cannot be asked here."""
    long = (word for word in embedder.words() if len(word) >= SHORTEST)
    return frozenset(map(folded, islice(long, COMMON)))


def telling(inside: Sequence[set[str]], overall: Counter[str], total: int) -> tuple[str, ...]:
    """Return the words that tell some entries from all `total`: by the share of entries inside that
    have one, times how many times as high it is as among all (its logarithm), ties by alphabet."""
    found = Counter(word for one in inside for word in one)

    def weight(word: str) -> float:
        share = found[word] / len(inside)
        return share * log(share * total / overall[word])

    best = sorted(found, key=lambda word: (-weight(word), word))
    return tuple(word for word in best[:WORDS] if weight(word) > 0)


def _words(entry: Entry) -> set[str]:
    every = (folded(word[0]) for text in entry.content.ways_of_asking for word in words(text))
    return {
        word for word in every if is_unspaced(word) or (len(word) >= SHORTEST and word.isalpha())
    }
