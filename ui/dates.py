"""Dates and times, as readers know them."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def when(at: datetime) -> str:
    """Return a time as the reader's clock showed it."""
    return f"{at.astimezone(_zone()):%d %b %Y, %H:%M}".lstrip("0")


def _zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):  # a name that this machine does not know
        return UTC
