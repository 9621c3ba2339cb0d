"""The log in every store: what was asked, how it was rated, what readers suggest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store import Content, Health, LoggedQuery, QueryFilter, Store, SuggestedPhrasing, UnknownEntry
from tests.store.vectors import add, edit

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUERY = LoggedQuery("", "cosine", True, 1, 0.75, 0.006, 0.004, 0.010, AT, actor="bo")


def log(store: Store, *texts: str) -> list[int]:
    """Log queries, each asked a day after the one before; every second is unanswered."""
    ids = [
        store.log.add(replace(QUERY, text=text, answered=n % 2 == 0, at=AT + timedelta(days=n)))
        for n, text in enumerate(texts)
    ]
    return [id_ for id_ in ids if id_ is not None]


def asked(store: Store, where: QueryFilter | None = None) -> list[str]:
    page = store.log.page(10, where or QueryFilter())
    assert page.total == len(page.queries)
    return [query.text for query in page.queries]


def test_queries_come_back_newest_first_as_they_were_logged(store: Store) -> None:
    token = store.state().changes
    first, second = log(store, "one", "two")
    store.log.rate(first, -1, "a number")
    page = store.log.page(1)
    later = replace(QUERY, id=second, text="two", answered=False, at=AT + timedelta(days=1))
    assert (page.queries, page.total) == ((later,), 2)
    earlier = replace(QUERY, id=first, text="one", thumb=-1, missing="a number")
    assert store.log.page(5).queries == (later, earlier)
    assert store.state().changes == token


def test_the_log_can_be_narrowed_counted_and_deleted(store: Store) -> None:
    log(store, *"012345")
    store.log.rate(2, -1)
    assert asked(store, QueryFilter(answered=False)) == ["5", "3", "1"]
    assert asked(store, QueryFilter(answered=True, before=5)) == ["2", "0"]
    assert asked(store, QueryFilter(thumb=-1)) == ["1"]
    assert asked(store, QueryFilter(thumb=1)) == []
    early = QueryFilter(until=AT + timedelta(days=2))
    assert asked(store, early) == ["1", "0"]
    assert store.log.delete(early) == 2
    store.log.rate(1, 1)  # which is gone
    assert asked(store) == ["5", "4", "3", "2"]
    assert (store.log.delete(), asked(store)) == (4, [])
    assert store.log.add(QUERY) == 7


def test_a_new_query_can_delete_old_ones(store: Store) -> None:
    log(store, *"012345")
    store.log.add(replace(QUERY, text="new"), delete_until=AT + timedelta(days=4))
    assert asked(store) == ["new", "5", "4"]  # itself it stays, though it is as old
    assert store.log.add(None, delete_until=AT + timedelta(days=5)) is None
    assert asked(store) == ["5"]


def test_the_token_changes_with_the_log_alone(store: Store) -> None:
    def changes(change: Callable[[], object]) -> bool:
        before = store.state().log
        change()
        return store.state().log != before

    assert changes(lambda: log(store, "one"))
    assert changes(lambda: log(store, "two"))
    assert changes(lambda: store.log.rate(1, 1))
    assert changes(lambda: store.log.rate(1, -1))
    assert changes(lambda: store.log.rate(1, None))
    assert not changes(lambda: store.settings.write({"a": "b"}))
    assert not changes(lambda: add(store, Content("lost card")))
    assert changes(lambda: store.log.delete(QueryFilter(before=2)))
    assert not changes(lambda: store.log.delete(QueryFilter(before=2)))
    assert changes(store.log.delete)
    assert changes(lambda: log(store, "three"))


def test_a_suggestion_is_open_until_it_is_dismissed(store: Store) -> None:
    lost, price = add(store, Content("lost card", phrasings=("card gone",)), Content("price"))
    token = store.state().changes
    one = SuggestedPhrasing("Where is my card?", lost.id, AT, "bo")
    first = store.log.suggest(one)
    assert store.log.suggest(replace(one, text="where  is MY card?", actor="cy")) == first
    other = replace(one, entry_id=price.id, actor="")
    second = store.log.suggest(other)
    assert store.log.suggestions(9) == [replace(one, id=first), replace(other, id=second)]
    assert store.log.suggestions(1) == [replace(one, id=first)]
    with pytest.raises(UnknownEntry):
        store.log.suggest(replace(one, entry_id=99))
    assert store.state().changes == token
    store.settings.write({f"dismissed/suggestion {first}": "ada"})
    assert store.log.suggest(one) == first
    assert store.log.suggestions(9) == [replace(other, id=second)]
    store.settings.write({f"dismissed/suggestion {first}": None})
    assert store.log.suggestions(1) == [replace(one, id=first)]
    store.entries.set_deleted([lost.id], True, "ada")
    store.entries.purge([lost.id])
    assert store.log.suggestions(9) == [replace(other, id=second)]
    assert store.log.suggest(replace(other, text="cost")) > second
    assert store.upkeep.check() == Health()


def test_a_suggestion_is_not_open_while_its_entry_is_in_the_bin_or_has_it(store: Store) -> None:
    [entry] = add(store, Content("lost card", phrasings=("card gone",)))
    for text in ("Lost  CARD", "card gone", "lost"):
        store.log.suggest(SuggestedPhrasing(text, entry.id, AT))

    def waiting() -> list[str]:
        return [one.text for one in store.log.suggestions(9)]

    assert waiting() == ["lost"]
    store.entries.set_deleted([entry.id], True, "ada")
    assert waiting() == []
    store.entries.set_deleted([entry.id], False, "ada")
    assert waiting() == ["lost"]
    edit(store, entry.id, 3, Content("lost card", phrasings=("lost",)))
    assert waiting() == ["card gone"]
