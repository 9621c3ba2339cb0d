"""The house's rules, read from its imports: which part may import which."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]

# Imports run one way: what stands here may be imported from the part that it stands behind.
BELOW = {
    "streamlit_app": {"pages", "ui", "faq", "embedding", "store", "errors"},
    "asgi": {"ui"},
    "pages": {"pages", "ui", "faq", "embedding", "store", "errors"},
    "ui": {"ui", "faq", "embedding", "store", "errors"},
    "faq": {"faq", "hub", "embedding", "store", "errors"},
    "embedding": {"embedding", "hub", "errors", "fair_lock"},
    "hub": {"hub", "errors"},
    "store": {"store", "errors", "fair_lock"},
    "errors": set(),
    "fair_lock": set(),
    "setup": {"setup"},
    "install": {"setup"},
    "run": {"setup"},
}
OURS = {*BELOW, "tests", "bench"}
SCREENS = {"asgi", "streamlit_app", "pages", "ui"}

# Libraries that one part alone may know.
MODELS = {"torch", "sentence_transformers", "transformers", "tokenizers", "openvino"}
DATABASES = {"apsw", "sqlite_vec", "sqlite3", "psycopg"}
KEPT_TO = {
    "streamlit": SCREENS,
    **{name: {"embedding"} for name in MODELS},
    "sklearn": {"embedding"},
    "huggingface_hub": {"hub"},
    "httpx2": {"embedding", "hub"},
    **{name: {"store"} for name in DATABASES},
}
HEAVY = MODELS | {"pandas", "altair", "numpy", "scipy", "sklearn", "matplotlib", "pyarrow"}
HEAVY_TO_DRAW = {"pandas", "altair"}


def modules() -> Iterator[tuple[PurePosixPath, str]]:
    """Yield path and source of every module that has rules: all but tests and bench."""
    for part in BELOW:
        files = [ROOT / f"{part}.py", *sorted((ROOT / part).rglob("*.py"))]
        for file in filter(Path.is_file, files):
            path = PurePosixPath(file.relative_to(ROOT).as_posix())
            yield path, file.read_text(encoding="utf-8")


def broken_rules(path: PurePosixPath, source: str) -> list[str]:
    """Return what is wrong with a module, a sentence each."""
    part = path.parts[0].removesuffix(".py")
    tree = ast.parse(source)
    everywhere, at_once = set(imported(tree)), set(imported(tree, running=True))
    broken = [
        f"{path} imports {name}, which is not below {part}"
        for name in everywhere & OURS - BELOW[part]
    ]
    broken += [
        f"{path} imports {name}, which is for {', '.join(sorted(KEPT_TO[name]))} alone"
        for name in everywhere & KEPT_TO.keys()
        if part not in KEPT_TO[name]
    ]
    heavy = {"streamlit_app": HEAVY, "pages": HEAVY, "ui": HEAVY_TO_DRAW}.get(part, set())
    broken += [
        f"{path} imports {name} before it is needed: import it inside a function"
        for name in at_once & heavy
    ]
    if found := re.search(r"\bst\.(bar|line|area|scatter|altair)_chart\b", source):
        broken.append(f"{path} calls {found[0]}, which imports altair: use ui.charts")
    if found := re.search(r"\b(TODO|FIXME|XXX)\b", source):
        broken.append(f"{path} holds a {found[0]}: do it, or drop it")
    return sorted(broken)


def imported(node: ast.AST, *, running: bool = False) -> Iterator[str]:
    """Yield the top-level names of what is imported; with `running`, only what is imported as soon
    as the module is: not inside functions, nor for the type checker alone."""
    for child in ast.iter_child_nodes(node):
        if running and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if running and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name.split(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and not child.level:
            yield child.module.split(".")[0]
        elif isinstance(child, ast.Call) and ast.unparse(child.func).endswith(
            ("import_module", "__import__")
        ):
            yield from re.findall(r"^'(\w+)", ast.unparse(child.args[0]) if child.args else "")
        yield from imported(child, running=running)


@pytest.mark.parametrize("part", BELOW)
def test_every_part_keeps_the_rules(part: str) -> None:
    found = [module for module in modules() if module[0].parts[0].removesuffix(".py") == part]
    assert found, f"there is no {part}"
    assert [sentence for path, source in found for sentence in broken_rules(path, source)] == []


def test_no_part_has_been_forgotten() -> None:
    parts = {
        path.relative_to(ROOT).parts[0].removesuffix(".py")
        for path in [*ROOT.glob("*.py"), *ROOT.glob("*/**/*.py")]
        if not re.match(r"\.|data$|docs$", path.relative_to(ROOT).parts[0])
    }
    assert parts <= OURS


@pytest.mark.parametrize(
    ("path", "source", "says"),
    [
        ("faq/a.py", "import ui", "faq/a.py imports ui, which is not below faq"),
        ("faq/a.py", "def f():\n    from pages import ask", "pages, which is not below faq"),
        ("ui/a.py", "from pages.ask import x", "pages, which is not below ui"),
        ("ui/a.py", "import streamlit_app", "streamlit_app, which is not below ui"),
        ("store/a.py", "from embedding import Vector", "embedding, which is not below store"),
        ("embedding/a.py", "import store.records as r", "store, which is not below embedding"),
        ("store/a.py", "from faq import jobs", "faq, which is not below store"),
        ("run.py", "import faq", "run.py imports faq, which is not below run"),
        ("errors.py", "import store", "errors.py imports store, which is not below errors"),
        ("faq/a.py", "from tests import fakes", "tests, which is not below faq"),
        (
            "faq/a.py",
            "import streamlit as st",
            "streamlit, which is for asgi, pages, streamlit_app, ui",
        ),
        ("store/a.py", "import streamlit.web", "streamlit, which is for"),
        ("ui/a.py", "def f():\n    import torch", "torch, which is for embedding alone"),
        ("faq/a.py", "import tokenizers", "tokenizers, which is for embedding alone"),
        ("faq/a.py", "import importlib\nimportlib.import_module('torch.nn')", "torch, which is"),
        ("hub/a.py", "from faq import jobs", "faq, which is not below hub"),
        ("hub/a.py", "from embedding import Model", "embedding, which is not below hub"),
        ("ui/a.py", "import hub", "hub, which is not below ui"),
        ("embedding/a.py", "import huggingface_hub", "huggingface_hub, which is for hub alone"),
        ("faq/a.py", "import httpx2", "httpx2, which is for embedding, hub alone"),
        ("pages/a.py", "import sqlite3", "sqlite3, which is for store alone"),
        ("embedding/a.py", "import apsw", "apsw, which is for store alone"),
        (
            "faq/a.py",
            "if TYPE_CHECKING:\n    import psycopg",
            "psycopg, which is for store alone",
        ),
        ("pages/a.py", "import numpy as np", "numpy before it is needed"),
        ("streamlit_app.py", "try:\n    import pandas\nexcept E: ...", "pandas before it is"),
        ("ui/a.py", "class A:\n    import altair", "altair before it is needed"),
        ("ui/a.py", "st.bar_chart(rows)", "calls st.bar_chart, which imports altair"),
        ("faq/a.py", "# TO" + "DO: later", "holds a TO" + "DO"),
        ("faq/a.py", "# FIX" + "ME", "holds a FIX" + "ME"),
    ],
)
def test_every_rule_can_be_broken(path: str, source: str, says: str) -> None:
    broken = broken_rules(PurePosixPath(path), source)
    assert any(says in sentence for sentence in broken), broken


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pages/a.py", "import streamlit\nfrom ui import context\nfrom store import Entry"),
        ("ui/a.py", "def f():\n    import pandas, altair"),
        ("ui/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import altair"),
        ("embedding/a.py", "import torch\nfrom embedding import Model\nfrom . import tokens"),
        ("store/a.py", "import apsw\nimport numpy\nfrom errors import AskwellError"),
        ("faq/a.py", "import numpy\nimport storefront"),
    ],
)
def test_what_is_allowed_breaks_no_rule(path: str, source: str) -> None:
    assert broken_rules(PurePosixPath(path), source) == []


def loaded_by(name: str) -> list[str]:
    """Return the modules that a new process has loaded once it has imported one."""
    script = f"import sys, {name}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_first_page_waits_for_nothing_that_it_does_not_need() -> None:
    loaded = {name for page in ("ui.app", "ui.ask.question") for name in loaded_by(page)}
    unneeded = {*HEAVY - {"numpy"}, "faq.evaluation", "faq.inbox", "faq.transfer.files"}
    assert {"ui.ask.result", "numpy"} <= loaded
    assert not loaded & unneeded


def test_the_command_line_starts_without_anything_heavy() -> None:
    loaded = {name.split(".")[0] for name in loaded_by("faq.cli")}
    assert {"faq", "store", "embedding"} <= loaded
    assert loaded & (HEAVY | {"streamlit", "huggingface_hub"}) == {"numpy"}
