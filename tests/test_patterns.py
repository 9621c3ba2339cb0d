"""No regular expression of the project takes a time that grows out of hand with a hostile text."""

import ast
import importlib
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("faq", "store", "ui", "embedding", "hub")
FUNCTIONS = ("sub", "subn", "match", "search", "fullmatch", "findall", "finditer", "split")
ANCHORED = {"match", "fullmatch"}
COMMON = " \n\ta0-\"'`*_[](){}<>#|\\.,:/é字"
LONG, SHORT = 1_500, 150  # characters; a time that grows with their square is let pass
MOST_SECONDS = 1.0  # of one's own time; most patterns take a hundredth

# Cubic, and given no more than so many characters.
SHORTENED = {
    r"\s*([=\-~*#+_])\1+\s*(\w[^\n]*?)\s*\1{2,}\s*": 100,  # `_heading_of_text`
    r"(\*\*|__|\*|`+)(?=\S)([^\n]+?)(?<=\S)\1": 1200,  # `ui.text.excerpt`
}


class Used(NamedTuple):
    """A pattern, and the functions that it is used with."""

    pattern: re.Pattern[Any]
    by: frozenset[str]


def patterns() -> dict[str, Used]:
    """Every pattern that a module keeps, or writes where it uses it, by its place."""
    found: dict[str, Used] = {}
    for path in (file for part in PARTS for file in sorted((ROOT / part).rglob("*.py"))):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        source = path.read_text(encoding="utf-8")
        if name.endswith("__main__"):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and re.fullmatch(r"re\.\w+", ast.unparse(node.func)):
                function, written = ast.unparse(node.func)[3:], node.args[0]
                if function in FUNCTIONS and isinstance(written, ast.Constant):
                    kept = re.compile(written.value, re.DOTALL)
                    found[f"{name}:{node.lineno}"] = Used(kept, frozenset([function]))
        for kept, value in vars(importlib.import_module(name)).items():
            if isinstance(value, re.Pattern):
                by = re.findall(rf"\b{kept}\.({'|'.join(FUNCTIONS)})\(", source)
                found[f"{name}.{kept}"] = Used(value, frozenset(by or ["search"]))
    return found


def hostile(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Long texts of the signs that a pattern names, alone and by turns, with an end that fits
    nothing."""
    written = str(pattern.pattern)
    signs = [sign for sign in COMMON if sign in written or sign in " \na0"]
    for sign in COMMON:
        yield sign * LONG + "\0"
    for one, other in product(signs, repeat=2):
        yield (one + other) * SHORT + "\0"
        yield one * SHORT + other * SHORT + "\0"


def seconds(used: Used, text: str) -> float:
    """Return how long a pattern takes, as it is used; `finditer` stands for all that search."""
    text = text[: SHORTENED.get(str(used.pattern.pattern), len(text))]
    subject = text.encode() if isinstance(used.pattern.pattern, bytes) else text
    before = process_time()
    for function in used.by & ANCHORED:
        getattr(used.pattern, function)(subject)
    if used.by - ANCHORED:
        for _ in used.pattern.finditer(subject):
            pass
    return process_time() - before


def slow(known: dict[str, Used]) -> set[str]:
    return {
        place
        for place, used in known.items()
        if any(seconds(used, text) > MOST_SECONDS for text in hostile(used.pattern))
    }


def test_every_pattern_stays_quick() -> None:
    known = patterns()
    assert len(known) > 100
    assert slow(known) == set()
    unused = SHORTENED.keys() - {str(used.pattern.pattern) for used in known.values()}
    assert not unused


def test_a_slow_pattern_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_patterns.hostile", lambda pattern: ["_" * 400])
    monkeypatch.setattr("tests.test_patterns.MOST_SECONDS", 0.01)
    by = frozenset(["fullmatch"])
    known = {"cubic": Used(re.compile(r"_+\w+\w+-"), by), "linear": Used(re.compile(r"_+-"), by)}
    assert slow(known) == {"cubic"}
