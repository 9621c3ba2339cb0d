"""The ways in which one model can be computed on this machine, told without loading any."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from platform import system
from typing import Literal

from embedding import Engine, Precision
from embedding.choice import accelerated
from embedding.processor import has_bfloat16

Device = Literal["CPU", "GPU"]


@dataclass(frozen=True, slots=True)
class Variant:
    """An engine, how precisely it computes, and on what; `GPU` is whatever torch finds beside the
    CPU."""

    engine: Engine
    precision: Precision
    device: Device = "CPU"


def variants() -> list[Variant]:
    """Return the variants that should run here, the likeliest choice first.

    The remote engine is none of them. Nothing heavy is imported for it: whether a variant really
    runs, and what it then is, only loading it tells.
    """
    if not _installed("sentence-transformers", "torch"):
        return []
    found: list[Variant] = []
    if _installed("openvino"):
        found.append(Variant("openvino", "exact"))
        if has_bfloat16() is not False:
            found.append(Variant("openvino", "fast"))
    if accelerated():
        found.append(Variant("torch", "exact", "GPU"))
    if system() != "Darwin" or not accelerated():  # Apple's GPU cannot be hidden from torch
        found.append(Variant("torch", "exact"))
    return found


def environment(variant: Variant) -> dict[str, str]:
    """Return what a process's environment must say for torch to compute on the variant's device."""
    return {"CUDA_VISIBLE_DEVICES": ""} if variant.device == "CPU" else {}


def _installed(*packages: str) -> bool:
    try:
        return all(version(package) for package in packages)
    except PackageNotFoundError:
        return False
