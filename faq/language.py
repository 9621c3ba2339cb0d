"""Which language a collection is in, and how well its model reads that."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from embedding import Embedder, EmbeddingError
from faq.collection import Collection
from faq.json_records import from_json, to_json
from store import Entry, EntryFilter, ModelRecord, ReadableStore, State, Store

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGE = "language"  # the setting
ENGLISH = "en"
NAMES = dict(
    line.split(" ", 1)
    for line in Path(__file__)
    .with_name("language_names.txt")
    .read_text(encoding="utf-8")
    .splitlines()
)
"""The languages that are told apart, in English, by their code in ISO 639."""

# Written so much alike that they are one language here.
_SAME_AS = {"arz": "ar", "ary": "ar", "nn": "no", "uzs": "uz", "wuu": "zh", "yue": "zh"}
_SAMPLES, _ENTRIES_A_SAMPLE = 10, 20  # from all over the collection
_CHARACTERS = 500  # of an entry
_LEAST_LETTERS = 30  # fewer say too little; an ideograph counts three times
_LEAST_SURE = 0.5  # probability
_TEXTS_SPLIT = 20  # into tokens: a service is asked for each
_UNREADABLE = 0.5  # share of letters
_MUCH = 1.2  # times as many changes as before
_FEW = 5

# Widely used models that were trained on English alone; others don't say so in their names.
_ENGLISH_ONLY = re.compile(
    r"all-(minilm|mpnet|distilroberta|roberta)|multi-qa|msmarco|gtr-t5|sentence-t5"
    r"|paraphrase-(minilm|mpnet|albert|distilroberta|tinybert)|nomic-embed-text(?!-v2)"
    r"|snowflake-arctic-embed(?!2|.*v2)|mxbai-embed-(large|xsmall)|(?<![a-z])e5-(small|base|large)|gte-(small|base|large)"
    r"|[-_.](en|english)(?![a-z])"
)
_MANY = ("multilingual", "xlm", "-multi-")
_JOINTS = "#▁Ġ"  # what tokenizers put before a piece to say whether a word goes on
# Chinese, Japanese and Korean, where one sign says as much as several letters.
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Language:
    """A collection's language: its code, empty where too little text shows it; `chosen` where
    somebody set it.

    `unread` is the share of the letters of its texts, from 0 to 1, that the model of this
    fingerprint does not read as parts of words; None where its tokenizer is unknown. `changes` are
    those that the collection had had by then.
    """

    code: str
    chosen: bool = False
    unread: float | None = None
    fingerprint: str = ""
    changes: int = 0

    @property
    def name(self) -> str:
        """What it is called in English; empty where it is unknown."""
        return NAMES.get(self.code, "")


def kept(state: State) -> Language:
    """Return what is known of a collection's language."""
    text = state.settings.get(LANGUAGE)
    return _read(text) if text else Language("")


@lru_cache(maxsize=8)
def _read(text: str) -> Language:
    return from_json(Language, text)


def choose(store: Store, code: str) -> None:
    """Set the language; an empty code lets it be found again."""
    store.settings.write({LANGUAGE: to_json(Language(code, chosen=bool(code)))})


def outdated(state: State) -> bool:
    """Return whether the language should be found again: the model is another one than then, or
    much has changed since."""
    if state.model is None:
        return False
    known = kept(state)
    changed = state.changes > _MUCH * known.changes + _FEW
    return changed or known.fingerprint != state.model.fingerprint


def up_to_date(collection: Collection) -> Language:
    """Return the collection's language, found again where that is outdated."""
    state = collection.store.state()
    known = kept(state)
    if state.model is None or not outdated(state):
        return known
    texts = [
        f"{entry.content.question}\n{entry.content.answer}"[:_CHARACTERS]
        for entry in _sample(collection.store)
    ]
    found = Language(
        known.code if known.chosen else identified("\n".join(texts)),
        known.chosen,
        _unread(texts, collection.embedder, is_english_only(state.model.name)),
        state.model.fingerprint,
        state.changes,
    )
    if not collection.store.read_only:
        collection.store.settings.write({LANGUAGE: to_json(found)})
    return found


def hindrance(known: Language, model: ModelRecord | None) -> str:
    """Return, in a sentence, why the collection's model finds too little in its language; empty
    where it reads it, as far as one can tell."""
    if model is None or known.code == ENGLISH:
        return ""
    name = known.name or "the language of this collection"
    measured = known.unread if known.fingerprint == model.fingerprint else None
    unread = measured is not None and measured >= _UNREADABLE
    subject = f"The language model, {PurePath(model.name).name},"
    if is_english_only(model.name) and (known.code or unread):
        does = f"can hardly read {name}" if unread else f"finds fewer answers in {name}"
        return f"{subject} was made for English and {does}."
    return f"{subject} can hardly read {name}: it lacks most of its words." if unread else ""


def hindrance_after_import(collection: Collection) -> str:
    """Return the same for a collection that has just grown, with what to do."""
    found = hindrance(up_to_date(collection), collection.store.state().model)
    return f"{found} Settings has models for many languages." if found else ""


def is_english_only(model: str) -> bool:
    """Return whether a model of this name is known to have been trained on English alone."""
    name = model.lower()
    return not any(word in name for word in _MANY) and bool(_ENGLISH_ONLY.search(name))


def _sample(store: ReadableStore) -> list[Entry]:
    """Return entries from all over the collection."""
    first = store.entries.page(EntryFilter(), limit=_ENTRIES_A_SAMPLE)
    step = max(_ENTRIES_A_SAMPLE, -(-first.total // _SAMPLES))
    found = list(first.entries)
    for offset in range(step, first.total, step):
        found += store.entries.page(EntryFilter(), offset=offset, limit=_ENTRIES_A_SAMPLE).entries
    return found


def identified(text: str) -> str:
    """Return the code of the language that a text is in; empty where it does not show."""
    letters = sum(map(str.isalpha, text)) + 2 * len(_IDEOGRAPH.findall(text))
    if letters < _LEAST_LETTERS:
        return ""
    code, probability = identifier().classify(text)
    code = _SAME_AS.get(code, code)
    return code if probability >= _LEAST_SURE and code in NAMES else ""


def identifier() -> "LanguageIdentifier":
    """Return what identifies languages, loaded anew: it takes half a second and 70 MB, for work
    that is done once in a while."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _unread(texts: Sequence[str], embedder: Embedder, english_only: bool) -> float | None:
    """Return the share of letters outside words and parts of words that the model knows."""
    letters = read = 0
    step = max(1, len(texts) // _TEXTS_SPLIT)
    for text in texts[::step]:
        try:
            pieces = embedder.tokenize(text)
        except EmbeddingError:
            return None
        plain = _plain(text)
        letters += sum(map(str.isalpha, plain))
        for piece in pieces:
            known = _plain(piece.strip(_JOINTS))
            # Of a word that a model does not know, single letters, bytes or a sign for all such
            # words remain; but ideographs are words by themselves.
            alone = len(known) == 1 and not (_IDEOGRAPH.match(known) and not english_only)
            if not alone and known in plain:
                read += sum(map(str.isalpha, known))
    return max(0.0, 1 - read / letters) if letters else None


def _plain(text: str) -> str:
    """Return text in lower case and without accents, as many tokenizers read it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
