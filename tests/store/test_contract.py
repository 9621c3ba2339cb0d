"""What every store promises, run over each of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryTest,
    ImportMark,
    InvalidVector,
    JobRunning,
    KeyTaken,
    LoggedQuery,
    ModelMismatch,
    ModelRecord,
    QueryFilter,
    Report,
    SearchFilter,
    SetIncomplete,
    StaleEdit,
    Status,
    Store,
    SuggestedPhrasing,
    UnknownEntry,
    normalised,
)
from store.sqlite import alike as sqlite_alike
from tests.store.conftest import MODEL
from tests.store.vectors import DIMENSION, embeddings, vector


def add(store: Store, *contents: Content) -> list[Entry]:
    return store.add(contents, embeddings(*contents), "ada")


def found(store: Store, text: str, k: int = 5, where: SearchFilter | None = None) -> list[int]:
    return [
        n.entry_id
        for n in store.nearest(
            vector(text), k, where or SearchFilter(), fingerprint=MODEL.fingerprint
        )
    ]


FULL = Content(
    question="Where is my card?",
    answer="On its **way**.",
    key="card",
    category="Cards",
    tags=("post", "new card"),
    phrasings=("card lost", "new card"),
    status=Status.DRAFT,
    owner="grace",
    source="handbook",
    review_by=date(2027, 1, 31),
    must_find=("who has my card", "card?"),
    must_not_find=("greeting card",),
)


def test_an_entry_comes_back_as_it_was_written(store: Store) -> None:
    [entry] = add(store, FULL)
    assert entry.content == FULL
    assert (entry.version, entry.created_by, entry.updated_by) == (1, "ada", "ada")
    assert entry.created_at.tzinfo is not None
    assert store.get([entry.id]) == [entry]


def test_entries_come_in_the_order_asked_without_unknown_ones(store: Store) -> None:
    one, two = add(store, Content("lost"), Content("price"))
    assert [e.id for e in store.get([two.id, 999, one.id])] == [two.id, one.id]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "a\0b",
        "x" * 1_000_000,
        "عربى \u202e",
        "👩‍👩‍👧",
        "'; DROP TABLE entry; --",
        "NEAR(a b)",
        "<b>",
    ],
    ids=["nul", "nul inside", "1 MB", "right-to-left", "emoji", "SQL", "FTS5", "HTML"],
)
def test_any_text_is_kept_in_every_field(store: Store, text: str) -> None:
    content = Content(
        question=text,
        answer=text,
        key=text,
        category=text,
        tags=(text,),
        phrasings=(text + "2",),
        owner=text,
        source=text,
    )
    [entry] = add(store, content)
    assert store.get([entry.id])[0].content == content
    assert store.ids_by_key([text]) == {text: entry.id}
    assert store.ids_by_question([normalised(text)]) == {normalised(text): entry.id}
    assert store.page(EntryFilter(category=text)).total == 1
    assert found(store, "other", where=SearchFilter(category=text)) == [entry.id]
    store.keyword(text, 5)
    store.page(EntryFilter(text=text))
    assert store.check() == []


def test_nothing_is_added_where_one_key_is_taken(store: Store) -> None:
    add(store, Content("lost", key="a"))
    with pytest.raises(KeyTaken):
        add(store, Content("new"), Content("price", key="a"))
    assert store.info().entries == 1
    assert found(store, "new") == found(store, "lost")


def test_an_edit_replaces_text_and_vectors_together(store: Store) -> None:
    [entry] = add(store, Content("lost card", phrasings=("new card",), category="Cards"))
    content = Content("refund", phrasings=("new card", "price"), category="Money")
    edited = store.edit(entry.id, 1, content, embeddings(Content("refund"), Content("price")), "bo")
    assert (edited.version, edited.content, edited.updated_by) == (2, content, "bo")
    assert [
        n.phrasing for n in store.nearest(vector("refund"), 1, fingerprint=MODEL.fingerprint)
    ] == ["refund"]
    assert [
        n.phrasing for n in store.nearest(vector("new card"), 1, fingerprint=MODEL.fingerprint)
    ] == ["new card"]
    assert store.nearest(vector("lost"), 1, fingerprint=MODEL.fingerprint)[0].cosine < 0.5
    assert found(store, "refund", where=SearchFilter(category="Cards")) == []
    assert found(store, "refund", where=SearchFilter(category="Money")) == [entry.id]
    assert store.keyword("lost", 5) == []
    assert [h.entry_id for h in store.keyword("refund", 5)] == [entry.id]
    assert store.check() == []


def test_an_edit_can_swap_the_question_with_another_phrasing(store: Store) -> None:
    [entry] = add(store, Content("lost card", phrasings=("new card",)))
    swapped = Content("new card", phrasings=("lost card",))
    nothing_new = Embeddings("fingerprint-1", {})
    assert store.edit(entry.id, 1, swapped, nothing_new, "bo").content == swapped


def test_saving_what_stands_changes_nothing(store: Store) -> None:
    [entry] = add(store, FULL)
    token = store.changes_since(0).token
    assert store.edit(entry.id, 1, FULL, embeddings(FULL), "bo") == entry
    assert store.changes_since(token).entry_ids == ()


def test_a_stale_edit_is_refused_and_shows_what_stands(store: Store) -> None:
    [entry] = add(store, Content("lost"))
    mine, theirs = Content("lost", answer="mine"), Content("lost", answer="theirs")
    store.edit(entry.id, 1, theirs, embeddings(theirs), "bo")
    with pytest.raises(StaleEdit) as refusal:
        store.edit(entry.id, 1, mine, embeddings(mine), "ada")
    assert refusal.value.current.content == theirs
    assert store.get([entry.id])[0].content == theirs


def test_editing_what_is_not_there_is_refused(store: Store) -> None:
    [entry] = add(store, Content("lost"))
    store.remove([entry.id], "ada")
    for entry_id in (entry.id, 999):
        with pytest.raises(UnknownEntry):
            store.edit(entry_id, 2, Content("new"), embeddings(Content("new")), "ada")


def test_many_edits_happen_one_after_the_other(store: Store) -> None:
    one, two = add(store, Content("lost", key="a"), Content("price"))
    given_up, taken = Content("refund"), Content("price", key="a")
    edits = [Edit(one.id, 1, given_up), Edit(two.id, 1, taken), Edit(one.id, 2, Content("lost"))]
    after = store.edit_many(edits, embeddings(given_up, Content("lost")), "bo")
    assert [(e.id, e.version, e.content.key) for e in after] == [
        (one.id, 2, None),
        (two.id, 2, "a"),
        (one.id, 3, None),
    ]
    assert store.get([one.id, two.id]) == [after[2], after[1]]
    assert store.edit_many([], embeddings(), "bo") == []
    assert store.check() == []


def test_of_many_edits_none_happens_where_one_is_refused(store: Store) -> None:
    entries = one, two = add(store, Content("lost", key="a"), Content("price", key="b"))
    token = store.changes_since(0).token
    good = Edit(one.id, 1, Content("refund", key="a"))
    for bad, refusal in (
        (Edit(two.id, 7, Content("new")), StaleEdit),
        (Edit(two.id, 1, Content("new", key="a")), KeyTaken),
        (Edit(two.id, 1, Content("login")), InvalidVector),
        (Edit(999, 1, Content("new")), UnknownEntry),
    ):
        with pytest.raises(refusal):
            store.edit_many([good, bad], embeddings(Content("refund"), Content("new")), "bo")
        assert store.get([one.id, two.id]) == entries
    assert store.changes_since(token).entry_ids == ()
    assert found(store, "lost", 1) == [one.id]
    assert store.check() == []


def test_a_removed_entry_is_found_nowhere_and_comes_back_whole(store: Store) -> None:
    gone, kept = add(store, FULL, Content("price", category="Money"))
    assert store.remove([gone.id, gone.id, 999], "bo") == [gone.id]
    assert found(store, "card", where=SearchFilter(unpublished=True)) == [kept.id]
    assert store.keyword("card", 5, SearchFilter(unpublished=True)) == []
    assert store.page(EntryFilter()).total == 1
    assert [e.id for e in store.page(EntryFilter(deleted=True)).entries] == [gone.id]
    assert store.categories() == [("Money", 1)]
    assert store.ids_by_key(["card"]) == {}
    assert store.info().entries == 1
    assert store.remove([gone.id], "bo") == []
    assert store.restore([gone.id, kept.id], "bo") == [gone.id]
    assert store.get([gone.id])[0].content == FULL
    assert found(store, "lost card", 1, SearchFilter(unpublished=True)) == [gone.id]
    assert store.check() == []


def test_a_key_taken_meanwhile_stops_the_undo(store: Store) -> None:
    [gone] = add(store, Content("lost", key="a"))
    store.remove([gone.id], "ada")
    add(store, Content("new", key="a"))
    with pytest.raises(KeyTaken):
        store.restore([gone.id], "ada")
    assert store.get([gone.id])[0].deleted


def test_ids_are_never_used_again(store: Store) -> None:
    [first] = add(store, Content("lost"))
    store.remove([first.id], "ada")
    [second] = add(store, Content("lost"))
    assert second.id > first.id


def test_what_is_purged_is_gone_for_good(store: Store) -> None:
    gone, binned, kept = add(store, FULL, Content("new plan"), Content("price"))
    store.begin_set(OTHER)
    fill_other(store)
    asked = store.log_query(replace(logged("my card"), entry_id=gone.id))
    store.remove([gone.id, binned.id], "bo")
    token = store.changes_since(0).token
    assert store.purge([gone.id, kept.id, 999, gone.id]) == [gone.id]
    assert store.changes_since(token).entry_ids == (gone.id,)
    assert store.get([gone.id, kept.id]) == [kept]
    assert store.revisions(gone.id) == []
    assert store.page(EntryFilter(deleted=True)).total == 1
    assert [text for _, text in store.texts("phrasing", 9)] == ["new plan", "price"]
    assert store.texts("answer", 9) == []
    assert sets(store) == [("tests/word-count", True, 2, 0), ("tests/other", False, 2, 0)]
    assert store.restore([gone.id], "bo") == []
    with pytest.raises(UnknownEntry):
        store.edit(gone.id, 2, Content("price"), embeddings(Content("price")), "bo")
    [query] = store.recent_queries(1)
    assert (query.id, query.text, query.entry_id) == (asked, "my card", gone.id)
    assert store.purge([gone.id]) == []
    assert store.purge([binned.id]) == [binned.id]
    assert [entry.id for entry in add(store, FULL)] == [kept.id + 1]
    assert [word.entry_ids.tolist() for word in store.occurrences(["plan"])[0]] == [[]]
    assert store.check() == []


def test_a_snapshot_follows_a_purge(store: Store) -> None:
    kept, gone = add(store, Content("price"), Content("lost card", answer="So."))

    def held() -> list[int]:
        return store.snapshot(fingerprint=MODEL.fingerprint).entry_ids.tolist()  # type: ignore[no-any-return]

    assert held() == [kept.id, gone.id]
    store.remove([gone.id], "ada")
    store.purge([gone.id])
    assert held() == [kept.id]
    [new] = add(store, Content("new"))
    assert held() == [kept.id, new.id]


def test_nearest_gives_distinct_entries_best_first_with_the_phrasing_that_matched(
    store: Store,
) -> None:
    many = Content("card", phrasings=tuple(f"card {'x ' * n}".strip() for n in range(1, 120)))
    other, near = Content("password"), Content("lost card")
    ids = [entry.id for entry in add(store, other, many, near)]
    matches = store.nearest(vector("card"), 3, fingerprint=MODEL.fingerprint)
    assert [n.entry_id for n in matches] == [ids[1], ids[2], ids[0]]
    assert [n.phrasing for n in matches] == ["card", "lost card", "password"]
    assert [round(n.cosine, 3) for n in matches] == [1.0, 0.707, 0.0]


def test_ties_go_to_the_lower_id_even_at_the_cut(store: Store) -> None:
    ids = [entry.id for entry in add(store, *(Content("card") for _ in range(60)))]
    assert found(store, "card", 1) == ids[:1]
    assert found(store, "lost card", 7) == ids[:7]
    many = store.nearest_many(
        np.stack([vector("card"), vector("lost card")]), 7, fingerprint=MODEL.fingerprint
    )
    assert [[n.entry_id for n in row] for row in many] == [ids[:7], ids[:7]]


def test_filters_apply_before_the_cut(store: Store) -> None:
    near = [Content("card", category="Cards") for _ in range(50)]
    far = Content("price", category="Money")
    draft = Content("card", status=Status.DRAFT)
    ids = [entry.id for entry in add(store, *near, far, draft)]
    assert found(store, "card", 1, SearchFilter(category="Money")) == [ids[50]]
    assert ids[51] not in found(store, "card", 100)
    assert ids[51] in found(store, "card", 100, SearchFilter(unpublished=True))
    assert found(store, "card", 5, SearchFilter(category="None such")) == []


def test_the_batch_form_agrees_with_the_single_one(store: Store) -> None:
    texts = ["lost card", "new plan", "price", "refund login", "x", "new new card"]
    add(store, *(Content(text, phrasings=(text + " lost",)) for text in texts))
    queries = np.stack([vector(text) for text in (*texts, "cancel plan", "card card lost")])
    for query, row in zip(
        queries, store.nearest_many(queries, 4, fingerprint=MODEL.fingerprint), strict=True
    ):
        assert row == store.nearest(query, 4, fingerprint=MODEL.fingerprint)


def test_an_empty_collection_has_no_neighbours(store: Store) -> None:
    assert found(store, "card") == []
    assert store.nearest_many(np.stack([vector("card")]), 5, fingerprint=MODEL.fingerprint) == [[]]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.full(DIMENSION, np.nan, dtype=np.float32), "finite|wrong"),
        (np.zeros(DIMENSION, dtype=np.float32), "length|wrong"),
        (np.ones(DIMENSION, dtype=np.float32), "length|wrong"),
        (np.ones(3, dtype=np.float32) / np.sqrt(np.float32(3)), "shape|wrong"),
        (np.eye(DIMENSION)[0], "float32|wrong"),
    ],
    ids=["NaN", "zero", "too long", "shape", "float64"],
)
def test_a_bad_vector_is_refused_at_the_door(store: Store, wrong: np.ndarray, says: str) -> None:
    with pytest.raises(InvalidVector, match=says):
        store.add([Content("lost")], Embeddings("fingerprint-1", {"lost": wrong}), "ada")
    with pytest.raises(InvalidVector):
        add(store, Content("card"))
        store.nearest(wrong, 1, fingerprint=MODEL.fingerprint)
    assert [e.content.question for e in store.page(EntryFilter()).entries] == ["card"]


def test_vectors_of_another_model_are_refused(store: Store) -> None:
    content = Content("lost")
    with pytest.raises(ModelMismatch):
        store.add([content], embeddings(content, fingerprint="another"), "ada")
    with pytest.raises(ModelMismatch):
        store.use_model(ModelRecord("another", "tests/other", None, DIMENSION, 256))
    store.use_model(ModelRecord("fingerprint-1", "a copy", None, DIMENSION, 256))
    model = store.model()
    assert model is not None and model.name == "tests/word-count"
    assert store.info().entries == 0


def test_pages_filter_sort_and_count(store: Store) -> None:
    add(
        store,
        Content("banana price", category="Fruit", key="f-1"),
        Content("Apple price", category="Fruit", status=Status.DRAFT, key="f-2"),
        Content("cancel plan", category="Plans", phrasings=("stop the plan",)),
    )

    def questions(where: EntryFilter, **how: object) -> list[str]:
        return [e.content.question for e in store.page(where, **how).entries]  # type: ignore[arg-type]

    assert questions(EntryFilter(), sort="question") == [
        "Apple price",
        "banana price",
        "cancel plan",
    ]
    assert questions(EntryFilter(), sort="id", descending=True)[0] == "cancel plan"
    assert questions(EntryFilter(category="Fruit", status=Status.DRAFT)) == ["Apple price"]
    assert questions(EntryFilter(text="STO pla")) == ["cancel plan"]
    assert questions(EntryFilter(text="price banana")) == ["banana price"]
    assert questions(EntryFilter(text="???")) == []
    assert questions(EntryFilter(key_prefix="f-")) == ["banana price", "Apple price"]
    assert questions(EntryFilter(), sort="id", offset=1, limit=1) == ["Apple price"]
    assert store.page(EntryFilter(), offset=1, limit=1).total == 3
    assert store.categories() == [("Fruit", 2), ("Plans", 1)]


def test_pages_show_whose_entries_are_of_which_tag_and_changed_lately(store: Store) -> None:
    mine, owned, _, changed = add(
        store,
        Content("lost", tags=("a", "b")),
        Content("new", owner="bo", tags=("b",)),
        Content("plan", tags=("c", "a b")),
        Content("price", status=Status.DRAFT),
    )
    edited = Content("price", tags=("a",), status=Status.DRAFT)
    after = store.edit(changed.id, 1, edited, embeddings(edited), "bo")

    def ids(where: EntryFilter) -> list[int]:
        page = store.page(where)
        assert page.total == len(page.entries)
        return [entry.id for entry in page.entries]

    assert ids(EntryFilter(actor="bo")) == [owned.id, after.id]
    assert ids(EntryFilter(actor="b")) == []
    assert ids(EntryFilter(tag="a")) == [mine.id, after.id]
    assert ids(EntryFilter(tag="a", actor="bo", status=Status.DRAFT)) == [after.id]
    assert ids(EntryFilter(updated_since=after.updated_at)) == [after.id]
    elsewhere = after.updated_at.astimezone(timezone(timedelta(hours=9)))
    assert ids(EntryFilter(updated_since=elsewhere)) == [after.id]
    assert ids(EntryFilter(updated_since=after.updated_at + timedelta(microseconds=1))) == []
    assert store.tags() == [("a", 2), ("a b", 1), ("b", 2), ("c", 1)]
    store.remove([mine.id], "bo")
    assert store.tags() == [("a", 1), ("a b", 1), ("b", 1), ("c", 1)]
    assert ids(EntryFilter(tag="a")) == [after.id]
    assert ids(EntryFilter(tag="a", deleted=True)) == [mine.id]


@pytest.mark.parametrize(
    "text", ["C++", "it's", "NOT", '"', "*", "card AND", "(", "col:card", "{a}"]
)
def test_keyword_search_takes_any_text(store: Store, text: str) -> None:
    [entry] = add(store, Content("a card for C programmers, it was not lost"))
    assert {h.entry_id for h in store.keyword(text, 5)} <= {entry.id}


def test_keyword_search_ranks_and_filters(store: Store) -> None:
    both, one, _, draft = add(
        store,
        Content("lost card", category="Cards"),
        Content("card of a very long kind with many other words in it", category="Cards"),
        Content("price"),
        Content("lost card", status=Status.DRAFT),
    )
    assert [h.entry_id for h in store.keyword("lost card", 5)] == [both.id, one.id]
    assert [h.entry_id for h in store.keyword("lost card", 1)] == [both.id]
    assert store.keyword("card", 5, SearchFilter(category="Money")) == []
    unpublished = store.keyword("lost", 5, SearchFilter(unpublished=True))
    assert {h.entry_id for h in unpublished} == {both.id, draft.id}
    assert store.keyword("...", 5) == []


def test_every_change_is_a_revision_and_in_the_feed(store: Store) -> None:
    [entry] = add(store, Content("lost"))
    token = store.changes_since(0).token
    changed = Content("lost", answer="found")
    store.edit(entry.id, 1, changed, embeddings(changed), "bo")
    store.remove([entry.id], "cy")
    store.restore([entry.id], "di")
    told = [(r.version, r.action, r.actor) for r in store.revisions(entry.id)]
    assert told == [(4, "restore", "di"), (3, "remove", "cy"), (2, "edit", "bo"), (1, "add", "ada")]
    assert [r.content.answer for r in store.revisions(entry.id)][-1] == ""
    assert store.changes_since(token).entry_ids == (entry.id,)
    assert store.changes_since(store.changes_since(0).token).entry_ids == ()


def test_tests_come_and_go_with_their_entry_and_are_not_searched(store: Store) -> None:
    lost = Content("lost", must_find=("gone card", "where"), must_not_find=("lost login",))
    draft = Content("price", status=Status.DRAFT, must_find=("cost",))
    plain, entry, _ = add(store, Content("plan"), lost, draft)
    assert store.entry_tests() == [
        EntryTest(entry.id, "gone card"),
        EntryTest(entry.id, "where"),
        EntryTest(entry.id, "lost login", must_find=False),
    ]
    assert store.keyword("where login", 5) == []
    assert store.page(EntryFilter(text="gone")).total == 0
    assert [len(o.entry_ids) for o in store.occurrences(["gone"])[0]] == [0]
    changed = replace(lost, must_find=("where",), must_not_find=())
    edited = store.edit(entry.id, 1, changed, Embeddings("fingerprint-1", {}), "bo")
    assert (edited.version, edited.content) == (2, changed)
    assert [r.content for r in store.revisions(entry.id)] == [changed, lost]
    store.remove([entry.id], "bo")
    assert store.entry_tests() == []
    store.restore([entry.id], "bo")
    assert store.entry_tests() == [EntryTest(entry.id, "where")]
    assert store.get([plain.id])[0].content == Content("plan")


def test_words_are_counted_as_they_would_be_found(store: Store) -> None:
    content = Content(
        "Lost card",
        "A card, a plan.",
        category="Cards",
        tags=("lost",),
        phrasings=("card lost",),
        must_find=("price",),
    )
    counts = store.word_counts(content)
    [entry] = add(store, content)
    assert counts == {"lost": 3, "card": 3, "a": 2, "plan": 1, "cards": 1}
    for word in store.occurrences(["lost card a plan cards price"])[0]:
        assert dict(zip(word.entry_ids.tolist(), word.counts.tolist(), strict=True)) == (
            {entry.id: counts[word.word]} if word.word in counts else {}
        )


def logged(text: str) -> LoggedQuery:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    return LoggedQuery(text, "cosine", True, 1, 0.75, 0.006, 0.004, 0.010, at)


def test_the_log_is_no_change_and_keeps_thumbs(store: Store) -> None:
    token = store.changes_since(0).token
    first, second = store.log_query(logged("one")), store.log_query(logged("two"))
    store.rate_query(first, -1)
    recent = store.recent_queries(5)
    assert [(q.id, q.text, q.thumb) for q in recent] == [(second, "two", None), (first, "one", -1)]
    assert recent[0].at == logged("two").at
    assert [q.id for q in store.recent_queries(1)] == [second]
    assert store.changes_since(0).token == token


def test_the_log_can_be_narrowed_counted_and_deleted(store: Store) -> None:
    base = logged("")
    for number in range(6):
        at = base.at + timedelta(days=number)
        answered = number % 2 == 0
        store.log_query(replace(base, text=f"{number}", answered=answered, at=at, actor="bo"))
    store.rate_query(2, -1)

    def told(where: QueryFilter) -> list[str]:
        found = store.recent_queries(10, where)
        assert store.count_queries(where) == len(found)
        return [query.text for query in found]

    assert store.recent_queries(1)[0].actor == "bo"
    assert told(QueryFilter(answered=False)) == ["5", "3", "1"]
    assert told(QueryFilter(answered=True, before=5)) == ["2", "0"]
    assert told(QueryFilter(thumb=-1)) == ["1"]
    assert told(QueryFilter(thumb=1)) == []
    early = QueryFilter(until=base.at + timedelta(days=2))
    assert told(early) == ["1", "0"]
    assert store.delete_queries(early) == 2
    store.rate_query(1, 1)  # which is gone
    assert told(QueryFilter()) == ["5", "4", "3", "2"]
    assert (store.delete_queries(), told(QueryFilter())) == (4, [])
    assert store.log_query(base) == 7


def test_the_logs_token_changes_with_the_log_alone(store: Store) -> None:
    def after(change: Callable[[], object]) -> bool:
        before = store.query_log_token()
        change()
        return store.query_log_token() != before

    assert after(lambda: store.log_query(logged("one")))
    assert after(lambda: store.log_query(logged("two")))
    assert after(lambda: store.rate_query(1, 1))
    assert after(lambda: store.rate_query(1, -1))
    assert after(lambda: store.rate_query(1, None))
    assert not after(lambda: store.set_setting("a", "b"))
    assert not after(lambda: add(store, Content("lost card")))
    assert after(lambda: store.delete_queries(QueryFilter(before=2)))
    assert after(store.delete_queries)


def test_what_was_dismissed_stays_so_until_it_is_taken_back(store: Store) -> None:
    token = store.changes_since(0).token
    store.dismiss(["stale:1", "stale:2"], "ada")
    store.dismiss(["stale:2"], "bo")
    assert store.dismissed() == {"stale:1", "stale:2"}
    store.undismiss(["stale:2", "stale:3"])
    assert store.dismissed() == {"stale:1"}
    assert store.changes_since(0).token == token


def test_a_suggestion_waits_until_it_is_answered(store: Store) -> None:
    lost, price = add(store, Content("lost card", phrasings=("card gone",)), Content("price"))
    token = store.changes_since(0).token
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    suggested = SuggestedPhrasing("Where is my card?", lost.id, at, "bo")
    first = store.suggest(suggested)
    assert store.suggest(replace(suggested, text="where  is MY card?", actor="cy")) == first
    second = store.suggest(replace(suggested, entry_id=price.id, actor=""))
    assert store.suggestions(9) == [
        replace(suggested, id=first),
        replace(suggested, id=second, entry_id=price.id, actor=""),
    ]
    assert [one.id for one in store.suggestions(1)] == [first]
    with pytest.raises(UnknownEntry):
        store.suggest(replace(suggested, entry_id=99))
    assert store.changes_since(0).token == token
    store.delete_suggestions([first, 99])
    assert [one.id for one in store.suggestions(9)] == [second]
    assert store.suggest(suggested) > second
    assert store.check() == []


def test_a_suggestion_is_no_work_while_its_entry_is_in_the_bin_or_has_it(store: Store) -> None:
    [entry] = add(store, Content("lost card", phrasings=("card gone",)))
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    for text in ("Lost  CARD", "card gone", "lost"):
        store.suggest(SuggestedPhrasing(text, entry.id, at))

    def waiting() -> list[str]:
        return [one.text for one in store.suggestions(9)]

    assert waiting() == ["lost"]
    store.remove([entry.id], "ada")
    assert waiting() == []
    store.restore([entry.id], "ada")
    assert waiting() == ["lost"]
    taken = Content("lost card", phrasings=("lost",))
    store.edit(entry.id, 3, taken, embeddings(taken), "ada")
    assert waiting() == ["card gone"]


def test_entries_past_their_review_are_listed_by_that_date(store: Store) -> None:
    today = date(2026, 11, 22)

    def by(text: str, days: int, status: Status = Status.PUBLISHED) -> Content:
        return Content(text, review_by=today + timedelta(days=days), status=status)

    contents = [by("card", -1), by("lost", -9, Status.DRAFT), by("new", 0), by("plan", 5)]
    add(store, *contents, by("price", -5, Status.ARCHIVED), Content("refund"))
    page = store.page(EntryFilter(due=today), sort="review_by")
    assert ([entry.content.question for entry in page.entries], page.total) == (["lost", "card"], 2)


def test_a_list_can_begin_behind_an_id(store: Store) -> None:
    first, second, third = add(store, *map(Content, ("lost card", "card", "lost")))
    assert store.page(EntryFilter(after=first.id), limit=1).entries == (second,)
    assert store.page(EntryFilter(text="lost", after=first.id)).entries == (third,)
    assert store.page(EntryFilter(after=third.id)).total == 0


def test_a_merge_happens_in_one_and_frees_the_key(store: Store) -> None:
    kept, other = add(store, Content("lost card"), Content("card lost", key="card"))
    content = Content("lost card", key="card", phrasings=("card lost",))
    edit = Edit(kept.id, 1, content)
    with pytest.raises(StaleEdit):
        store.merge(edit, other.id, 2, embeddings(content), "ada")
    with pytest.raises(StaleEdit):
        store.merge(replace(edit, version=2), other.id, 1, embeddings(content), "ada")
    with pytest.raises(UnknownEntry):
        store.merge(edit, 99, 1, embeddings(content), "ada")
    assert store.get([kept.id, other.id]) == [kept, other]
    merged = store.merge(edit, other.id, 1, embeddings(content), "bo")
    assert (merged.content, merged.version) == (content, 2)
    assert found(store, "card lost") == [kept.id]
    [gone] = store.get([other.id])
    assert gone.deleted
    assert [r.action for r in store.revisions(other.id)] == ["remove", "add"]
    assert store.check() == []


def test_settings_are_kept(store: Store) -> None:
    assert store.setting("actor") is None
    store.set_setting("actor", "ada")
    store.set_setting("actor", "bo")
    assert store.setting("actor") == "bo"


MINUTE = timedelta(minutes=1)


def test_a_job_runs_once_and_tells_its_progress(store: Store) -> None:
    job = store.start_job("import", owner="p1", actor="ada", total=None, silent_after=MINUTE)
    assert store.beat_job(job.id, owner="p1", done=3, total=9)
    with pytest.raises(JobRunning) as refusal:
        store.start_job("import", owner="p2", actor="bo", total=None, silent_after=MINUTE)
    assert (refusal.value.job.done, refusal.value.job.total) == (3, 9)
    store.start_job("check", owner="p2", actor="bo", total=None, silent_after=MINUTE)
    store.finish_job(job.id, owner="p1", state="done", result="9 rows")
    ended = store.job("import")
    assert ended is not None and (ended.state, ended.result) == ("done", "9 rows")
    store.start_job("import", owner="p2", actor="bo", total=None, silent_after=MINUTE)


def test_a_cancelled_job_learns_of_it(store: Store) -> None:
    job = store.start_job("import", owner="p1", actor="ada", total=5, silent_after=MINUTE)
    store.cancel_job(job.id)
    assert not store.beat_job(job.id, owner="p1", done=1, total=5)


def test_a_dead_job_is_taken_over_and_its_owner_has_no_say_any_more(store: Store) -> None:
    dead = store.start_job("import", owner="p1", actor="ada", total=5, silent_after=MINUTE)
    alive = store.start_job("import", owner="p2", actor="bo", total=5, silent_after=timedelta(0))
    assert not store.beat_job(dead.id, owner="p1", done=2, total=5)
    store.finish_job(dead.id, owner="p1", state="done", result="")
    standing = store.job("import")
    assert standing is not None and (standing.id, standing.state) == (alive.id, "running")
    assert standing.owner == "p2"


def test_question_vectors_come_by_id(store: Store) -> None:
    one, gone, two = add(store, Content("lost"), Content("plan"), Content("card", phrasings=("x",)))
    store.remove([gone.id], "ada")
    rows = list(store.question_vectors())
    assert [row for row, _ in rows] == [one.id, two.id]
    np.testing.assert_allclose(rows[1][1], vector("card"))


def test_entries_come_with_their_vectors_as_they_stood_when_the_first_was_asked_for(
    store: Store,
) -> None:
    one, gone, two = add(store, FULL, Content("plan"), Content("card", phrasings=("x",)))
    store.remove([gone.id], "ada")
    rows = store.embedded_entries(fingerprint=MODEL.fingerprint)
    entry, first = next(rows)
    assert entry == one
    np.testing.assert_allclose(first, vector(FULL.question))
    changed = Content("lost login")
    store.edit(two.id, two.version, changed, embeddings(changed), "ada")
    add(store, Content("new"))
    [(entry, second)] = rows
    assert entry == two
    np.testing.assert_allclose(second, vector("card"))
    after = [entry.content for entry, _ in store.embedded_entries(fingerprint=MODEL.fingerprint)]
    assert after == [FULL, changed, Content("new")]


def test_entries_never_come_with_another_models_vectors(store: Store) -> None:
    with pytest.raises(ModelMismatch):
        next(store.embedded_entries(fingerprint="none"))
    add(store, Content("lost card"))
    store.begin_set(OTHER)
    fill_other(store)
    with pytest.raises(ModelMismatch):
        next(store.embedded_entries(fingerprint=OTHER.fingerprint))
    store.switch_set(OTHER.fingerprint)
    [(_, row)] = store.embedded_entries(fingerprint=OTHER.fingerprint)
    assert row.tolist() == SOMEWHERE.tolist()


def test_info_counts_what_is_outside_the_bin(store: Store) -> None:
    entries = add(store, Content("lost", phrasings=("gone",)), Content("card"))
    store.remove([entries[1].id], "ada")
    info = store.info()
    assert (info.entries, info.phrasings) == (1, 2)
    assert info.schema_version >= 1


OTHER = ModelRecord("fingerprint-2", "tests/other", None, 3, 16)


SOMEWHERE = np.eye(3, dtype=np.float32)[0]


def fill_other(store: Store) -> None:
    """Give every phrasing that lacks one a vector of the other model: the same for all."""
    lacking = store.texts("phrasing", 100, lacking=OTHER.fingerprint)
    store.fill(OTHER.fingerprint, "phrasing", lacking, np.stack([SOMEWHERE] * len(lacking)))


def sets(store: Store) -> list[tuple[str, bool, int, int]]:
    return [(s.model.name, s.active, s.vectors, s.lacking) for s in store.vector_sets()]


def test_phrasings_come_part_by_part(store: Store) -> None:
    _, two = add(store, Content("lost card", phrasings=("card lost",)), Content("price"))
    store.remove([two.id], "ada")
    everything = store.texts("phrasing", 10)
    assert [text for _, text in everything] == ["lost card", "card lost", "price"]
    [first] = store.texts("phrasing", 1)
    assert [first, *store.texts("phrasing", 10, after=first[0])] == everything


def test_a_set_of_another_model_grows_beside_the_one_in_use(store: Store) -> None:
    [lost, price] = add(store, Content("lost card"), Content("price"))
    store.begin_set(OTHER)
    store.begin_set(OTHER)
    assert sets(store) == [("tests/word-count", True, 2, 0), ("tests/other", False, 0, 2)]
    first, second = store.texts("phrasing", 10)
    store.fill(OTHER.fingerprint, "phrasing", [first], np.eye(3, dtype=np.float32)[1:2])
    assert store.texts("phrasing", 10, lacking=OTHER.fingerprint) == [second]
    with pytest.raises(SetIncomplete):
        store.switch_set(OTHER.fingerprint)
    assert found(store, "price", 1) == [price.id]
    store.fill(OTHER.fingerprint, "phrasing", [second], np.eye(3, dtype=np.float32)[2:])
    query = np.eye(3, dtype=np.float32)[1]
    near = store.nearest(query, 1, fingerprint=OTHER.fingerprint)
    assert [n.entry_id for n in near] == [lost.id]  # before the switch, for a look ahead
    store.switch_set(OTHER.fingerprint)
    assert store.model() == OTHER
    assert sets(store) == [("tests/other", True, 2, 0), ("tests/word-count", False, 2, 0)]
    assert [row.tolist() for _, row in store.question_vectors()] == [[0, 1, 0], [0, 0, 1]]
    store.switch_set(MODEL.fingerprint)
    assert found(store, "price", 1) == [price.id]
    assert store.check() == []


def test_what_changes_meanwhile_is_lacking_or_gone_in_the_other_set(store: Store) -> None:
    [entry, other] = add(store, Content("lost card", phrasings=("new card",)), Content("price"))
    store.begin_set(OTHER)
    fill_other(store)
    content = Content("lost card", phrasings=("refund",), category="Money")
    store.edit(entry.id, entry.version, content, embeddings(content), "ada")
    [new] = add(store, Content("new"))
    store.remove([other.id], "ada")
    lacking = store.texts("phrasing", 10, lacking=OTHER.fingerprint)
    assert [text for _, text in lacking] == ["refund", "new"]
    assert sets(store)[1] == ("tests/other", False, 2, 2)
    with pytest.raises(SetIncomplete):
        store.switch_set(OTHER.fingerprint)
    fill_other(store)
    store.switch_set(OTHER.fingerprint)
    query = np.eye(3, dtype=np.float32)[0]
    near = store.nearest(query, 9, fingerprint=OTHER.fingerprint)
    assert [n.entry_id for n in near] == [entry.id, new.id]
    filed = store.nearest(query, 9, SearchFilter("Money"), fingerprint=OTHER.fingerprint)
    assert [n.entry_id for n in filed] == [entry.id]
    assert store.check() == []


def test_filling_again_replaces_and_passes_over_what_is_gone(store: Store) -> None:
    [entry] = add(store, Content("lost card"))
    [standing] = store.texts("phrasing", 1)
    texts = [standing, (999, "lost card"), (standing[0], "what it said before")]
    vectors = np.stack([vector("price"), vector("new"), vector("new")])
    store.fill(MODEL.fingerprint, "phrasing", texts, vectors)
    assert found(store, "price") == [entry.id]
    near = store.nearest(vector("price"), 1, fingerprint=MODEL.fingerprint)
    assert near[0].cosine == pytest.approx(1)
    assert sets(store) == [("tests/word-count", True, 1, 0)]


def test_vectors_of_another_model_are_refused_even_of_equal_dimension(store: Store) -> None:
    add(store, Content("lost card"))
    alike = ModelRecord("fingerprint-3", "tests/alike", None, DIMENSION, 256)
    with pytest.raises(ModelMismatch):
        store.nearest(vector("lost"), 1, fingerprint=alike.fingerprint)
    with pytest.raises(ModelMismatch):
        store.nearest_many(vector("lost")[None], 1, fingerprint=alike.fingerprint)
    texts, vectors = [(1, "lost card")], vector("lost")[None]
    with pytest.raises(ModelMismatch):
        store.fill(alike.fingerprint, "phrasing", texts, vectors)
    with pytest.raises(ModelMismatch):
        store.switch_set(alike.fingerprint)
    store.begin_set(alike)
    content = Content("price")
    with pytest.raises(ModelMismatch):  # it is not the one in use
        store.add([content], embeddings(content, fingerprint="fingerprint-3"), "ada")
    with pytest.raises(InvalidVector):
        store.fill(alike.fingerprint, "phrasing", texts, SOMEWHERE[None])


def test_a_set_goes_when_it_is_let_go(store: Store) -> None:
    add(store, Content("lost card"))
    store.begin_set(OTHER)
    fill_other(store)
    store.drop_set(OTHER.fingerprint)
    store.drop_set(OTHER.fingerprint)
    assert [s.model for s in store.vector_sets()] == [MODEL]
    with pytest.raises(ModelMismatch):
        store.drop_set(MODEL.fingerprint)
    store.begin_set(OTHER)
    assert sets(store)[1] == ("tests/other", False, 0, 1)
    assert store.check() == []


def test_reports_come_back_newest_first_by_kind(store: Store) -> None:
    first = store.keep_report("speed", "{}", "ada")
    store.keep_report("quality", "[]", "ada")
    second = store.keep_report("speed", '{"n": 1}', "bo")
    assert store.reports("speed", 10) == [second, first]
    assert store.reports("speed", 1) == [second]
    assert store.reports("other", 1) == []
    assert isinstance(first, Report) and first.at.tzinfo is not None
    assert (second.kind, second.actor, second.content) == ("speed", "bo", '{"n": 1}')


# Health


def test_a_sound_collection_has_nothing_to_repair(store: Store) -> None:
    content = Content("lost card", "new card", phrasings=("card gone",))
    [entry] = store.add([content], embeddings(content), "ada")
    assert (store.check(), store.damage(), store.repair()) == ([], [], [])
    assert store.get([entry.id]) == [entry]
    assert store.read_only == ""


@pytest.mark.parametrize("too_large", [1 << 63, -(1 << 63), 10**30, (1 << 63) - 1])
def test_an_id_that_no_entry_can_have_is_unknown(store: Store, too_large: int) -> None:
    content = Content("lost card")
    [entry] = store.add([content], embeddings(content), "ada")
    assert store.get([too_large, entry.id, -too_large]) == [entry]
    assert store.remove([too_large], "ada") == []
    assert store.restore([too_large], "ada") == []
    assert store.revisions(too_large) == []
    with pytest.raises(UnknownEntry):
        store.edit(too_large, 1, content, embeddings(content), "ada")


# Imports

LOST, PRICE = Content("lost card"), Content("price")


def test_a_mark_says_how_far_a_file_is_in(store: Store) -> None:
    assert store.imported_rows("a file") == 0
    store.add([LOST], embeddings(LOST), "ada", ImportMark("a file", 3))
    assert store.imported_rows("a file") == 3
    assert store.imported_rows("another") == 0
    [price] = store.add([PRICE], embeddings(PRICE), "ada", ImportMark("a file", 7))
    assert store.imported_rows("a file") == 7
    store.remove([price.id], "ada")
    assert store.imported_rows("a file") == 0  # what it added is gone: it begins anew
    store.restore([price.id], "ada")
    assert store.imported_rows("a file") == 7
    store.forget_import("a file")
    assert store.imported_rows("a file") == 0


def test_a_mark_is_kept_with_its_rows_or_not_at_all(store: Store) -> None:
    keyed = replace(LOST, key="a")
    add(store, keyed)
    with pytest.raises(KeyTaken):
        store.add([PRICE, keyed], embeddings(PRICE, keyed), "ada", ImportMark("a file", 2))
    assert store.imported_rows("a file") == 0


def alike(store: Store, *entry_ids: int, least: float = 0.85) -> list[tuple[int, int, float]]:
    found = store.older_alike(entry_ids, least, fingerprint=MODEL.fingerprint)
    return [(one.entry_id, one.older_id, one.cosine) for one in found]


def test_entries_that_are_very_near_to_older_ones_are_found(store: Store) -> None:
    contents = [
        Content("lost card"),
        Content("price plan", phrasings=("cancel refund",)),
        Content("card lost"),
        Content("refund cancel"),
        Content("new login", status=Status.DRAFT),
        Content("lost card card"),
        Content("login new"),
    ]
    ids = [entry.id for entry in add(store, *contents)]
    assert alike(store, *ids) == [
        (ids[2], ids[0], 1.0),
        (ids[3], ids[1], 1.0),  # by another way of asking
        (ids[5], ids[0], pytest.approx(0.948683)),  # as near as the third: the older one counts
        (ids[6], ids[4], 1.0),  # a draft is one, too
    ]
    assert alike(store, ids[5], least=0.95) == []
    assert alike(store, ids[0], ids[1]) == []
    store.remove([ids[0]], "ada")
    assert alike(store, *ids) == [
        (ids[3], ids[1], 1.0),
        (ids[5], ids[2], pytest.approx(0.948683)),
        (ids[6], ids[4], 1.0),
    ]


def test_more_entries_than_are_compared_at_once_find_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, many in (("ASKED_AT_ONCE", 5), ("HELD_AT_ONCE", 4), ("COMPARED_AT_ONCE", 3)):
        monkeypatch.setattr(sqlite_alike, name, many)
    contents = [Content("lost card"), *(Content(f"price plan {n}") for n in range(20))]
    ids = [entry.id for entry in add(store, *contents, Content("card lost"))]
    # Numbers are "other" words, so all plans are the same.
    plans = [(entry_id, ids[1], 1.0) for entry_id in ids[2:-1]]
    assert alike(store, *ids) == [*plans, (ids[-1], ids[0], 1.0)]
