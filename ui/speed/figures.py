"""The figures of an experiment that people compare, and how they are written."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from faq.speed.report import Experiment, Trial


class Figure(NamedTuple):
    """A figure that people compare: its name with the unit, how it is written, where it stands."""

    title: str
    format: str
    of: Callable[[Trial], float | None]

    @property
    def column(self) -> ColumnConfig:
        """How a table shows it."""
        return st.column_config.NumberColumn(format=f"%{self.format}")


FIGURES = (
    Figure("One at a time (ms a text)", ".1f", lambda trial: trial.single_p50_ms),
    Figure("In one batch (ms a text)", ".2f", lambda trial: trial.batch_per_text_ms),
    Figure("Times as fast in a batch", ".1f", lambda trial: trial.batch_gain),
    Figure("Tokens a second", ",.0f", lambda trial: trial.tokens_per_second),
    Figure("Start (s)", ".1f", lambda trial: trial.start_seconds),
    Figure("Memory (MB)", ",.0f", lambda trial: trial.memory_mb),
)


def versions(made: Experiment) -> str:
    """Return the versions of what computed an experiment, in a line."""
    return ", ".join(f"{name} {version}" for name, version in made.versions.items())
