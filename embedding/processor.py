"""The name of this machine's processor, and what it can do."""

import platform
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}  # as Linux names them on x86 and on ARM


def processor() -> str:
    """Return the processor's name as its maker gives it, as far as the system tells."""
    return _told("model name") or platform.processor() or platform.machine() or "unknown"


def has_bfloat16() -> bool | None:
    """Return whether the processor computes in bfloat16; None where the system does not tell."""
    features = _told("flags") or _told("Features")
    return bool(BFLOAT16 & set(features.split())) if features else None


def _told(name: str) -> str:
    """Return what Linux tells of the first processor under `name`; empty where it tells nothing."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""  # not Linux
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "")
