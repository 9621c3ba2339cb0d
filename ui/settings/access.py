"""Access in Settings: who may do what, who was here last, and what was changed about that."""

from datetime import datetime

import streamlit as st

from faq import people
from faq.access import Role
from faq.people import NO_ACCESS, Change
from ui import context, notice
from ui.buttons import button
from ui.context import Context
from ui.text import plain, when

WHO, ROLE = "access_who", "access_role"
# What may be given, and how it is called.
ROLES = {
    Role.READER: "Reader: ask, and read what is published",
    Role.EDITOR: "Editor: also write entries, and the Inbox",
    Role.ADMIN: "Admin: everything",
    NO_ACCESS: "No access, although a group or domain has it",
}
SHOWN = 20  # changes


def show(run: Context) -> None:
    """Show who may do what, to be changed."""
    sign_in = context.settings().sign_in
    if sign_in is None or not run.may_administer:
        return
    st.header("Who may do what", anchor=False)
    rules, seen = people.rules_of(run.collection.state), people.last_seen(run.store)
    rows = [
        (who, str(role), "the settings of this installation") for who, role in sign_in.rules.items()
    ] + [(who, rule.role, f"{rule.by}, {when(rule.at)}") for who, rule in sorted(rules.items())]
    st.table(
        {
            "Who": [plain(who) for who, _, _ in rows],
            "Role": [ROLES[role].partition(":")[0].partition(",")[0] for _, role, _ in rows],
            "Given by": [plain(by) for _, _, by in rows],
            "Last here": [when(seen[who]) if who in seen else "" for who, _, _ in rows],
        },
        border="horizontal",
        alt="Who may do what",
    )
    st.caption(
        "An address counts before a group, and a group before a domain. A change holds from the "
        "next click on."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Address, group or domain",
            key=WHO,
            max_chars=people.LONGEST,
            placeholder="ada@example.org, group:faq-editors or @example.org",
        )
        st.selectbox("Role", list(ROLES), key=ROLE, format_func=ROLES.__getitem__)
        st.button("Give", key="access_give", on_click=_give)
    for who in sorted(rules):
        button(f"Take back the rule for {plain(who)}", f"access_take_{who}", _set, who, "")


def show_seen(run: Context) -> None:
    """Show who was here, and what was changed about access."""
    if not run.may_administer:
        return
    if seen := people.last_seen(run.store):
        st.header("Last here", anchor=False)
        latest = sorted(seen.items(), key=lambda one: one[1], reverse=True)
        st.table(
            {
                "Who": [plain(who) for who, _ in latest],
                "When": [when(at) for _, at in latest],
            },
            border="horizontal",
            width="content",
            alt="Who was here last",
        )
    if changes := people.changes(run.store, SHOWN):
        st.header("Changes", anchor=False)
        st.markdown("\n".join(f"- {_described(at, change)}" for at, change in changes))


def _described(at: datetime, change: Change) -> str:
    before, after = change.before or "no rule", change.after or "no rule"
    return f"{when(at)}: {plain(change.by)} changed {plain(change.who)} from {before} to {after}"


def _give() -> None:
    if st.session_state[WHO].strip():
        _set(st.session_state[WHO], str(st.session_state[ROLE]))


@notice.errors(notice.refuse)
def _set(who: str, role: str) -> None:
    """Give a role; with an empty one, take back the rule."""
    run, sign_in = context.read(), context.settings().sign_in
    assert run.person and sign_in
    people.allow(run.editable.store, run.person, sign_in.rules, who, role)
    st.session_state[WHO] = ""
    notice.give(f"The rule for {who} was {'changed' if role else 'taken back'}.")
