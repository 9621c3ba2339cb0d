"""People who have signed in, and the rules that say what each of them may do.

A rule gives a role to an address (`ada@example.org`), to a group (`group:faq-editors`) or to a
domain (`@example.org`). Some are in the settings of the installation; the others are kept in the
collection, where admins change them.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from errors import AskwellError
from faq.access import NotAllowed, Role
from faq.json_records import from_json, to_json
from store import ACCESS, ReadableStore, SettingChanged, State, Store

GROUP = "group:"
RULES, ENDED = ACCESS, f"{ACCESS} ended"  # settings without a folder: every run reads those anyway
CHANGES, SEEN = f"{ACCESS} changes", f"{ACCESS} seen"  # folders of settings
NO_ACCESS = "none"
LONGEST = 254  # characters of an address


class InvalidRule(AskwellError):
    """A rule is for nobody that could sign in, or would leave nobody to change it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in. `address` names them in all that is kept: their e-mail address,
    or what the proxy calls them, in small letters. `sign_in` names this sign-in, where it can be
    ended: on every tab of one browser it is the same."""

    address: str
    groups: tuple[str, ...] = ()
    sign_in: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an admin decided, and when. `role` is a role, or `none` for somebody who may not come
    in although their group or domain may."""

    role: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Rules:
    of: Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class _Ended:
    """Sign-ins that were ended, and when they would have ended by themselves."""

    until: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a rule, for the record."""

    who: str
    before: str
    after: str
    by: str


def subject(text: str) -> str:
    """Return for whom a rule is, as it is compared. Raises `InvalidRule`."""
    who = " ".join(text.split())
    if who.startswith(GROUP):
        who = GROUP + who.removeprefix(GROUP).strip()
    else:
        who = who.lower()
    if not re.fullmatch(rf"{GROUP}.+|[^\s@,*]*@[^\s@,*]+|[^\s@,*:]+", who) or len(who) > LONGEST:
        raise InvalidRule(
            f"{text!r} is nobody that could sign in. Expected an address such as ada@example.org, "
            "a domain such as @example.org, or a group such as group:faq-editors."
        )
    return who


def rules_of(state: State) -> dict[str, Rule]:
    """Return the rules that are kept in the collection, by whom they are for."""
    kept = state.settings.get(RULES)
    return dict(from_json(_Rules, kept).of) if kept else {}


def role_of(person: Person, fixed: Mapping[str, Role], state: State | None) -> Role | None:
    """Return what somebody may do; None where no rule is for them.

    A rule for their address comes before those for their groups, of which the strongest counts,
    and those before the rule for their domain. The installation's rules, `fixed`, come before the
    collection's; without `state`, they alone count.
    """
    kept = {who: rule.role for who, rule in (rules_of(state) if state else {}).items()}
    _, at, domain = person.address.rpartition("@")
    for subjects in (
        [person.address],
        [GROUP + group for group in person.groups],
        [at + domain] if at else [],
    ):
        for rules in (fixed, kept):
            found = {str(rules[who]) for who in subjects if who in rules}
            if found:
                return next((role for role in Role if role in found), None)
    return None


def allow(store: Store, by: Person, fixed: Mapping[str, Role], who: str, role: str) -> None:
    """Give a role to an address, group or domain; with an empty `role`, take the rule away. What
    was changed is kept for the record.

    Raises `InvalidRule` where that is nobody, where the installation's settings decide on them, or
    where `by`, who does it, would be no admin any more: so there is always one left.
    """
    who = subject(who)
    if who in fixed:
        raise InvalidRule(f"The settings of this installation decide on {who}. Change them there.")

    def changed(state: State) -> dict[str, str | None]:
        rules, now = rules_of(state), datetime.now(UTC)
        before = rules.pop(who, None)
        if role:
            rules[who] = Rule(Role(role) if role != NO_ACCESS else NO_ACCESS, by.address, now)
        kept = to_json(_Rules(rules))
        after = replace(state, settings={**state.settings, RULES: kept})
        if role_of(by, fixed, after) is not Role.ADMIN:
            raise InvalidRule("You would not be an admin any more. Another admin can do this.")
        change = Change(who, before.role if before else "", role, by.address)
        return {RULES: kept, f"{CHANGES}/{now.isoformat()}": to_json(change)}

    _write(store, RULES, changed)


def _write(store: Store, name: str, changed: Callable[[State], Mapping[str, str | None]]) -> None:
    """Write settings that are made from the one called `name`, from what it is by then: two admins
    may be at it."""
    while True:
        state = store.state()
        with suppress(SettingChanged):
            store.settings.write(changed(state), before={name: state.settings.get(name)})
            return


def changes(store: ReadableStore, newest: int) -> list[tuple[datetime, Change]]:
    """Return the last changes of rules, newest first, and when each was made."""
    kept = store.settings.read(CHANGES, newest)
    read = [(datetime.fromisoformat(at), from_json(Change, text)) for at, text in kept.items()]
    return sorted(read, key=lambda one: one[0], reverse=True)


def last_seen(store: ReadableStore) -> dict[str, datetime]:
    """Return when everybody who was here was here last, to the hour, by address."""
    return {who: datetime.fromisoformat(at) for who, at in store.settings.read(SEEN).items()}


def note_seen(store: Store, person: Person) -> None:
    """Keep that somebody is here."""
    store.settings.write({f"{SEEN}/{person.address}": datetime.now(UTC).isoformat()})


def end_sign_in(store: Store, person: Person, lasts: timedelta) -> None:
    """Refuse this sign-in from now on, whoever shows its cookie; `lasts` is how long a sign-in
    lasts, after which it need not be remembered."""
    now = datetime.now(UTC)

    def changed(state: State) -> dict[str, str | None]:
        kept = state.settings.get(ENDED)
        ended = dict(from_json(_Ended, kept).until) if kept else {}
        ended = {name: until for name, until in ended.items() if until > now}
        return {ENDED: to_json(_Ended({**ended, person.sign_in: now + lasts}))}

    _write(store, ENDED, changed)


def has_ended(state: State, person: Person) -> bool:
    """Return whether somebody signed out of this sign-in."""
    kept = state.settings.get(ENDED)
    return kept is not None and person.sign_in in from_json(_Ended, kept).until


def refuse_stranger(role: Role | None, address: str) -> Role:
    """Return the role of somebody. Raises `NotAllowed` where they have none."""
    if role is None:
        raise NotAllowed(
            f"You are signed in as {address}, and have no access to this collection. Ask whoever "
            "runs it to let you in."
        )
    return role
