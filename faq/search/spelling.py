"""Words that were probably mistyped, and what was probably meant.

A word that neither the collection nor the model's tokenizer knows is compared with the words of
both, by their optimal string alignment distance: how many letters are missing, added, wrong or
swapped with their neighbour. No dictionary is needed, so it works in every language that the model
reads. The figures below were best, or as good as any, on made-up slips in three public collections.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from embedding import Embedder
from faq.search.words import folded, words
from store import ReadableStore, State, Status

SHORTEST, LONGEST = 3, 40  # letters
TWO_SLIPS = 8  # letters from which a word may have two slips, else one
WRONG_FIRST = 1.5  # times the distance: people mostly get the first letter right
COMMON = 0.75  # times the distance where letters were only swapped or doubled
OF_MODEL = 0.5  # added to the distance of words that the collection does not have
SHORTEST_PART = 3  # letters of a word that was run together with another
MOST_CORRECTED = 8  # words of one query
LOOKED_AT = 20  # entries with a word, for how it is written there
MOST_LEXICONS = 4

SETTING, OFF = "typing", "as typed"


def is_on(state: State) -> bool:
    """Return whether the collection wants mistyped words corrected."""
    return state.settings.get(SETTING) != OFF


class _Meant(NamedTuple):
    """What may have been meant in place of the words from `first` to `last`. Least is best: by
    distance, then the collection's words, then frequency."""

    distance: float
    of_model: bool
    rank: int
    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words that a collection and its model know. Cheap to make."""

    store: ReadableStore
    embedder: Embedder

    def corrected(self, query: str) -> str:
        """Return the query with what was probably meant in place of mistyped words; the query
        itself where there are none, or nothing similar is known."""
        found = list(words(query))
        suspects = [at for at, word in enumerate(found) if self._suspect(word[0])]
        if not suspects:
            return query
        held = self._held([found[at][0] for at in suspects])
        parts, end = [], 0
        for at in [at for at in suspects if folded(found[at][0]) not in held][:MOST_CORRECTED]:
            for meant in sorted(self._meant([word[0] for word in found], at)):
                first, last = found[meant.first], found[meant.last]
                text = meant.text if meant.of_model else self._as_written(meant.text)
                text = text.lower() if first[0].islower() else text
                if text and first.start() >= end:  # else the word before was joined with this one
                    parts += [query[end : first.start()], text]
                    end = last.end()
                    break
        return "".join([*parts, query[end:]])

    def _suspect(self, word: str) -> bool:
        return (
            SHORTEST <= len(word) <= LONGEST
            and word.isalpha()
            and not (self.embedder.is_word(word) or self.embedder.is_word(word.lower()))
        )

    def _held(self, some: Sequence[str]) -> set[str]:
        """Return which of some words, as they are compared, are in an entry."""
        [found] = self.store.words.occurrences([" ".join(some)])
        return {word.word for word in found if len(word.entry_ids)}

    def _meant(self, typed: Sequence[str], at: int) -> Iterator[_Meant]:
        """Yield what may have been meant by the word at a place."""
        word = folded(typed[at])
        most = 2 if len(word) >= TWO_SLIPS else 1
        for known, of_model in ((self.store.words.known(), False), (self.embedder.words(), True)):
            lexicon, more = _lexicon(known), OF_MODEL if of_model else 0.0
            for near, slips in lexicon.near(word, most):
                distance = slips * _weight(word, near) + more
                yield _Meant(distance, of_model, lexicon.ranks[near], near, at, at)
            for first, last in ((at - 1, at), (at, at + 1)):
                joined = folded("".join(typed[first : last + 1])) if first >= 0 else ""
                if joined in lexicon.ranks and last < len(typed):
                    yield _Meant(1 + more, of_model, lexicon.ranks[joined], joined, first, last)
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
                parts = word[:cut], word[cut:]
                if all(part in lexicon.ranks for part in parts):
                    rank = max(lexicon.ranks[part] for part in parts)
                    yield _Meant(1 + more, of_model, rank, " ".join(parts), at, at)

    def _as_written(self, text: str) -> str:
        """Return words of the collection as an entry that readers see writes them; empty where none
        does."""
        written = _lexicon(self.store.words.known()).written
        forms = []
        for word in text.split():
            if word not in written:
                written[word] = self._form(word)
            forms.append(written[word])
        return " ".join(forms) if all(forms) else ""

    def _form(self, word: str) -> str:
        """Return a word as the first entry that readers see writes it, in small letters where it
        does so too; empty where none has it."""
        [[found]] = self.store.words.occurrences([word])
        for entry_id in found.entry_ids[:LOOKED_AT].tolist():
            for entry in self.store.entries.get([entry_id]):
                if entry.content.status == Status.PUBLISHED and not entry.deleted:
                    every = (form[0] for text in entry.content.searched for form in words(text))
                    forms = [form for form in every if folded(form) == word]
                    if forms:
                        return next(filter(str.islower, forms), forms[0])
        return ""


def _weight(word: str, near: str) -> float:
    if sorted(word) == sorted(near) or _undoubled(word) == _undoubled(near):
        return COMMON
    return 1.0 if word[0] == near[0] else WRONG_FIRST


def _undoubled(word: str) -> str:
    return word[:1] + "".join(b for a, b in pairwise(word) if a != b)


class _Lexicon:
    """Known words, the more frequent first, which `ranks` say; `written` are those of them that
    were looked up in an entry, as it writes them."""

    def __init__(self, known: Sequence[str]) -> None:
        self.ranks = {word: rank for rank, word in enumerate(known)}
        self.written: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = {}
        for word in known:
            self._by_length.setdefault(len(word), []).append(word)

    def near(self, word: str, most: int) -> Iterator[tuple[str, int]]:
        """Yield the words with at most so many slips, each with their number."""
        from rapidfuzz import process  # only now: most queries have no slip
        from rapidfuzz.distance import OSA

        for length in range(len(word) - most, len(word) + most + 1):
            same = self._by_length.get(length, [])
            found = process.extract(word, same, scorer=OSA.distance, score_cutoff=most, limit=None)
            yield from ((near, int(slips)) for near, slips, _ in found)


_lexicons: OrderedDict[int, tuple[Sequence[str], _Lexicon]] = OrderedDict()


def _lexicon(known: Sequence[str]) -> _Lexicon:
    """Return the lexicon of words, made once for each object that holds some."""
    kept, lexicon = _lexicons.get(id(known), (None, None))
    if kept is not known or lexicon is None:
        lexicon = _Lexicon(known)
        _lexicons[id(known)] = known, lexicon
        while len(_lexicons) > MOST_LEXICONS:
            _lexicons.popitem(last=False)
    return lexicon
