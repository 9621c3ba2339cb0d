"""What the project's own files promise: exact pins, one test command, no registry by name."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from setup import packages
from setup.environment import APP, DEV, POSTGRES, WEIGHTS

ROOT = Path(__file__).parents[2]
# Written in two halves, or this file would be the first to break its own rule.
REGISTRIES = ["py" + "pi", "python" + "hosted", "npm" + "js", "ana" + "conda", "crates" + ".io"]
NOT_OURS = r"\.git|\.venv|data|__pycache__|\.\w+_cache|\.hypothesis"


def our_files() -> Iterator[Path]:
    """Every text file of the project, without what tools and the app leave behind."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not re.fullmatch(NOT_OURS, name)]
        yield from (Path(folder) / name for name in names)


@pytest.mark.parametrize("name", [APP, WEIGHTS, DEV, POSTGRES])
def test_every_pin_is_exact(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    for line in pins:
        assert re.fullmatch(r"[a-z0-9-]+==\d+(\.\d+)+", line), line


def test_the_notices_name_every_pin() -> None:
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8").lower()
    files = [(ROOT / file).read_text(encoding="utf-8") for file in (APP, WEIGHTS, DEV, POSTGRES)]
    for text in [*files, packages.UV]:
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)$", text, re.MULTILINE):
            assert re.search(rf"\| [^|]*{name}[^|]* \| {re.escape(version)} \|", notices), name


def test_ci_runs_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.read_text(encoding="utf-8").rstrip().endswith("\nexec make test")
    assert os.name == "nt" or os.access(script, os.X_OK)


def test_no_file_names_a_package_registry() -> None:
    pytorch = packages.PYTORCH_CPU_INDEX.split("/")[2]
    named: list[tuple[str, str]] = []
    for path in our_files():
        try:
            text = path.read_text(encoding="utf-8").lower()
        except UnicodeDecodeError:
            continue
        where = path.relative_to(ROOT).as_posix()
        named += [(where, host) for host in [*REGISTRIES, pytorch] if host in text]
    assert named == [("setup/packages.py", pytorch)]
    assert (ROOT / "setup/packages.py").read_text(encoding="utf-8").count(pytorch) == 1


def test_mypy_checks_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = settings["tool"]["mypy"]["packages"]
    folders = {path.relative_to(ROOT).parts[0] for path in our_files() if path.suffix == ".py"}
    assert {name for name in folders if (ROOT / name).is_dir()} - {"tests", "docs"} <= set(packages)


def test_the_address_in_the_configuration_stays_at_home() -> None:
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert settings["server"]["enableXsrfProtection"] and settings["server"]["enableCORS"]
    for mode in ("light", "dark"):
        assert len(settings["theme"][mode]["chartSequentialColors"]) == 10


def test_compose_starts_two_dashboards_on_one_database() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    addresses = [one["environment"]["FAQ_DATABASE"] for one in (services["one"], services["two"])]
    assert addresses == ["postgresql://askwell@database/faq"] * 2
    assert services["one"]["volumes"] != services["two"]["volumes"]
    assert set(services["nginx"]["depends_on"]) < set(services)
