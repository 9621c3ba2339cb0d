"""The query log in Settings, without a browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from faq import query_log
from faq.query_log import LogPolicy
from store import LoggedQuery, Store
from tests.pages.conftest import OpenPage, texts, told

pytestmark = pytest.mark.engines


@pytest.fixture
def settings(open_page: OpenPage, store: Store) -> AppTest:
    """Settings, where three questions were asked: today, 40 and 100 days ago."""
    for days in (0, 40, 100):
        at = datetime.now(UTC) - timedelta(days=days, minutes=1)
        store.log.add(LoggedQuery(f"{days}", "cosine", True, 1, 0.7, 0.006, 0.004, 0.010, at))
    return open_page("settings?tab=Data")


def wanted(store: Store) -> LogPolicy:
    """What is wanted of the log, whenever that was set."""
    return replace(query_log.policy(store.state()), set_on="")


def kept(store: Store) -> list[str]:
    return [query.text for query in store.log.page(9).queries]


def test_it_is_switched_off_and_shortened_and_names_are_kept(
    settings: AppTest, store: Store
) -> None:
    assert "3 questions are kept." in texts(settings)
    settings.toggle(key="log_names").set_value(True).run()
    assert wanted(store) == LogPolicy(names=True)
    settings.number_input(key="log_days").set_value(60).run()
    assert wanted(store) == LogPolicy(days=60, names=True)
    assert kept(store) == ["100", "40", "0"]  # until tomorrow: a slip of the hand costs nothing
    settings.toggle(key="log_kept").set_value(False).run()
    assert wanted(store) == LogPolicy(kept=False, days=60, names=True)
    assert settings.toggle(key="log_names").disabled
    assert not settings.exception


def test_old_ones_or_all_are_deleted(settings: AppTest, store: Store) -> None:
    settings.button(key="log_delete").click().run()
    assert kept(store) == ["0"]
    assert told(settings) == "Deleted 2 questions from the log."
    assert "One question is kept." in texts(settings)
    settings.radio(key="log_which").set_value("Everything").run()
    settings.button(key="log_delete").click().run()
    assert kept(store) == []
    assert "No question is kept." in texts(settings)
