"""Words that were probably mistyped, and what was probably meant.

A word that neither the collection nor the model's tokenizer knows is compared with the words of
both, by their optimal string alignment distance: how many letters are missing, added, wrong or
swapped with their neighbour. No dictionary is needed, so it works in every language that the model
reads. The figures below were best, or as good as any, on made-up slips in three public collections.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from embedding import Embedder
from faq.search.words import folded
from store import ReadableStore, State, Status
from store.words import is_unspaced, words

SHORTEST, LONGEST = 3, 40  # letters
# Where nobody tells which words the model knows, many that are right are in no entry either: then
# a word has to be this long, and to have one slip, not in its first letter.
SHORTEST_UNSURE = 6
TWO_SLIPS = 8  # letters from which a word may have two slips, else one
WRONG_FIRST = 1.5  # times the distance: people mostly get the first letter right
COMMON = 0.75  # times the distance where letters were only swapped or doubled
OF_MODEL = 0.75  # added to the distance of words that the collection does not have
SHORTEST_PART = 3  # letters of a word that was run together with another
MOST_LOOKED_UP = 24  # different words of one query: about ten milliseconds
LOOKED_AT = 20  # entries with a word, for how it is written there
MOST_LEXICONS = 4

SETTING, OFF = "typing", "as typed"


def is_on(state: State) -> bool:
    """Return whether the collection wants mistyped words corrected."""
    return state.settings.get(SETTING) != OFF


def prepare(embedder: Embedder) -> None:
    """Read what the model knows of words, so that the first mistyped query need not wait."""
    deque(_lexicon(embedder.words()).near("mistyped", 1), maxlen=0)


class _Meant(NamedTuple):
    """What may have been meant. Least is best: by distance, then the collection's words, then
    frequency."""

    distance: float
    of_model: bool
    rank: int
    text: str


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
        if suspects:
            held = self._held([found[at][0] for at in suspects])
            suspects = [at for at in suspects if folded(found[at][0]) not in held]
        sure = not suspects or bool(self.embedder.words())
        if not sure:
            suspects = [at for at in suspects if len(found[at][0]) >= SHORTEST_UNSURE]
        if not suspects:
            return query
        known = _Known(_lexicon(self.store.words.known()), _lexicon(self.embedder.words()))
        looked_up: dict[str, list[_Meant]] = {}
        parts, end = [], 0
        for at in suspects:
            word = folded(found[at][0])
            if found[at].start() < end:  # it was joined with the one before
                continue
            if word not in looked_up and len(looked_up) < MOST_LOOKED_UP:
                looked_up[word] = list(known.similar(word))
            choices = [(meant, at, at) for meant in looked_up.get(word, ())]
            for first in (at - 1, at):
                if first >= 0 and first + 1 < len(found) and found[first].start() >= end:
                    joined = folded(found[first][0] + found[first + 1][0])
                    choices += [(meant, first, first + 1) for meant in known.whole(joined)]
            for meant, first, last in sorted(choices):
                if meant.distance > 1 and not sure:
                    break
                text = meant.text if meant.of_model else self._as_written(meant.text, known.written)
                if text:
                    text = text.lower() if found[first][0][0].islower() else text
                    parts += [query[end : found[first].start()], text]
                    end = found[last].end()
                    break
        return "".join([*parts, query[end:]])

    def _suspect(self, word: str) -> bool:
        return (
            SHORTEST <= len(word) <= LONGEST
            and word.isalpha()
            and not is_unspaced(word)
            and not (self.embedder.is_word(word) or self.embedder.is_word(word.lower()))
        )

    def _held(self, some: Sequence[str]) -> set[str]:
        """Return which of some words, as they are compared, are in an entry."""
        [found] = self.store.words.occurrences([" ".join(some)])
        return {word.word for word in found if len(word.entry_ids)}

    def _as_written(self, text: str, written: dict[str, str]) -> str:
        """Return words of the collection as an entry that readers see writes them; empty where none
        does."""
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


class _Known:
    """The words of a collection and those of its model."""

    def __init__(self, of_collection: "_Lexicon", of_model: "_Lexicon") -> None:
        self.written = of_collection.written
        self._lexicons = ((of_collection, False, 0.0), (of_model, True, OF_MODEL))

    def whole(self, *some: str) -> Iterator[_Meant]:
        """Yield these words, in their order, where all are known."""
        for lexicon, of_model, more in self._lexicons:
            if all(word in lexicon.ranks for word in some):
                rank = max(lexicon.ranks[word] for word in some)
                yield _Meant(1 + more, of_model, rank, " ".join(some))

    def similar(self, word: str) -> Iterator[_Meant]:
        """Yield what may have been meant by a word: known words, or two that were run together."""
        most, best = 2 if len(word) >= TWO_SLIPS else 1, float("inf")
        for lexicon, of_model, more in self._lexicons:
            if best <= COMMON + more:
                break  # no word of the model's can be better
            for near, slips in lexicon.near(word, most):
                distance = slips * _weight(word, near) + more
                best = min(best, distance)
                yield _Meant(distance, of_model, lexicon.ranks[near], near)
        for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            yield from self.whole(word[:cut], word[cut:])


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
