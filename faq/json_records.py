"""Frozen dataclasses as JSON and back: how reports, settings and results of jobs are kept."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

T = TypeVar("T")


def to_json(record: Any) -> str:
    """Return a dataclass as JSON; `from_json` reads it."""
    return json.dumps(asdict(record), ensure_ascii=False, default=datetime.isoformat)


def from_json(kind: type[T], text: str) -> T:
    """Read a dataclass of this kind, as this or another version of Askwell wrote it: a missing
    field has its default, as has one that is null but cannot be None; an unknown one is ignored.

    Fields are numbers, texts, truth values, literals, datetimes, other such dataclasses, tuples,
    lists and mappings of these, and any of these or None. Raises `ValueError` where the text is
    something else.
    """
    try:
        record: T = _read(kind, json.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"This is not a {kind.__name__}: {error}") from error
    return record


def _read(kind: Any, value: Any) -> Any:
    if kind is float and type(value) in (float, int) and math.isfinite(value):
        return float(value)
    if type(value) is kind and kind is not float:
        return value
    if is_dataclass(kind) and isinstance(kind, type):
        known = _field_types(kind)
        found = {
            name: _read(known[name], one)
            for name, one in value.items()
            if name in known and (one is not None or NoneType in get_args(known[name]))
        }
        return kind(**found)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal and value in parts:
        return value
    if origin is UnionType:  # something or None
        return None if value is None else _read(parts[0], value)
    if origin in (tuple, list) and isinstance(value, list):
        each = parts if origin is tuple and parts[-1] is not ... else parts[:1] * len(value)
        return origin(_read(part, one) for part, one in zip(each, value, strict=True))
    if origin is Mapping:
        return {name: _read(parts[1], one) for name, one in value.items()}
    if kind is datetime:
        return datetime.fromisoformat(value)
    raise TypeError(f"{value!r:.60} is not {kind}")


@cache
def _field_types(kind: Any) -> dict[str, Any]:
    return {one.name: one.type for one in fields(kind)}
