"""Speed, without a browser."""

from datetime import UTC, datetime

from store import LoggedQuery, Store
from tests.pages.conftest import OpenPage, texts


def logged(text: str, embed: float, search: float) -> LoggedQuery:
    """Return a query with its times in milliseconds."""
    return LoggedQuery(
        text=text,
        ranking="cosine",
        answered=True,
        entry_id=None,
        score=None,
        embed_seconds=embed / 1000,
        search_seconds=search / 1000,
        total_seconds=(embed + search) / 1000,
        at=datetime.now(UTC),
    )


def test_without_questions_it_says_where_figures_come_from(open_page: OpenPage) -> None:
    app = open_page("speed")
    assert "No question was asked yet. Ask one, and its times appear here." in texts(app)
    assert not app.metric
    assert not app.get("vega_lite_chart")


def test_the_figures_are_medians_of_logged_questions(open_page: OpenPage, store: Store) -> None:
    for embed, search in ((2, 1), (4, 2), (30, 3)):
        store.log_query(logged("lost card", embed, search))
    app = open_page("speed")
    assert not app.exception
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("To the answer", "6.0 ms"),
        ("Reading the question", "4.0 ms"),
        ("Searching", "2.0 ms"),
    ]
    assert "The large figures are medians over the last 3 questions." in texts(app)
    assert len(app.get("vega_lite_chart")) == 1


def test_one_question_is_enough(open_page: OpenPage, store: Store) -> None:
    store.log_query(logged("lost card", 2, 1))
    app = open_page("speed")
    assert not app.exception
    assert app.metric[0].value == "3.0 ms"
    assert "The large figures are medians over one question." in texts(app)


def test_one_at_a_time_is_compared_with_a_batch(open_page: OpenPage) -> None:
    app = open_page("speed")
    app.button(key="compare").click().run()
    assert not app.exception
    assert [metric.label for metric in app.metric] == [
        "100 texts, one at a time",
        "The same 100 in one batch",
    ]
    assert app.caption[-1].value.endswith("fake on CPU (by eye).")
