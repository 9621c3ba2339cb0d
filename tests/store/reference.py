"""The store's contract in the plainest code there is: dictionaries and loops, nothing fast.

The tests of the contract run over it as over every real store, and the state machine compares the
real ones with it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from store.errors import (
    InvalidVector,
    JobRunning,
    KeyTaken,
    ModelMismatch,
    SetIncomplete,
    SettingChanged,
    StaleEdit,
    StoreError,
    StoreUnavailable,
    UnknownEntry,
)
from store.records import (
    EVERY_QUERY,
    PUBLISHED_ENTRIES,
    Action,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    Health,
    ImportMark,
    Job,
    JobState,
    KeywordHit,
    LoggedQuery,
    ModelRecord,
    Near,
    Neighbour,
    Occurrences,
    QueryFilter,
    QueryPage,
    Revision,
    SearchFilter,
    SortField,
    State,
    Status,
    StoreInfo,
    SuggestedPhrasing,
    Vector,
    VectorKind,
    VectorSet,
    normalised,
)
from store.resident import Resident, Rows, empty

ALL = SearchFilter(unpublished=True)
CHINESE = "我的卡丢了怎么办退款"  # the signs that the tests use
KINDS: tuple[VectorKind, ...] = ("phrasing", "answer")


class Data:
    """All that a collection contains."""

    def __init__(self) -> None:
        self.active: ModelRecord | None = None
        self.models: dict[str, ModelRecord] = {}  # by fingerprint, by age
        # By fingerprint, kind, entry id and text.
        self.vectors: dict[tuple[str, VectorKind, int, str], Vector] = {}
        self.entries: dict[int, Entry] = {}
        self.phrasings: dict[int, tuple[int, str]] = {}  # entry id and text, by id
        self.passages: dict[int, tuple[int, str]] = {}  # the same
        self.revisions: list[Revision] = []
        self.changes: list[int] = []  # of which entries, in order
        self.queries: dict[int, LoggedQuery] = {}
        self.suggestions: dict[int, SuggestedPhrasing] = {}
        self.settings: dict[str, str] = {}
        self.jobs: dict[int, Job] = {}
        self.last_ids = Counter[str]()

    def next_id(self, kind: str) -> int:
        self.last_ids[kind] += 1
        return self.last_ids[kind]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before = {name: copy(value) for name, value in vars(self).items()}
        try:
            yield
        except StoreError:
            vars(self).update(before)
            raise

    def model(self, fingerprint: str) -> ModelRecord:
        if fingerprint not in self.models:
            raise ModelMismatch("no vectors of this model")
        return self.models[fingerprint]

    def adopt(self, model: ModelRecord) -> None:
        if self.active is None:
            self.active = self.models.setdefault(model.fingerprint, model)
        if self.active.fingerprint != model.fingerprint:
            raise ModelMismatch("another model")

    def texts(self, kind: VectorKind) -> dict[int, tuple[int, str]]:
        """Return entry id and text of what has a vector of a kind, by id."""
        if kind == "phrasing":
            return dict(sorted(self.phrasings.items()))
        return dict(sorted(self.passages.items()))

    def forget(self, kind: VectorKind, entry_id: int, text: str) -> None:
        for fingerprint in self.models:
            self.vectors.pop((fingerprint, kind, entry_id, text), None)

    def searched(self, where: SearchFilter) -> list[Entry]:
        return [
            entry
            for entry in self.entries.values()
            if not entry.deleted
            and (where.unpublished or entry.content.status == Status.PUBLISHED)
            and (where.category is None or entry.content.category == where.category)
        ]


class ReferenceEntries:
    def __init__(self, data: Data) -> None:
        self._data = data

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        return [self._data.entries[i] for i in entry_ids if i in self._data.entries]

    def page(
        self,
        where: EntryFilter,
        *,
        sort: SortField = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> EntryPage:
        keys: dict[SortField, Callable[[Entry], str | int | datetime | date]] = {
            "question": lambda e: e.content.question.lower(),
            "category": lambda e: e.content.category.lower(),
            "status": lambda e: e.content.status.value,
            "updated": lambda e: e.updated_at,
            "review_by": lambda e: e.content.review_by or date.min,
            "id": lambda e: e.id,
        }
        passing = [entry for entry in self._data.entries.values() if _passes(entry, where)]
        passing.sort(key=keys[sort], reverse=descending)
        return EntryPage(tuple(passing[offset : offset + limit]), len(passing))

    def counts(self, field: Literal["category", "tag"]) -> list[tuple[str, int]]:
        names = [
            name
            for entry in self._data.searched(ALL)
            for name in (entry.content.tags if field == "tag" else [entry.content.category])
        ]
        return [(name, names.count(name)) for name in sorted(set(names)) if name]

    def ids(self, by: Literal["key", "question"], texts: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in self._data.searched(ALL):
            name = entry.content.key if by == "key" else normalised(entry.content.question)
            if name is not None and name in texts:
                found.setdefault(name, entry.id)
        return found

    def revisions(self, entry_id: int) -> list[Revision]:
        return [one for one in reversed(self._data.revisions) if one.entry_id == entry_id]

    def changes_since(self, token: int) -> Changes:
        changes = self._data.changes
        return Changes(len(changes), tuple(sorted(set(changes[token:]))))

    def add(
        self,
        contents: Sequence[Content],
        embeddings: Embeddings,
        actor: str,
        mark: ImportMark | None = None,
    ) -> list[Entry]:
        with self._data.transaction():
            self._data.adopt(embeddings.model)
            added = []
            for content in contents:
                self._refuse_taken_key(content.key)
                at = datetime.now(UTC)
                entry = Entry(self._data.next_id("entry"), 0, content, at, actor, at, actor)
                self._write_vectors(entry.id, Content(""), content, embeddings)
                added.append(self._record(entry, "add", actor))
            if mark and added:
                self._data.settings[f"import/{mark.file}"] = f"{mark.rows} {added[-1].id}"
            return added

    def edit(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        with self._data.transaction():
            self._data.adopt(embeddings.model)
            return [self._edit(edit, embeddings, actor) for edit in edits]

    def _edit(self, edit: Edit, embeddings: Embeddings, actor: str) -> Entry:
        entry = self._data.entries.get(edit.entry_id)
        if entry is None or entry.deleted:
            raise UnknownEntry("unknown")
        if entry.version != edit.version:
            raise StaleEdit("stale", entry)
        if edit.delete:
            return self._record(replace(entry, deleted=True), "remove", actor)
        if edit.content == entry.content:
            return entry
        self._refuse_taken_key(edit.content.key, but=entry.id)
        self._write_vectors(entry.id, entry.content, edit.content, embeddings)
        return self._record(replace(entry, content=edit.content), "edit", actor)

    def set_deleted(self, entry_ids: Sequence[int], deleted: bool, actor: str) -> list[int]:
        changed = []
        with self._data.transaction():
            for entry in self.get(list(dict.fromkeys(entry_ids))):
                if entry.deleted != deleted:
                    if not deleted:
                        self._refuse_taken_key(entry.content.key)
                    action: Action = "remove" if deleted else "restore"
                    self._record(replace(entry, deleted=deleted), action, actor)
                    changed.append(entry.id)
        return changed

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        data = self._data
        gone = [entry.id for entry in self.get(sorted(set(entry_ids))) if entry.deleted]
        for entry_id in gone:
            del data.entries[entry_id]
        data.revisions = [one for one in data.revisions if one.entry_id not in gone]
        data.phrasings = {i: one for i, one in data.phrasings.items() if one[0] not in gone}
        data.passages = {i: one for i, one in data.passages.items() if one[0] not in gone}
        data.vectors = {key: one for key, one in data.vectors.items() if key[2] not in gone}
        data.suggestions = {i: o for i, o in data.suggestions.items() if o.entry_id not in gone}
        data.changes += gone
        return gone

    def _refuse_taken_key(self, key: str | None, but: int | None = None) -> None:
        for entry in self._data.searched(ALL):
            if key is not None and entry.content.key == key and entry.id != but:
                raise KeyTaken("taken")

    def _record(self, entry: Entry, action: Action, actor: str) -> Entry:
        """Keep an entry that was changed, with the version and the time of now."""
        version, at = entry.version + 1, datetime.now(UTC)
        entry = replace(entry, version=version, updated_at=at, updated_by=actor)
        self._data.entries[entry.id] = entry
        self._data.changes.append(entry.id)
        revision = Revision(entry.id, version, action, actor, at, entry.content)
        self._data.revisions.append(revision)
        return entry

    def _write_vectors(
        self, entry_id: int, before: Content, content: Content, embeddings: Embeddings
    ) -> None:
        data, model = self._data, embeddings.model
        known = {text for owner, text in data.phrasings.values() if owner == entry_id}
        for id_, (owner, text) in list(data.phrasings.items()):
            if owner == entry_id and text not in content.ways_of_asking:
                del data.phrasings[id_]
                data.forget("phrasing", entry_id, text)
        for text in content.ways_of_asking:
            if text not in known:
                if text not in embeddings.vectors:
                    raise InvalidVector("missing")
                data.phrasings[data.next_id("phrasing")] = (entry_id, text)
                checked = _checked(embeddings.vectors[text], model)
                data.vectors[model.fingerprint, "phrasing", entry_id, text] = checked
        known = {text for owner, text in data.passages.values() if owner == entry_id}
        for id_, (owner, text) in list(data.passages.items()):
            if owner == entry_id and text not in content.answer_texts:
                del data.passages[id_]
                data.forget("answer", entry_id, text)
        for text in dict.fromkeys(content.answer_texts):
            if text not in known:
                data.passages[data.next_id("passage")] = (entry_id, text)
                if text in embeddings.vectors:
                    checked = _checked(embeddings.vectors[text], model)
                    data.vectors[model.fingerprint, "answer", entry_id, text] = checked


class ReferenceVectors:
    def __init__(self, data: Data) -> None:
        self._data = data

    def sets(self) -> list[VectorSet]:
        sets = []
        for fingerprint, model in self._data.models.items():
            count = sum(key[0] == fingerprint for key in self._data.vectors)
            missing = sum(len(self._missing(fingerprint, kind)) for kind in KINDS)
            sets.append(VectorSet(model, model == self._data.active, count, missing))
        return sorted(sets, key=lambda one: not one.active)

    def _missing(self, fingerprint: str, kind: VectorKind) -> list[int]:
        return [
            id_
            for id_, (entry_id, text) in self._data.texts(kind).items()
            if (fingerprint, kind, entry_id, text) not in self._data.vectors
        ]

    def texts(
        self, kind: VectorKind, limit: int, *, after: int = 0, missing_in: str | None = None
    ) -> list[tuple[int, str]]:
        texts = self._data.texts(kind)
        ids = list(texts)
        if missing_in is not None:
            ids = self._missing(self._data.model(missing_in).fingerprint, kind)
        return [(id_, texts[id_][1]) for id_ in ids if id_ > after][:limit]

    def fill(
        self,
        model: ModelRecord,
        kind: VectorKind,
        texts: Sequence[tuple[int, str]],
        vectors: NDArray[np.float32],
    ) -> None:
        with self._data.transaction():
            model = self._data.models.setdefault(model.fingerprint, model)
            there = self._data.texts(kind)
            for (id_, text), vector in zip(texts, vectors, strict=True):
                if id_ in there and there[id_][1] == text:
                    key = model.fingerprint, kind, there[id_][0], text
                    self._data.vectors[key] = _checked(vector, model)

    def switch(self, fingerprint: str) -> None:
        model = self._data.model(fingerprint)
        if any(self._missing(fingerprint, kind) for kind in KINDS):
            raise SetIncomplete("incomplete")
        self._data.active = model

    def drop(self, fingerprint: str) -> None:
        data = self._data
        if data.active and data.active.fingerprint == fingerprint:
            raise ModelMismatch("active")
        data.models.pop(fingerprint, None)
        data.vectors = {key: one for key, one in data.vectors.items() if key[0] != fingerprint}

    def nearest(
        self,
        vector: Vector,
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[Neighbour]:
        if self._data.active is None:
            return []
        _checked(vector, self._data.model(fingerprint))
        found = []
        for entry in self._data.searched(where):
            cosines = {
                text: round(float(one @ vector), 6)
                for text, one in self._phrasings(entry, fingerprint).items()
            }
            if cosines:
                best = max(cosines, key=lambda text: cosines[text])
                found.append(Neighbour(entry.id, cosines[best], best))
        return sorted(found, key=lambda one: (-one.cosine, one.entry_id))[:k]

    def _phrasings(self, entry: Entry, fingerprint: str) -> dict[str, Vector]:
        keys = {
            text: (fingerprint, "phrasing", entry.id, text) for text in entry.content.ways_of_asking
        }
        return {text: self._data.vectors[k] for text, k in keys.items() if k in self._data.vectors}

    def resident(
        self, *, fingerprint: str, load: bool = True, near: Near | None = None
    ) -> Resident:
        if self._data.active is None:
            return empty(0)
        dimension = self._data.model(fingerprint).dimension
        phrasings, answers, texts = list[list[Vector]](), list[list[Vector]](), list[str]()
        spans = list[tuple[int, int]]()
        entries = [self._data.entries[id_] for id_ in sorted(self._data.entries)]
        for entry in entries:
            found = {} if entry.deleted else self._phrasings(entry, fingerprint)
            phrasings.append(list(found.values()))
            texts += found
            passages = {
                span: (fingerprint, "answer", entry.id, text)
                for span, text in entry.content.passages.items()
            }
            there = [span for span, k in passages.items() if found and k in self._data.vectors]
            answers.append([self._data.vectors[passages[span]] for span in there])
            spans += there
        names = sorted({entry.content.category for entry in entries})
        present = np.array([bool(block) for block in phrasings], dtype=bool)
        published = np.array([e.content.status == Status.PUBLISHED for e in entries], dtype=bool)
        return Resident(
            np.array([entry.id for entry in entries], dtype=np.int64),
            present,
            present & published,
            np.array([names.index(e.content.category) for e in entries], dtype=np.int32),
            tuple(names),
            _rows(phrasings, dimension),
            texts,
            _rows(answers, dimension),
            np.array(spans, dtype=np.int32).reshape(-1, 2),
        )


class ReferenceWords:
    def __init__(self, data: Data) -> None:
        self._data = data

    def search(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        hits = []
        for entry in self._data.searched(where):
            shared = set(_words(text)) & self.counts(entry.content).keys()
            if shared:
                hits.append(KeywordHit(entry.id, float(len(shared))))
        return sorted(hits, key=lambda hit: (-hit.score, hit.entry_id))[:k]

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        return [tuple(self._occurrences(w) for w in dict.fromkeys(_words(text))) for text in texts]

    def known(self) -> tuple[str, ...]:
        every = Counter[str]()
        for entry in self._data.entries.values():
            every.update(self.counts(entry.content))
        words = [word for word in every if word.isalpha() and word[0] not in CHINESE]
        return tuple(sorted(words, key=lambda word: (-every[word], word)))

    def _occurrences(self, word: str) -> Occurrences:
        counts = {e.id: self.counts(e.content)[word] for e in self._data.entries.values()}
        found = sorted((entry_id, count) for entry_id, count in counts.items() if count)
        ids, times = np.array(found, dtype=np.int64).reshape(-1, 2).T
        return Occurrences(word, ids, times)

    def counts(self, content: Content) -> Counter[str]:
        return Counter(_all_words(content))


class ReferenceLog:
    def __init__(self, data: Data) -> None:
        self._data = data

    def add(self, query: LoggedQuery | None, delete_until: datetime | None = None) -> int | None:
        if delete_until is not None:
            self.delete(QueryFilter(until=delete_until))
        if query is None:
            return None
        query_id = self._data.next_id("query")
        self._data.queries[query_id] = replace(query, id=query_id)
        return query_id

    def rate(self, query_id: int, thumb: int | None, missing: str = "") -> None:
        if query_id in self._data.queries:
            rated = replace(self._data.queries[query_id], thumb=thumb, missing=missing)
            self._data.queries[query_id] = rated

    def page(self, limit: int, where: QueryFilter = EVERY_QUERY) -> QueryPage:
        passing = [one for one in self._data.queries.values() if _passes_log(one, where)]
        return QueryPage(tuple(passing[::-1][:limit]), len(passing))

    def delete(self, where: QueryFilter = EVERY_QUERY) -> int:
        before = self._data.queries
        self._data.queries = {i: q for i, q in before.items() if not _passes_log(q, where)}
        return len(before) - len(self._data.queries)

    def suggest(self, suggestion: SuggestedPhrasing) -> int:
        if suggestion.entry_id not in self._data.entries:
            raise UnknownEntry("unknown")
        same = suggestion.entry_id, normalised(suggestion.text)
        for id_, one in self._data.suggestions.items():
            if (one.entry_id, normalised(one.text)) == same:
                return id_
        id_ = self._data.next_id("suggestion")
        self._data.suggestions[id_] = replace(suggestion, id=id_)
        return id_

    def suggestions(self, limit: int) -> list[SuggestedPhrasing]:
        found = []
        for one in self._data.suggestions.values():
            entry = self._data.entries[one.entry_id]
            asked = [normalised(text) for text in entry.content.ways_of_asking]
            dismissed = f"dismissed/suggestion {one.id}" in self._data.settings
            if not entry.deleted and normalised(one.text) not in asked and not dismissed:
                found.append(one)
        return found[:limit]


class ReferenceJobs:
    def __init__(self, data: Data) -> None:
        self._data = data

    def start(
        self, kind: str, *, owner: str, actor: str, total: int | None, silent_after: timedelta
    ) -> Job:
        now, last = datetime.now(UTC), self.latest(kind)
        if last and last.state == "running":
            if now - last.heartbeat_at < silent_after:
                raise JobRunning("running", last)
            self.finish(last.id, owner=last.owner, state="failed", result="died")
        job = Job(len(self._data.jobs) + 1, kind, "running", owner, actor, 0, total, "", now, now)
        self._data.jobs[job.id] = job
        return job

    def beat(self, job_id: int, *, owner: str, done: int, total: int | None) -> bool:
        job, now = self._data.jobs[job_id], datetime.now(UTC)
        if job.owner != owner or job.state != "running":
            return False
        self._data.jobs[job_id] = replace(job, done=done, total=total, heartbeat_at=now)
        return not job.cancel_requested

    def finish(self, job_id: int, *, owner: str, state: JobState, result: str) -> None:
        job = self._data.jobs[job_id]
        if job.owner == owner and job.state == "running":
            self._data.jobs[job_id] = replace(job, state=state, result=result)

    def cancel(self, job_id: int) -> None:
        self._data.jobs[job_id] = replace(self._data.jobs[job_id], cancel_requested=True)

    def latest(self, kind: str) -> Job | None:
        return next((job for job in reversed(self._data.jobs.values()) if job.kind == kind), None)


class ReferenceSettings:
    def __init__(self, data: Data) -> None:
        self._data = data

    def read(self, folder: str, newest: int | None = None) -> dict[str, str]:
        begin = f"{folder}/"
        names = sorted(name for name in self._data.settings if name.startswith(begin))
        names = names if newest is None else names[max(len(names) - newest, 0) :]
        return {name.removeprefix(begin): self._data.settings[name] for name in names}

    def write(
        self, values: Mapping[str, str | None], *, before: Mapping[str, str | None] | None = None
    ) -> None:
        if any(self._data.settings.get(name) != value for name, value in (before or {}).items()):
            raise SettingChanged("Somebody else changed it.")
        for name, value in values.items():
            self._data.settings.pop(name, None)
            if value is not None:
                self._data.settings[name] = value


class ReferenceUpkeep:
    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        raise StoreUnavailable("What is in memory alone has no file to copy.")

    def check(self) -> Health:
        return Health()

    def repair(self) -> list[str]:
        return []


class ReferenceStore:
    read_only = ""

    def __init__(self) -> None:
        self._data = Data()
        self.entries = ReferenceEntries(self._data)
        self.vectors = ReferenceVectors(self._data)
        self.words = ReferenceWords(self._data)
        self.log = ReferenceLog(self._data)
        self.jobs = ReferenceJobs(self._data)
        self.settings = ReferenceSettings(self._data)
        self.upkeep = ReferenceUpkeep()

    def state(self) -> State:
        data = self._data
        settings = {name: value for name, value in data.settings.items() if "/" not in name}
        log = str([(query.id, query.thumb) for query in data.queries.values()])
        return State(settings, data.active, len(data.changes), log)

    def info(self) -> StoreInfo:
        entries = self._data.searched(ALL)
        phrasings = sum(len(entry.content.ways_of_asking) for entry in entries)
        return StoreInfo("memory", 0, 1, len(entries), phrasings)

    def close(self) -> None:
        pass


def _checked(vector: Vector, model: ModelRecord) -> Vector:
    right_shape = vector.shape == (model.dimension,) and vector.dtype == np.float32
    if not right_shape or not abs(float(np.linalg.norm(vector)) - 1) <= 1e-3:
        raise InvalidVector("wrong")
    return vector


def _rows(blocks: list[list[Vector]], dimension: int) -> Rows:
    """Return the vectors of each entry as `Rows`; entries without any have no block."""
    some = [block for block in blocks if block]
    places = [place for place, block in enumerate(blocks) if block]
    counts = [len(block) for block in some]
    block_of = np.full(len(blocks), -1, dtype=np.int32)
    block_of[places] = range(len(places))
    return Rows(
        np.array([v for block in some for v in block], np.float32).reshape(-1, dimension),
        np.cumsum([0, *counts])[:-1],
        np.array(counts, dtype=np.int64),
        np.array(places, dtype=np.int32),
        np.array([np.linalg.norm(np.mean(block, axis=0)) for block in some], np.float32),
        block_of,
    )


def _words(text: str) -> list[str]:
    """Return the words of a query; Chinese in pairs of signs."""
    words = list[str]()
    for word in _separate(text):
        pairs = [word[at : at + 2] for at in range(len(word) - 1)]
        words += pairs if pairs and word[0] in CHINESE else [word]
    return words


def _separate(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(rf"[{CHINESE}]+|[^\W{CHINESE}]+", plain.lower())


def _all_words(content: Content) -> list[str]:
    """Return the words of an entry; of Chinese, each sign alone too."""
    fields = *content.ways_of_asking, content.answer, content.category, *content.tags
    words = _separate("\n".join(fields))
    signs = [sign for word in words if len(word) > 1 and word[0] in CHINESE for sign in word]
    return [*_words("\n".join(fields)), *signs]


def _passes(entry: Entry, where: EntryFilter) -> bool:
    content, words, wanted = entry.content, _all_words(entry.content), _words(where.text)
    return (
        entry.deleted == where.deleted
        and (where.category is None or content.category == where.category)
        and (where.status is None or content.status == where.status)
        and (where.key_prefix is None or (content.key or "").startswith(where.key_prefix))
        and (where.tag is None or where.tag in content.tags)
        and (where.actor is None or where.actor in (content.owner, entry.updated_by))
        and (where.updated_since is None or entry.updated_at >= where.updated_since)
        and (where.due is None or content.status != Status.ARCHIVED)
        and (where.due is None or (content.review_by or date.max) < where.due)
        and entry.id > where.after
        and (not where.tested or bool(content.must_find or content.must_not_find))
        and not (where.without_answer and content.answer)
        and all(any(word.startswith(begin) for word in words) for begin in wanted)
        and bool(wanted or not where.text.strip())
    )


def _passes_log(query: LoggedQuery, where: QueryFilter) -> bool:
    return (
        (where.answered is None or query.answered == where.answered)
        and (where.thumb is None or query.thumb == where.thumb)
        and (where.before is None or (query.id or 0) < where.before)
        and (where.until is None or query.at < where.until)
    )
