"""What every measurement prints: the machine, and figures beside their targets."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `target` is the most it may be, or the `least`; None if it has none."""

    name: str
    measured: float
    unit: str
    target: float | None = None
    least: float | None = None

    @property
    def short(self) -> bool:
        """Whether a target is missed."""
        too_much = self.target is not None and not self.measured <= self.target
        return too_much or (self.least is not None and not self.measured >= self.least)


def machine() -> str:
    """Return the processor, how many of its cores this process may use, and the system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{_processor()}, {cores} cores, {system}"


def load() -> str:
    """Return how busy the machine is: times count only if nothing else runs."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    return f"{os.getloadavg()[0]:.1f} programs ran on average in the last minute, this one included"


def print_figures(figures: Sequence[Figure]) -> None:
    """Print one row a figure: name, measured, target, ok or short."""
    width = max(len(figure.name) for figure in figures)
    print(f"{'figure':{width}}  {'measured':>14}  {'target':>14}")
    for figure in figures:
        bound = figure.target if figure.least is None else figure.least
        sign = "" if figure.least is None else ">= "
        target = "" if bound is None else f"{sign}{bound:g} {figure.unit}".rstrip()
        verdict = "" if bound is None else "short" if figure.short else "ok"
        measured = f"{figure.measured:,.{3 if figure.unit else 4}f} {figure.unit}".rstrip()
        print(f"{figure.name:{width}}  {measured:>14}  {target:>14}  {verdict}".rstrip())


def milliseconds(calls: Sequence[Callable[[], object]]) -> tuple[float, float]:
    """Return the median and the 95th percentile of what these calls take, the first one left out:
    it pays for connections and caches."""
    times = []
    for call in calls:
        started = perf_counter()
        call()
        times.append((perf_counter() - started) * 1000)
    p50, p95 = np.percentile(times[1:], [50, 95])
    return float(p50), float(p95)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "processor unknown"
