"""Speed, without a browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from embedding.engines import Variant, variants
from faq import jobs, reports
from faq.speed.experiment import Experiment
from faq.speed.trial import Trial
from store import LoggedQuery, Store
from tests.pages.conftest import OpenPage, as_read, end_of, error_of, texts
from tests.stores import keep_report

EXACT = Trial(
    engine="openvino",
    precision="exact",
    device="CPU",
    hardware="CPU (Abacus)",
    single_p50_ms=2,
    single_p95_ms=3,
    single_total_ms=44,
    batch_total_ms=20,
    batch_per_text_ms=1,
    tokens=300,
    tokens_per_second=15_000,
)
TORCH = replace(EXACT, engine="torch", single_p50_ms=6, tokens_per_second=8_000)
EXPERIMENT = Experiment(
    trials=(EXACT, TORCH),
    texts=20,
    source="fixed",
    model="tests/word-count",
    fingerprint="word-count",
    processor="Abacus",
    cores=2,
    system="Linux",
    load=0.5,
    versions={"Python": "3.11.7"},
)


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def keep(store: Store, made: Experiment, actor: str) -> int:
    return reports.keep(store, "speed", made, actor)


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
        store.log.add(logged("lost card", embed, search))
    app = open_page("speed")
    assert not app.exception
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("To the answer", "6.0 ms"),
        ("Reading the question", "4.0 ms"),
        ("Searching", "2.0 ms"),
    ]
    assert app.metric[0].delta == "30.3 ms"  # of 3, 6 and 33, the 95th percentile
    assert "The large figures are medians over the last 3 questions." in texts(app)
    assert len(app.get("vega_lite_chart")) == 1


def test_one_question_is_enough(open_page: OpenPage, store: Store) -> None:
    store.log.add(logged("lost card", 2, 1))
    app = open_page("speed")
    assert not app.exception
    assert app.metric[0].value == "3.0 ms"
    assert "The large figures are medians over one question." in texts(app)


def test_a_first_experiment_is_offered_with_every_engine(open_page: OpenPage) -> None:
    app = open_page("speed")
    offered = app.pills(key="speed_engines")
    assert "PyTorch, exact" in offered.options
    assert offered.value == variants()
    assert app.segmented_control(key="speed_count").value == 100
    assert not app.dataframe
    app.pills(key="speed_engines").set_value([]).run()
    assert app.button(key="speed_start").disabled


def test_an_experiment_that_fails_says_why(open_page: OpenPage, store: Store) -> None:
    app = open_page("speed")
    app.pills(key="speed_engines").set_value([Variant("torch", "exact")]).run()
    app.button(key="speed_start").click().run()
    assert not app.exception
    assert end_of(store, "speed").state == "failed"
    app.run()
    assert "tests/word-count" in error_of(app)  # a model that no process finds
    assert app.button(key="speed_start")


def test_a_result_is_described_and_drawn(open_page: OpenPage, store: Store) -> None:
    keep(store, EXPERIMENT, "grace")
    app = open_page("speed")
    assert not app.exception
    said = texts(app)
    assert (
        "**OpenVINO, exact** reads a text in **2.0 ms**, 3.0 times as fast as PyTorch, exact. "
        "A batch of all texts makes it 2.2 times as fast."
    ) in said
    assert any("by grace · Abacus, 2 cores · 20 texts of a fixed set" in line for line in said)
    [table] = app.dataframe
    assert table.value["Engine"].tolist() == ["OpenVINO, exact", "PyTorch, exact"]
    assert table.value["One after another (ms a text)"].tolist() == [2, 6]
    assert table.value["Times as fast in a batch"].tolist() == [2.2, 2.2]
    assert charts(app) == 1
    assert not app.selectbox  # there is nothing earlier to choose


def test_a_text_after_a_pause_is_told_apart(open_page: OpenPage, store: Store) -> None:
    slower = replace(EXACT, after_pause_ms=2.6)
    keep(store, replace(EXPERIMENT, trials=(slower, TORCH)), "ada")
    app = open_page("speed")
    assert " After a pause it takes 2.6 ms. Real questions take longer" in " ".join(texts(app))
    [table] = app.dataframe
    paused = table.value["After a pause (ms)"].tolist()
    assert paused[0] == 2.6
    assert paused[1] != paused[1]  # an experiment of before, which did not measure it


def test_the_engine_that_answers_is_named(open_page: OpenPage) -> None:
    said = texts(open_page("speed"))
    assert "Questions are answered with **fake, exact**, on CPU (by eye)." in said


def test_experiments_are_compared_over_time_and_each_can_be_opened(
    open_page: OpenPage, store: Store
) -> None:
    first = keep(store, replace(EXPERIMENT, processor="Older"), "ada")
    keep(store, EXPERIMENT, "grace")
    app = open_page("speed")
    assert not app.exception
    assert charts(app) == 2
    history = app.dataframe[1].value
    assert history["OpenVINO, exact"].tolist() == [2, 2]
    assert history["Machine"].tolist() == ["Abacus, 2 cores", "Older, 2 cores"]
    app.selectbox(key="speed_figure").select_index(5).run()
    assert app.dataframe[1].value["PyTorch, exact"].tolist() == [8_000, 8_000]
    app.selectbox[0].set_value(first).run()
    assert any("by ada · Older, 2 cores" in line for line in texts(app))


def test_an_engine_that_could_not_be_measured_is_named_beside_the_others(
    open_page: OpenPage, store: Store
) -> None:
    failed = Trial("torch", "exact", "GPU", error="There *is* no such device.")
    keep(store, replace(EXPERIMENT, trials=(EXACT, failed)), "ada")
    app = open_page("speed")
    assert not app.exception
    [warning] = app.warning
    assert as_read(warning.value) == (
        "PyTorch, exact, on GPU could not be measured. There *is* no such device."
    )
    assert r"\*is\*" in warning.value
    assert any(
        line.startswith("**OpenVINO, exact** reads a text in **2.0 ms**. ") for line in texts(app)
    )


def test_text_of_a_report_is_no_markdown_and_what_cannot_be_read_is_skipped(
    open_page: OpenPage, store: Store
) -> None:
    hostile = replace(EXACT, engine="![](http://a)", hardware="$a$")
    for _ in range(2):  # so that they are compared, too
        keep(store, replace(EXPERIMENT, trials=(hostile,), model="![](b)"), "![](http://a/b.png)")
    keep_report(store, "speed", "no JSON", "ada")
    app = open_page("speed")
    assert not app.exception
    assert len(app.selectbox[0].options) == 2
    shown = [*app.markdown, *app.caption, *app.table]
    assert not [one.value for one in shown if "![" in str(one.value)]


def test_a_busy_machine_is_mentioned(open_page: OpenPage, store: Store) -> None:
    keep(store, replace(EXPERIMENT, load=3.25), "ada")
    said = texts(open_page("speed"))
    assert any(line.startswith("The machine was busy: 3.2 programs") for line in said)


def test_an_experiment_under_way_is_seen_by_all_and_stopped_by_anyone(
    open_page: OpenPage, store: Store
) -> None:
    job = store.jobs.start(
        "speed", owner="elsewhere", actor="grace", total=2, silent_after=timedelta(minutes=1)
    )
    store.jobs.beat(job.id, owner="elsewhere", done=1, total=2)
    app = open_page("speed")
    assert not app.exception
    [progress] = app.get("progress")
    assert progress.proto.text == "Measuring engine 2 of 2, started by grace"
    assert progress.proto.value == 50
    assert not app.pills  # one at a time
    app.button(key="speed_cancel").click().run()
    assert "Stopping" in texts(app)
    assert not store.jobs.beat(job.id, owner="elsewhere", done=2, total=2)
    store.jobs.finish(job.id, owner="elsewhere", state="cancelled", result="")
    app.run()
    assert "The experiment was stopped. Nothing of it was kept." in texts(app)
    assert app.pills(key="speed_engines")


def test_an_experiment_that_died_does_not_block_the_next_one(
    open_page: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.jobs.start("speed", owner="x", actor="ada", total=2, silent_after=timedelta(minutes=1))
    monkeypatch.setattr(jobs, "SILENT_AFTER", timedelta(0))
    app = open_page("speed")
    assert not app.get("progress")
    assert app.button(key="speed_start")


def test_a_remote_engine_is_left_out(
    open_page: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ENGINE", "remote")
    keep(store, EXPERIMENT, "ada")
    app = open_page("speed")
    assert not app.exception
    assert any("sends nothing away" in line for line in texts(app))
    assert not app.pills
    assert len(app.dataframe) == 1  # what was measured before stays
