"""Records as JSON: any one comes back as it was, and nothing else is taken for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.json_records import from_json, to_json


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    name: str = "origin"
    colour: Literal["red", "green"] = "red"


@dataclass(frozen=True, slots=True)
class Record:
    points: tuple[Point, ...]
    pair: tuple[float, str]
    by_name: Mapping[str, Point]
    count: int
    good: bool
    share: float | None
    nearest: Point | None
    at: datetime
    counts: list[int] = field(default_factory=list)
    note: str = field(default="none")


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.builds(Point, FLOATS, st.text(max_size=3), st.sampled_from(["red", "green"]))
RECORDS = st.builds(
    Record,
    st.lists(POINTS, max_size=3).map(tuple),
    st.tuples(FLOATS, st.text(max_size=3)),
    st.dictionaries(st.text(max_size=3), POINTS, max_size=3),
    counts=st.lists(st.integers(), max_size=3),
    share=st.none() | FLOATS,
    nearest=st.none() | POINTS,
    at=st.datetimes(timezones=st.just(UTC)),
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert from_json(Record, to_json(record)) == record


def test_other_versions_have_other_fields() -> None:
    assert from_json(Point, '{"x": 1, "weight": 2}') == Point(1.0, "origin")
    assert from_json(Point, '{"x": 1, "name": null}') == Point(1.0, "origin")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"x": null}',
        '{"x": true}',
        '{"x": "1"}',
        '{"x": NaN}',
        '{"x": 1e999}',
        '{"x": 1' + 400 * "0" + "}",
        '{"x": 1, "name": 2}',
        '{"x": 1, "colour": "blue"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_such_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a Point"):
        from_json(Point, text)


@pytest.mark.parametrize(
    "field",
    [
        '"points": {}',
        '"pair": [1]',
        '"by_name": []',
        '"at": "yesterday"',
        '"at": 1',
        '"colour": "blue"',
    ],
)
def test_what_is_nested_is_looked_at_too(field: str) -> None:
    with pytest.raises(ValueError, match="not a Record"):
        from_json(Record, "{" + field + "}")
