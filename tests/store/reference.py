"""The store's contract in the plainest code there is: dictionaries, loops, nothing fast.

The contract suite runs over it as over every real store, and the state machine holds the real
ones against it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from store.bookkeeping_records import EVERY_QUERY
from store.snapshot import empty, of_rows

from store import (
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    EntryTest,
    ImportMark,
    InvalidVector,
    Job,
    JobRunning,
    JobState,
    KeyTaken,
    KeywordHit,
    LoggedQuery,
    ModelMismatch,
    ModelRecord,
    Neighbour,
    Occurrences,
    OlderAlike,
    QueryFilter,
    Report,
    Revision,
    SearchFilter,
    SetIncomplete,
    Snapshot,
    SortField,
    StaleEdit,
    Status,
    StoreError,
    StoreInfo,
    SuggestedPhrasing,
    UnknownEntry,
    VectorKind,
    VectorSet,
    normalised,
)
from store.records import PUBLISHED_ENTRIES, Vector

Place = tuple[VectorKind, int, str]  # of a vector: its kind, its entry's id, its text


class ReferenceStore:
    def __init__(self) -> None:
        self._model: ModelRecord | None = None
        # By model, its vectors by entry and text; that of an answer stands under its text, too.
        self._sets: dict[str, tuple[ModelRecord, dict[Place, Vector]]] = {}
        self._reports: list[Report] = []
        self._entries: dict[int, Entry] = {}
        self._last_entry = 0
        self._revisions: list[Revision] = []
        self._changes: list[int] = []  # of which entries, in order
        self._queries: dict[int, LoggedQuery] = {}
        self._last_query = 0
        self._suggestions: dict[int, SuggestedPhrasing] = {}
        self._last_suggestion = 0
        self._dismissed: set[str] = set()
        self._settings: dict[str, str] = {}
        self._phrasings: dict[int, tuple[int, str]] = {}  # never reused, so these only grow
        self._last_phrasing = 0
        self._jobs: list[Job] = []
        self._marks: dict[str, tuple[int, int]] = {}  # rows, last entry

    read_only = ""

    def info(self) -> StoreInfo:
        kept = [entry for entry in self._entries.values() if not entry.deleted]
        phrasings = sum(len(entry.content.ways_of_asking) for entry in kept)
        return StoreInfo("memory", 0, 1, len(kept), phrasings)

    def close(self) -> None:
        self._entries.clear()

    def model(self) -> ModelRecord | None:
        return self._model

    def use_model(self, model: ModelRecord) -> None:
        if self._model is not None and self._model.fingerprint != model.fingerprint:
            raise ModelMismatch("another model")
        self._model = self._model or model
        self.begin_set(model)

    @property
    def _vectors(self) -> dict[Place, Vector]:
        return self._set(self._model.fingerprint if self._model else "none")[1]

    def _set(self, fingerprint: str) -> tuple[ModelRecord, dict[Place, Vector]]:
        if fingerprint not in self._sets:
            raise ModelMismatch("no such set")
        return self._sets[fingerprint]

    def vector_sets(self) -> list[VectorSet]:
        sets = []
        for model, vectors in self._sets.values():
            places = [*self._places("phrasing").values(), *self._places("answer").values()]
            held = sum(place in vectors for place in places)
            sets.append(VectorSet(model, model == self._model, held, len(places) - held))
        return sorted(sets, key=lambda one: not one.active)

    def begin_set(self, model: ModelRecord) -> None:
        self._sets.setdefault(model.fingerprint, (model, {}))

    def _places(self, kind: VectorKind) -> dict[int, Place]:
        if kind == "phrasing":
            return {i: (kind, *place) for i, place in sorted(self._phrasings.items())}
        return {
            entry.id: (kind, entry.id, text)
            for entry in self._entries.values()
            for text in entry.content.answer_texts
        }

    def texts(
        self, kind: VectorKind, limit: int, *, after: int = 0, lacking: str | None = None
    ) -> list[tuple[int, str]]:
        held = {} if lacking is None else self._set(lacking)[1]
        places = self._places(kind).items()
        found = [(i, place[2]) for i, place in places if i > after and place not in held]
        return found[:limit]

    def fill(
        self,
        fingerprint: str,
        kind: VectorKind,
        texts: Sequence[tuple[int, str]],
        vectors: NDArray[np.float32],
    ) -> None:
        model, held = self._set(fingerprint)
        places = self._places(kind)
        filled = {}
        for (i, text), vector in zip(texts, vectors, strict=True):
            if i in places and places[i][2] == text:
                filled[places[i]] = self._checked(vector, model)
        held.update(filled)

    def switch_set(self, fingerprint: str) -> None:
        model, _ = self._set(fingerprint)
        if any(self.texts(kind, 1, lacking=fingerprint) for kind in ("phrasing", "answer")):
            raise SetIncomplete("incomplete")
        self._model = model

    def drop_set(self, fingerprint: str) -> None:
        if self._model and self._model.fingerprint == fingerprint:
            raise ModelMismatch("active")
        self._sets.pop(fingerprint, None)

    def _check(self, text: str, embeddings: Embeddings) -> Vector:
        assert self._model is not None
        if text not in embeddings.vectors:
            raise InvalidVector("missing")
        return self._checked(embeddings.vectors[text], self._model)

    def _check_all(self, needed: Sequence[str], content: Content, embeddings: Embeddings) -> None:
        given = [text for text in content.answer_texts if text in embeddings.vectors]
        for text in (*needed, *given):
            self._check(text, embeddings)

    def _checked(self, vector: Vector, model: ModelRecord) -> Vector:
        right_shape = vector.shape == (model.dimension,) and vector.dtype == np.float32
        if not right_shape or not abs(float(np.linalg.norm(vector)) - 1) <= 1e-3:
            raise InvalidVector("wrong")
        return vector

    def _ask(self, entry_id: int, text: str) -> None:
        self._last_phrasing += 1
        self._phrasings[self._last_phrasing] = (entry_id, text)

    def _answer(self, entry_id: int, content: Content, embeddings: Embeddings) -> None:
        for text in content.answer_texts:
            if text in embeddings.vectors:
                self._vectors["answer", entry_id, text] = embeddings.vectors[text]

    def _accept(self, embeddings: Embeddings) -> None:
        if self._model is None or self._model.fingerprint != embeddings.fingerprint:
            raise ModelMismatch("another model")

    def _refuse_taken_key(self, key: str | None, taken: set[str | None]) -> None:
        if key is not None and key in taken:
            raise KeyTaken("taken")

    def _keys(self, but: int | None = None) -> set[str | None]:
        return {e.content.key for e in self._entries.values() if not e.deleted and e.id != but}

    def _record(self, entry: Entry, action: str, actor: str) -> None:
        self._entries[entry.id] = entry
        self._changes.append(entry.id)
        self._revisions.append(
            Revision(entry.id, entry.version, action, actor, entry.updated_at, entry.content)  # type: ignore[arg-type]
        )

    def add(
        self,
        contents: Sequence[Content],
        embeddings: Embeddings,
        actor: str,
        mark: ImportMark | None = None,
    ) -> list[Entry]:
        self._accept(embeddings)
        taken = self._keys()
        for content in contents:
            self._refuse_taken_key(content.key, taken)
            taken.add(content.key)
            self._check_all(content.ways_of_asking, content, embeddings)
        added = []
        for content in contents:
            at = datetime.now(UTC)
            self._last_entry += 1
            entry = Entry(self._last_entry, 1, content, at, actor, at, actor)
            self._record(entry, "add", actor)
            for text in content.ways_of_asking:
                self._ask(entry.id, text)
                self._vectors["phrasing", entry.id, text] = embeddings.vectors[text]
            self._answer(entry.id, content, embeddings)
            added.append(entry)
        if mark and added:
            self._marks[mark.file] = (mark.rows, added[-1].id)
        return added

    def edit(
        self, entry_id: int, version: int, content: Content, embeddings: Embeddings, actor: str
    ) -> Entry:
        self._accept(embeddings)
        standing = self._entries.get(entry_id)
        if standing is None or standing.deleted:
            raise UnknownEntry("unknown")
        if standing.version != version:
            raise StaleEdit("stale", standing)
        if content == standing.content:
            return standing
        self._refuse_taken_key(content.key, self._keys(but=entry_id))
        new = [t for t in content.ways_of_asking if t not in standing.content.ways_of_asking]
        self._check_all(new, content, embeddings)
        for place in [p for p in self._phrasings.items() if p[1][0] == entry_id]:
            if place[1][1] not in content.ways_of_asking:
                del self._phrasings[place[0]]
                for _, held in self._sets.values():
                    held.pop(("phrasing", *place[1]), None)
        for text in new:
            self._ask(entry_id, text)
            self._vectors["phrasing", entry_id, text] = embeddings.vectors[text]
        if content.answer_texts != standing.content.answer_texts:
            for _, held in self._sets.values():
                for text in standing.content.answer_texts:
                    held.pop(("answer", entry_id, text), None)
            self._answer(entry_id, content, embeddings)
        changed = replace(
            standing,
            version=version + 1,
            content=content,
            updated_at=datetime.now(UTC),
            updated_by=actor,
        )
        self._record(changed, "edit", actor)
        return changed

    def edit_many(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        with self._whole_or_not_at_all():
            return [self.edit(e.entry_id, e.version, e.content, embeddings, actor) for e in edits]

    def merge(
        self,
        kept: Edit,
        absorbed_id: int,
        absorbed_version: int,
        embeddings: Embeddings,
        actor: str,
    ) -> Entry:
        self._accept(embeddings)
        absorbed = self._entries.get(absorbed_id)
        if absorbed is None or absorbed.deleted:
            raise UnknownEntry("unknown")
        if absorbed.version != absorbed_version:
            raise StaleEdit("stale", absorbed)
        with self._whole_or_not_at_all():
            self.remove([absorbed_id], actor)
            return self.edit(kept.entry_id, kept.version, kept.content, embeddings, actor)

    @contextmanager
    def _whole_or_not_at_all(self) -> Iterator[None]:
        before = (
            dict(self._entries),
            dict(self._phrasings),
            list(self._revisions),
            list(self._changes),
        )
        sets = {name: (model, dict(held)) for name, (model, held) in self._sets.items()}
        try:
            yield
        except StoreError:
            self._entries, self._phrasings, self._revisions, self._changes = before
            self._sets = sets
            raise

    def remove(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        return self._set_deleted(entry_ids, True, actor)

    def restore(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        taken = self._keys()
        for entry in self.get(list(dict.fromkeys(entry_ids))):
            if entry.deleted:
                self._refuse_taken_key(entry.content.key, taken)
                taken.add(entry.content.key)
        return self._set_deleted(entry_ids, False, actor)

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        asked = self.get(sorted(set(entry_ids)))
        gone = [entry.id for entry in asked if entry.deleted]
        for entry_id in gone:
            del self._entries[entry_id]
        self._revisions = [r for r in self._revisions if r.entry_id not in gone]
        self._phrasings = {i: p for i, p in self._phrasings.items() if p[0] not in gone}
        for _, held in self._sets.values():
            for place in [place for place in held if place[1] in gone]:
                del held[place]
        self._changes += gone
        return gone

    def _set_deleted(self, entry_ids: Sequence[int], deleted: bool, actor: str) -> list[int]:
        changed = []
        for entry in self.get(list(dict.fromkeys(entry_ids))):
            if entry.deleted != deleted:
                after = replace(
                    entry,
                    version=entry.version + 1,
                    deleted=deleted,
                    updated_at=datetime.now(UTC),
                    updated_by=actor,
                )
                self._record(after, "remove" if deleted else "restore", actor)
                changed.append(entry.id)
        return changed

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        return [self._entries[i] for i in entry_ids if i in self._entries]

    def page(
        self,
        where: EntryFilter,
        *,
        sort: SortField = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> EntryPage:
        passing = [
            entry
            for entry in self._entries.values()
            if entry.deleted == where.deleted
            and (where.category is None or entry.content.category == where.category)
            and (where.status is None or entry.content.status == where.status)
            and (where.key_prefix is None or (entry.content.key or "").startswith(where.key_prefix))
            and (where.tag is None or where.tag in entry.content.tags)
            and (where.actor is None or where.actor in (entry.content.owner, entry.updated_by))
            and (where.updated_since is None or entry.updated_at >= where.updated_since)
            and (where.due is None or _due(entry.content, where.due))
            and entry.id > where.after
            and (not where.text.strip() or _has_all(entry.content, where.text))
        ]
        passing.sort(key=lambda entry: entry.id)
        if sort != "id":
            keys = {
                "question": lambda e: e.content.question.lower(),
                "category": lambda e: e.content.category.lower(),
                "status": lambda e: e.content.status.value,
                "updated": lambda e: e.updated_at,
                "review_by": lambda e: e.content.review_by or date.min,
            }
            passing.sort(key=keys[sort], reverse=descending)
        elif descending:
            passing.reverse()
        return EntryPage(tuple(passing[offset : offset + limit]), len(passing))

    def categories(self) -> list[tuple[str, int]]:
        names = [e.content.category for e in self._entries.values() if not e.deleted]
        return [(name, names.count(name)) for name in sorted(set(names)) if name]

    def tags(self) -> list[tuple[str, int]]:
        names = [tag for e in self._entries.values() if not e.deleted for tag in e.content.tags]
        return [(name, names.count(name)) for name in sorted(set(names))]

    def ids_by_key(self, keys: Sequence[str]) -> dict[str, int]:
        return {
            e.content.key: e.id
            for e in self._entries.values()
            if not e.deleted and e.content.key is not None and e.content.key in keys
        }

    def ids_by_question(self, questions: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in self._entries.values():
            question = normalised(entry.content.question)
            if not entry.deleted and question in questions:
                found.setdefault(question, entry.id)
        return found

    def revisions(self, entry_id: int) -> list[Revision]:
        return [r for r in reversed(self._revisions) if r.entry_id == entry_id]

    def entry_tests(self) -> list[EntryTest]:
        contents = {entry.id: entry.content for entry in self._searchable(PUBLISHED_ENTRIES)}
        return [
            EntryTest(entry_id, text, must_find)
            for entry_id, content in contents.items()
            for must_find, some in ((True, content.must_find), (False, content.must_not_find))
            for text in some
        ]

    def changes_since(self, token: int) -> Changes:
        return Changes(len(self._changes), tuple(sorted(set(self._changes[token:]))))

    def _searchable(self, where: SearchFilter) -> list[Entry]:
        return [
            entry
            for entry in self._entries.values()
            if not entry.deleted
            and (where.unpublished or entry.content.status == Status.PUBLISHED)
            and (where.category is None or entry.content.category == where.category)
        ]

    def nearest(
        self,
        vector: Vector,
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[Neighbour]:
        if self._model is None:
            return []
        model, vectors = self._set(fingerprint)
        self._checked(vector, model)
        found = []
        for entry in self._searchable(where):
            cosines = {
                text: round(float(vectors["phrasing", entry.id, text] @ vector), 6)
                for text in entry.content.ways_of_asking
                if ("phrasing", entry.id, text) in vectors
            }
            if not cosines:
                continue
            best = max(cosines, key=lambda text: cosines[text])
            found.append(Neighbour(entry.id, cosines[best], best))
        return sorted(found, key=lambda n: (-n.cosine, n.entry_id))[:k]

    def nearest_many(
        self,
        vectors: NDArray[np.float32],
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[list[Neighbour]]:
        return [self.nearest(vector, k, where, fingerprint=fingerprint) for vector in vectors]

    def older_alike(
        self, entry_ids: Sequence[int], least: float, *, fingerprint: str
    ) -> Iterator[OlderAlike]:
        if self._model is None:
            return
        _, vectors = self._set(fingerprint)
        standing = self._searchable(SearchFilter(unpublished=True))
        for entry in (entry for entry in standing if entry.id in entry_ids):
            question = vectors["phrasing", entry.id, entry.content.question]
            found = [
                (-round(float(vectors["phrasing", older.id, text] @ question), 6), older.id)
                for older in standing
                if older.id < entry.id
                for text in older.content.ways_of_asking
            ]
            cosine, older_id = min(found, default=(0.0, 0))
            if older_id and -cosine >= least:
                yield OlderAlike(entry.id, older_id, -cosine)

    def keyword(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        words = set(_words(text))
        hits = [
            KeywordHit(entry.id, float(len(words & set(_words(_whole_text(entry.content))))))
            for entry in self._searchable(where)
        ]
        return sorted((hit for hit in hits if hit.score), key=lambda h: (-h.score, h.entry_id))[:k]

    def snapshot(self, *, fingerprint: str) -> Snapshot:
        if self._model is None:
            return empty(0)
        model, vectors = self._set(fingerprint)
        rows, answers = [], {}
        for entry in self._searchable(SearchFilter(unpublished=True)):
            about = (entry.content.status == Status.PUBLISHED, entry.content.category)
            for text in entry.content.ways_of_asking:
                if ("phrasing", entry.id, text) in vectors:
                    vector = vectors["phrasing", entry.id, text].tobytes()
                    rows.append((entry.id, *about, text, vector))
            for text in entry.content.answer_texts:
                if ("answer", entry.id, text) in vectors:
                    answers[entry.id] = vectors["answer", entry.id, text].tobytes()
        return of_rows(model.dimension, rows, answers)

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        return [
            tuple(self._occurrences(word) for word in dict.fromkeys(_words(text))) for text in texts
        ]

    def word_counts(self, content: Content) -> dict[str, int]:
        said = _words(_whole_text(content))
        return {word: said.count(word) for word in said}

    def _occurrences(self, word: str) -> Occurrences:
        said = {e.id: _words(_whole_text(e.content)).count(word) for e in self._entries.values()}
        places = {entry_id: count for entry_id, count in said.items() if count}
        return Occurrences(
            word,
            np.array(list(places), dtype=np.int64),
            np.array(list(places.values()), dtype=np.int64),
        )

    def question_vectors(self) -> Iterator[tuple[int, Vector]]:
        for entry in self._entries.values():
            if not entry.deleted:
                yield entry.id, self._vectors["phrasing", entry.id, entry.content.question]

    def embedded_entries(self, *, fingerprint: str) -> Iterator[tuple[Entry, Vector]]:
        if self._model is None or self._model.fingerprint != fingerprint:
            raise ModelMismatch("another model")
        yield from [(self._entries[i], vector) for i, vector in self.question_vectors()]

    def log_query(self, query: LoggedQuery) -> int:
        self._last_query += 1
        self._queries[self._last_query] = replace(query, id=self._last_query)
        return self._last_query

    def rate_query(self, query_id: int, thumb: int | None) -> None:
        if query_id in self._queries:
            self._queries[query_id] = replace(self._queries[query_id], thumb=thumb)

    def recent_queries(self, limit: int, where: QueryFilter = EVERY_QUERY) -> list[LoggedQuery]:
        return self._passing(where)[::-1][:limit]

    def count_queries(self, where: QueryFilter = EVERY_QUERY) -> int:
        return len(self._passing(where))

    def delete_queries(self, where: QueryFilter = EVERY_QUERY) -> int:
        gone = [query.id for query in self._passing(where)]
        for query_id in gone:
            del self._queries[query_id or 0]
        return len(gone)

    def query_log_token(self) -> str:
        return str([(query.id, query.thumb) for query in self._queries.values()])

    def _passing(self, where: QueryFilter) -> list[LoggedQuery]:
        return [
            query
            for query in self._queries.values()
            if (where.answered is None or query.answered == where.answered)
            and (where.thumb is None or query.thumb == where.thumb)
            and (where.before is None or (query.id or 0) < where.before)
            and (where.until is None or query.at < where.until)
        ]

    def suggest(self, suggestion: SuggestedPhrasing) -> int:
        if suggestion.entry_id not in self._entries:
            raise UnknownEntry("unknown")
        for id_, one in self._suggestions.items():
            if (one.entry_id, normalised(one.text)) == (
                suggestion.entry_id,
                normalised(suggestion.text),
            ):
                return id_
        self._last_suggestion += 1
        self._suggestions[self._last_suggestion] = replace(suggestion, id=self._last_suggestion)
        return self._last_suggestion

    def suggestions(self, limit: int) -> list[SuggestedPhrasing]:
        return [one for one in self._suggestions.values() if self._waits(one)][:limit]

    def _waits(self, suggestion: SuggestedPhrasing) -> bool:
        entry = self._entries[suggestion.entry_id]
        asked = [normalised(text) for text in entry.content.ways_of_asking]
        return not entry.deleted and normalised(suggestion.text) not in asked

    def delete_suggestions(self, ids: Sequence[int]) -> None:
        for id_ in ids:
            self._suggestions.pop(id_, None)

    def dismiss(self, keys: Sequence[str], actor: str) -> None:
        self._dismissed |= set(keys)

    def undismiss(self, keys: Sequence[str]) -> None:
        self._dismissed -= set(keys)

    def dismissed(self) -> frozenset[str]:
        return frozenset(self._dismissed)

    def setting(self, name: str) -> str | None:
        return self._settings.get(name)

    def set_setting(self, name: str, value: str) -> None:
        self._settings[name] = value

    def imported_rows(self, file: str) -> int:
        rows, entry_id = self._marks.get(file, (0, 0))
        return rows if entry_id and not self._entries[entry_id].deleted else 0

    def forget_import(self, file: str) -> None:
        self._marks.pop(file, None)

    def keep_report(self, kind: str, content: str, actor: str) -> Report:
        report = Report(len(self._reports) + 1, kind, datetime.now(UTC), actor, content)
        self._reports.append(report)
        return report

    def reports(self, kind: str, limit: int) -> list[Report]:
        return [report for report in self._reports[::-1] if report.kind == kind][:limit]

    def start_job(
        self, kind: str, *, owner: str, actor: str, total: int | None, silent_after: timedelta
    ) -> Job:
        now = datetime.now(UTC)
        standing = self.job(kind)
        if standing and standing.state == "running":
            if now - standing.heartbeat_at < silent_after:
                raise JobRunning("running", standing)
            self.finish_job(standing.id, owner=standing.owner, state="failed", result="died")
        job = Job(len(self._jobs) + 1, kind, "running", owner, actor, 0, total, "", now, now)
        self._jobs.append(job)
        return job

    def _held(self, job_id: int, owner: str) -> Job | None:
        job = self._jobs[job_id - 1]
        return job if job.owner == owner and job.state == "running" else None

    def beat_job(self, job_id: int, *, owner: str, done: int, total: int | None) -> bool:
        job = self._held(job_id, owner)
        if job is None:
            return False
        now = datetime.now(UTC)
        self._jobs[job_id - 1] = replace(job, done=done, total=total, heartbeat_at=now)
        return not job.cancel_requested

    def finish_job(self, job_id: int, *, owner: str, state: JobState, result: str) -> None:
        job = self._held(job_id, owner)
        if job is not None:
            self._jobs[job_id - 1] = replace(job, state=state, result=result)

    def cancel_job(self, job_id: int) -> None:
        self._jobs[job_id - 1] = replace(self._jobs[job_id - 1], cancel_requested=True)

    def job(self, kind: str) -> Job | None:
        return next((job for job in reversed(self._jobs) if job.kind == kind), None)

    def check(self) -> list[str]:
        return []

    def damage(self) -> list[str]:
        return []

    def repair(self) -> list[str]:
        return []


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _whole_text(content: Content) -> str:
    return " ".join((*content.ways_of_asking, content.answer, content.category, *content.tags))


def _due(content: Content, today: date) -> bool:
    by = content.review_by
    return by is not None and by < today and content.status != Status.ARCHIVED


def _has_all(content: Content, text: str) -> bool:
    held = _words(_whole_text(content))
    wanted = _words(text)
    return bool(wanted) and all(any(word.startswith(w) for word in held) for w in wanted)
