"""Which engines are offered, without loading any."""

import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from embedding import engines
from embedding.engines import Variant, has_bfloat16, processor, variants

EXACT, FAST = Variant("openvino", "exact"), Variant("openvino", "fast")
TORCH, GPU = Variant("torch", "exact"), Variant("torch", "exact", "GPU")


def processor_with(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processor be one of which Linux tells this."""
    told = folder / "cpuinfo"
    told.write_text(f"processor\t: 0\nmodel\t\t: 7\nmodel name\t: Abacus 2\n{line}\n")
    monkeypatch.setattr(engines, "CPUINFO", told)


@pytest.mark.parametrize(
    ("line", "has"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16 amx_tile", True),
        ("flags\t\t: fpu amx_bf16", True),
        ("flags\t\t: fpu avx2 avx512f", False),
        ("Features\t: fp asimd bf16", True),
        ("Features\t: fp asimd", False),
        ("", None),
    ],
)
def test_fast_is_offered_where_the_processor_may_have_it(
    line: str, has: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor_with(line, tmp_path, monkeypatch)
    assert has_bfloat16() is has
    assert (FAST in variants()) is (has is not False)
    assert processor() == "Abacus 2"


def test_a_system_that_says_nothing_of_its_processor_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "CPUINFO", tmp_path / "nothing")
    assert has_bfloat16() is None
    assert processor()


@pytest.mark.parametrize(
    ("system", "accelerated", "offered"),
    [
        ("Linux", False, [EXACT, TORCH]),
        ("Linux", True, [EXACT, GPU, TORCH]),
        ("Darwin", False, [EXACT, TORCH]),
        ("Darwin", True, [EXACT, GPU]),
    ],
)
def test_an_accelerator_is_offered_where_there_is_one(
    system: str,
    accelerated: bool,
    offered: list[Variant],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    processor_with("flags : fpu", tmp_path, monkeypatch)
    monkeypatch.setattr(engines, "accelerated", lambda: accelerated)
    monkeypatch.setattr(platform, "system", lambda: system)
    assert variants() == offered


@pytest.mark.parametrize(
    ("missing", "offered"), [("openvino", [TORCH]), ("torch", []), ("sentence-transformers", [])]
)
def test_what_is_not_installed_is_not_offered(
    missing: str, offered: list[Variant], monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(package: str) -> str:
        if package == missing:
            raise PackageNotFoundError(package)
        return "1"

    monkeypatch.setattr(engines, "version", version)
    monkeypatch.setattr(engines, "accelerated", lambda: False)
    assert variants() == offered


def test_offering_them_imports_none() -> None:
    script = "import sys; from embedding.engines import variants; variants(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not {"torch", "openvino", "tokenizers", "transformers"} & set(done.stdout.split())
