"""Who may do what: which rule counts, who may change one, and what is kept of that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from faq import people
from faq.access import Role
from faq.people import NO_ACCESS, InvalidRule, Person
from store import Store

ADA = Person("ada@example.org")
FIXED = {"ada@example.org": Role.ADMIN}


def role(store: Store, address: str, *groups: str) -> Role | None:
    return people.role_of(Person(address, groups), FIXED, store.state())


def give(store: Store, **roles: str) -> None:
    for who, given in roles.items():
        people.allow(store, ADA, FIXED, who, given)


def test_nobody_has_access_unless_a_rule_says_so(store: Store) -> None:
    assert role(store, "eve@example.org", "faq") is None
    assert role(store, "ada@example.org") is Role.ADMIN


def test_the_most_exact_rule_counts(store: Store) -> None:
    rules = {"@example.org": "reader", "group:faq": "editor", "bo@example.org": "none"}
    give(store, **rules)
    assert role(store, "cy@example.org") is Role.READER
    assert role(store, "cy@example.org", "other", "faq") is Role.EDITOR
    assert role(store, "bo@example.org", "faq") is None
    give(store, **{"group:boss": "admin"})
    assert role(store, "cy@example.org", "faq", "boss") is Role.ADMIN


@pytest.mark.parametrize(
    "address",
    [
        *("eve@example.org.evil.net", "eve@sub.example.org", "eve@notexample.org"),
        *("example.org", "eve@example.org@evil.net", "eve@example.org."),
    ],
)
def test_an_address_that_only_looks_like_one_of_the_domain_is_not(
    store: Store, address: str
) -> None:
    give(store, **{"@example.org": "reader"})
    assert role(store, address) is None


def test_a_rule_that_is_taken_back_is_gone(store: Store) -> None:
    give(store, **{"Bo@Example.org": "editor"})
    assert role(store, "bo@example.org") is Role.EDITOR
    give(store, **{"bo@example.org": ""})
    assert role(store, "bo@example.org") is None
    changes = [change for _, change in people.changes(store, 9)]
    assert [(c.who, c.before, c.after, c.by) for c in changes] == [
        ("bo@example.org", "editor", "", "ada@example.org"),
        ("bo@example.org", "", "editor", "ada@example.org"),
    ]
    assert len(people.changes(store, 1)) == 1


@pytest.mark.parametrize("who", ["", " ", "a b", "*", "@", "a@b@c", "a,b@c.d", "x" * 255, "group:"])
def test_nobody_is_called_so(store: Store, who: str) -> None:
    with pytest.raises(InvalidRule, match="is nobody that could sign in"):
        give(store, **{who: "reader"})
    assert people.rules_of(store.state()) == {}


def test_an_admin_is_always_left(store: Store) -> None:
    bo = Person("bo@example.org", ("faq",))
    give(store, **{"bo@example.org": "admin", "group:faq": "admin"})
    people.allow(store, bo, FIXED, "bo@example.org", "")  # still one by the group
    for who, given in (("group:faq", ""), ("group:faq", "editor"), ("bo@example.org", NO_ACCESS)):
        with pytest.raises(InvalidRule, match="You would not be an admin any more"):
            people.allow(store, bo, FIXED, who, given)
    with pytest.raises(InvalidRule, match="The settings of this installation decide"):
        people.allow(store, bo, FIXED, "ada@example.org", "reader")
    assert role(store, "bo@example.org", "faq") is Role.ADMIN
    assert len(people.changes(store, 9)) == 3


def test_no_rule_is_lost_between_admins_who_change_them_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(give, store, **{f"n{n}@x.org": "reader"}) for n in range(40)]:
            done.result()
    assert len(people.rules_of(store.state())) == len(people.changes(store, 99)) == 40

    bo, cy = Person("bo@x.org"), Person("cy@x.org")
    give(store, **{"bo@x.org": "admin", "cy@x.org": "admin"})

    def take(by: Person, other: Person) -> bool:
        try:
            people.allow(store, by, {}, other.address, "")
        except InvalidRule:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(take, (bo, cy), (cy, bo)))
    assert sorted(taken) == [False, True]


def test_a_sign_in_that_was_ended_stays_so_until_it_would_have_ended(store: Store) -> None:
    here, there = Person("bo@example.org", sign_in="a"), Person("bo@example.org", sign_in="b")
    people.end_sign_in(store, here, timedelta(hours=1))
    people.end_sign_in(store, Person("cy", sign_in="c"), timedelta(0))
    assert people.has_ended(store.state(), here)
    assert not people.has_ended(store.state(), there)
    people.end_sign_in(store, there, timedelta(hours=1))
    assert people.has_ended(store.state(), here)
    assert '"c"' not in store.state().settings[people.ENDED]


def test_who_was_here_is_kept(store: Store) -> None:
    before = datetime.now(UTC)
    people.note_seen(store, ADA)
    assert people.last_seen(store).keys() == {"ada@example.org"}
    assert people.last_seen(store)["ada@example.org"] >= before
