"""One of several processes with several threads each that edit and read one collection:
`python -m tests.hands DATABASE OPERATIONS`. Prints what they did and what went wrong, as JSON."""

import json
import random
import sys
import threading
from dataclasses import replace
from time import perf_counter

import numpy as np

from faq.collection import recorded
from store import Content, Edit, Embeddings, SearchFilter, StaleEdit, Store, open_store
from tests.fakes import WORDS, WordCountEmbedder

THREADS, ENTRIES, WAYS = 4, 10, 3
EVERY = SearchFilter(unpublished=True)


def content(number: int, chance: random.Random) -> Content:
    """Return what an entry says whose answer is a number: each time in other words."""
    ways = {" ".join(chance.choices(WORDS, k=4)) + f" {chance.random()}" for _ in range(WAYS)}
    question, *phrasings = sorted(ways)
    return Content(question, str(number), phrasings=tuple(phrasings))


def embeddings(written: Content) -> Embeddings:
    embedder = WordCountEmbedder()
    vectors = dict(zip(written.texts, embedder.encode_documents(written.texts), strict=True))
    return Embeddings(recorded(embedder.model), vectors)


class Hand:
    """One thread's work."""

    def __init__(self, store: Store, operations: int) -> None:
        self.store, self.operations = store, operations
        self.edits, self.stale, self.longest = 0, 0, 0.0
        self.errors: list[str] = []
        self.chance = random.Random()
        self.embedder = WordCountEmbedder()

    def work(self) -> None:
        try:
            for number in range(self.operations):
                started = perf_counter()
                self.count_up() if number % 2 else self.look()
                self.longest = max(self.longest, perf_counter() - started)
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def count_up(self) -> None:
        """Make an entry's answer larger by one, whoever else does."""
        entry_id = self.chance.randint(1, ENTRIES)
        while True:
            [entry] = self.store.entries.get([entry_id])
            said = content(int(entry.content.answer) + 1, self.chance)
            said = replace(said, category=self.chance.choice(["", "Cards"]))
            try:
                edit = Edit(entry_id, entry.version, said)
                self.store.entries.edit([edit], embeddings(said), "ada")
            except StaleEdit:
                self.stale += 1
            else:
                self.edits += 1
                return

    def look(self) -> None:
        """See every text with its own vector."""
        fingerprint = self.embedder.model.fingerprint
        resident = self.store.vectors.resident(fingerprint=fingerprint)
        rows = resident.phrasings.alive()
        assert resident.phrasings.sizes.tolist() == [WAYS] * ENTRIES, "a text without its vector"
        assert resident.answers.sizes.tolist() == [1] * ENTRIES, "an answer without its vector"
        own = self.embedder.encode_documents([resident.texts[row] for row in rows])
        assert np.allclose(resident.phrasings.vectors[rows], own), "a text with another's vector"
        query = own[self.chance.randrange(len(own))]
        near = self.store.vectors.nearest(query, ENTRIES, EVERY, fingerprint=fingerprint)
        assert len(near) == ENTRIES, "an entry that is not found"
        for neighbour in near:
            cosine = float(self.embedder.encode_query(neighbour.phrasing) @ query)
            assert abs(cosine - neighbour.cosine) < 1e-5, "a vector that is not its text's"


def main(database: str, operations: int) -> None:
    store = open_store(database, create=False)
    hands = [Hand(store, operations // THREADS) for _ in range(THREADS)]
    threads = [threading.Thread(target=hand.work) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = {
        "edits": sum(hand.edits for hand in hands),
        "stale": sum(hand.stale for hand in hands),
        "longest": max(hand.longest for hand in hands),
        "errors": [error for hand in hands for error in hand.errors],
    }
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
