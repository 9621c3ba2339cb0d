"""The fields of an entry's form."""

from dataclasses import MISSING, fields
from datetime import date
from typing import Any

import pytest
import streamlit as st

from store import Content, Status
from ui.entry import form

FULL = Content(
    "lost card",
    "Call us.",
    key="card",
    category="Cards",
    tags=("a", "b"),
    phrasings=("card gone", "no card"),
    status=Status.DRAFT,
    owner="ada",
    source="Manual",
    review_by=date(2027, 1, 31),
    must_find=("card",),
    must_not_find=("plan", "price"),
)


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def test_every_field_of_an_entry_is_tried() -> None:
    for field in fields(Content):
        assert field.default is MISSING or getattr(FULL, field.name) != field.default


@pytest.mark.parametrize("content", [FULL, Content("lost card")])
def test_what_is_put_into_the_form_comes_out_of_it(content: Content) -> None:
    form.fill(content)
    assert form.written(Content("another")) == content


def test_fields_that_were_not_drawn_stay_as_they_were(session: dict[str, Any]) -> None:
    assert form.written(FULL) == FULL
    session["entry_field_answer"] = "Write."
    session["entry_field_phrasings"] = "card gone\n\n new card "
    session["entry_field_category"] = None
    assert form.written(FULL).answer == "Write."
    assert form.written(FULL).phrasings == ("card gone", "new card")
    assert form.written(FULL).category == ""
    assert form.written(FULL).must_not_find == FULL.must_not_find
