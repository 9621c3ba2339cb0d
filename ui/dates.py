"""Dates and times, as readers know them."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def when(at: datetime) -> str:
    """Return a time as the reader's clock showed it."""
    return f"{at.astimezone(_zone()):%d %b %Y, %H:%M}".lstrip("0")


def today() -> date:
    """Return the day that it is where the reader sits."""
    return datetime.now(_zone()).date()


def _zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):  # a name that this machine does not know
        return UTC
