"""Quality, without a browser."""

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest
from streamlit.testing.v1 import AppTest

from embedding import EmbeddingError
from faq import reports
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.evaluation.comparison import Comparison, Disputed, Side
from faq.evaluation.figures import Measured
from faq.evaluation.queries import keep_labelled, kept_labelled
from faq.jobs import QUALITY
from faq.search.threshold import choose, keep, kept
from store import Content, Jobs, Store
from tests.fakes import WORDS, WordCountEmbedder
from tests.pages.conftest import OpenPage, as_read, end_of, error_of, texts
from tests.stores import keep_report

FIGURES = {
    "hit_at_1": Measured(0.9, 0.85, 0.95),
    "auroc": Measured(0.5),
    "mcc": Measured(0.5),
}
BETTER = Side(
    "balanced",
    0.38,
    FIGURES,
    won=12,
    lost=1,
    p_value=0.003,
    queries_won=(Disputed("my *card*", "lost card", "=1+1"),),
    queries_lost=(Disputed("a plan", "new plan", ""),),
)
COMPARISON = Comparison(
    sides=(Side("cosine", 0.45, FIGURES), BETTER),
    labelled="asked.csv",
    in_scope=40,
    out_of_scope=10,
    digest="abc",
    model="tests/word-count",
    entries=2,
    phrasings=4,
    seconds=1.5,
)


@pytest.fixture
def filled(collection: Collection) -> Collection:
    """Twenty-five entries, each with two ways of asking."""
    pairs = [(a, b) for place, a in enumerate(WORDS) for b in WORDS[place + 1 :]][:25]
    for a, b in pairs:
        collection.add(Content(f"{a} {b}", phrasings=(f"{a} {a} {b}",)))
    return collection


def settled(open_page: OpenPage, store: Store) -> AppTest:
    """Open the page, and return it once a threshold was chosen."""
    app = open_page("quality")
    end_of(store, "calibration")
    return app.run()


def columns(app: AppTest) -> list[str]:
    """Return the headings of the table of figures."""
    return list(app.table[0].value.columns)


def offers_undo(app: AppTest) -> bool:
    return "notice_undo" in [one.key for one in app.button]


def upload(app: AppTest, content: str) -> AppTest:
    [field] = app.file_uploader
    return field.set_value(("asked.csv", content.encode(), "text/csv")).run()


def test_an_empty_collection_has_nothing_to_measure(open_page: OpenPage) -> None:
    app = open_page("quality")
    assert "There is nothing to measure yet. Add entries, and come back." in texts(app)
    assert not app.button


def test_rankings_are_compared_on_the_collection_s_own_phrasings(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    app = open_page("quality")
    app.button(key="quality_start").click().run()
    assert not app.exception
    assert end_of(store, "quality").state == "done"
    [made] = reports.kept(store, QUALITY, Comparison)
    assert made.actor == "ada"
    assert made.result.in_scope == 50
    assert made.result.out_of_scope == 12
    assert {*made.result.sides[0].figures} >= {"hit_at_1", "mrr_at_10", "auroc", "mcc"}
    app.run()
    assert columns(app)[2:] == ["By meaning and words, in use", "By meaning alone"]
    assert any("50 of the collection's ways of asking" in line for line in texts(app))
    assert len(store.log.page(10).queries) == 0


def test_labelled_queries_of_a_file_are_kept_until_somebody_deletes_them(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    app = upload(open_page("quality"), "query,expected\nlost card,card lost\nweather,\n")
    assert not app.error
    app = open_page("quality")
    assert app.radio(key="quality_source").value == "file"
    kept = "2 questions of asked.csv are kept with the collection, 1 of which no entry answers."
    assert any(line.startswith(kept) for line in texts(app))
    app.button(key="quality_start").click().run()
    assert end_of(store, "quality").state == "done"
    [made] = reports.kept(store, QUALITY, Comparison)
    sides = made.result.sides
    assert (made.result.in_scope, made.result.out_of_scope) == (1, 1)
    assert [side.figures["hit_at_1"].value for side in sides] == [1, 1]
    app.run()
    app.button(key="quality_delete").click().run()
    assert not app.exception
    assert kept_labelled(store) is None
    assert not [one for one in app.radio if one.key == "quality_source"]
    app.button(key="notice_undo").click().run()
    found = kept_labelled(store)
    assert found and [query.text for query in found.queries] == ["lost card", "weather"]
    app.run()
    app.button(key="quality_delete").click().run()
    assert offers_undo(app)
    keep_labelled(store, found)  # by somebody else, or in a backup that was restored
    assert not offers_undo(app.run())


def test_the_entries_own_tests_can_be_asked_instead(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    assert not [one for one in open_page("quality").radio if one.key == "quality_source"]
    filled.add(Content("lost", must_find=("lost", "plan"), must_not_find=("lost lost",)))
    app = open_page("quality")
    choice = app.radio(key="quality_source")
    assert choice.options[1] == "2 questions of the entries' own tests"
    choice.set_value("tests").run()
    app.button(key="quality_start").click().run()
    assert end_of(store, "quality").state == "done"
    app.run()
    assert not app.exception
    unwanted = "Questions that found an entry they must not, of 1 question: "
    assert any(line.startswith(unwanted) for line in texts(app))
    assert any("2 questions of the entries' tests · " in line for line in texts(app))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("question\nx\n", "The file has no column 'query'"),
        ("query\nx\n", "The file has no column 'expected'"),
        ("query,expected\nx,nobody\n", "Row 2 expects 'nobody'"),
        ("query,expected\n", "The file has no query"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    content: str, message: str, open_page: OpenPage, filled: Collection
) -> None:
    app = upload(open_page("quality"), content)
    assert error_of(app).startswith(message)


def test_a_file_in_another_encoding_is_read(open_page: OpenPage, filled: Collection) -> None:
    app = open_page("quality")
    file = ("asked.csv", "query;expected\nGebühr;\n".encode("latin-1"), "text/csv")
    app.file_uploader[0].set_value(file).run()
    assert not app.error
    assert as_read(app.radio(key="quality_source").options[1]) == "1 question of asked.csv"


def test_a_better_ranking_is_called_so_and_adopted_with_one_click(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    choose(store, "cosine")
    reports.keep(store, QUALITY, COMPARISON, "grace")
    app = open_page("quality")
    assert not app.exception
    assert any(
        line.startswith("**“By meaning and words” answers better.** “By meaning and words” puts")
        for line in texts(app)
    )
    assert list(app.table[0].value.iloc[0]) == [
        "**hit@1**",
        "How often the right entry comes first.",
        "0.900 (0.850 to 0.950)",
        "0.900 (0.850 to 0.950)",
    ]
    app.button(key="quality_adopt_balanced").click().run()
    assert not app.exception
    assert filled.ranking().name == "balanced"
    assert columns(app)[2:] == ["By meaning alone", "By meaning and words, in use"]
    app.button(key="notice_undo").click().run()
    assert filled.ranking().name == "cosine"
    app.button(key="quality_adopt_balanced").click().run()
    assert offers_undo(app)
    choose(store, "cosine")
    assert not offers_undo(app.run())


@pytest.mark.parametrize(
    ("won", "lost", "p_value", "verdict"),
    [
        (7, 2, 0.18, "**No clear difference.**"),
        (1, 12, 0.003, "**“By meaning alone” answers better.**"),
        (
            0,
            0,
            1.0,
            "“By meaning alone” and “By meaning and words” put the right entry first for the same",
        ),
    ],
)
def test_nothing_but_a_significant_win_is_called_one(
    won: int,
    lost: int,
    p_value: float,
    verdict: str,
    open_page: OpenPage,
    filled: Collection,
    store: Store,
) -> None:
    other = Side("balanced", 0.38, FIGURES, won=won, lost=lost, p_value=p_value)
    made = Comparison((COMPARISON.sides[0], other), "", 40, 0, "", "tests/word-count", 2, 4, 1.0)
    reports.keep(store, QUALITY, made, "grace")
    app = open_page("quality")
    assert any(line.startswith(verdict) for line in texts(app))
    assert "MCC" not in str(app.table[0].value)  # no question was out of scope


def test_queries_won_and_lost_are_listed_as_text(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    reports.keep(store, QUALITY, COMPARISON, "grace")
    app = open_page("quality")
    [row] = app.dataframe[0].value.to_dict("records")
    assert row == {
        "Question": "my *card*",
        "Right entry": "lost card",
        "Came first instead": "=1+1",
    }
    app.radio(key="quality_changed_balanced").set_value("lost").run()
    assert app.dataframe[0].value["Question"].tolist() == ["a plan"]


def test_past_comparisons_are_a_chart_and_a_table(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    keep_report(store, "quality", '{"of": "another version"}', "ada")
    keep_report(store, "quality", "[" * 10_000, "ada")
    for _ in range(2):
        reports.keep(store, QUALITY, COMPARISON, "grace")
    app = settled(open_page, store)  # the threshold has a chart, too
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 2
    assert len(app.dataframe[1].value) == 2
    app.selectbox(key="quality_figure").select("MRR@10").run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 1


def test_a_comparison_under_way_is_seen_by_all_and_stopped_by_anyone(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    minute = timedelta(minutes=1)
    job = store.jobs.start("quality", owner="x", actor="grace", total=100, silent_after=minute)
    store.jobs.beat(job.id, owner="x", done=20, total=100)
    app = open_page("quality")
    [progress] = app.get("progress")
    assert progress.proto.text == "Asking: 20 of 100 questions, started by grace"
    app.button(key="quality_cancel").click().run()
    assert not store.jobs.beat(job.id, owner="x", done=21, total=100)
    store.jobs.finish(job.id, owner="x", state="cancelled", result="")
    app.run()
    assert "The comparison was stopped. Nothing of it was kept." in texts(app)
    assert app.button(key="quality_start")


def test_single_ways_of_asking_cannot_be_left_out(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card"))
    collection.add(Content("new plan"))
    app = open_page("quality")
    app.button(key="quality_start").click().run()
    assert end_of(store, "quality").state == "failed"
    app.run()
    assert error_of(app).startswith("Every entry has a single way of asking")


def test_a_threshold_is_chosen_by_itself_and_shown_with_what_it_comes_to(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    app = open_page("quality")
    assert [(one.label, one.value) for one in app.metric] == [("Threshold", "0.360")]
    job = end_of(store, "calibration")
    assert (job.state, job.actor) == ("done", "Askwell")
    app.run()
    assert not app.exception
    calibration = kept(store.state(), "balanced")
    assert calibration is not None
    assert [one.label for one in app.metric] == ["Threshold", "Answered", "Wrong among answers"]
    assert app.metric[0].value == f"{calibration.threshold:.3f}" != "0.360"
    assert len(app.get("vega_lite_chart")) == 1
    assert any(line.startswith("How sure: ") for line in texts(app))
    open_page("quality")
    assert store.jobs.latest("calibration") == job  # nothing changed, so nothing is done again


def test_a_rate_of_false_answers_can_be_asked_for(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    app = settled(open_page, store)
    before = kept(store.state(), "balanced")
    app.radio(key="threshold_aim").set_value("So many false answers").run()
    app.selectbox(key="threshold_rate").select(5).run()
    app.button(key="threshold_choose").click().run()
    assert end_of(store, "calibration").state == "done"
    app.run()
    assert not app.exception
    assert kept(store.state(), "balanced") == before  # it is proposed first
    assert any("entries' own questions" in line for line in texts(app))
    app.button(key="threshold_use").click().run()
    calibration = kept(store.state(), "balanced")
    assert calibration is not None
    assert calibration.false_answers == 0.05
    assert offers_undo(app)
    app.button(key="notice_undo").click().run()
    assert kept(store.state(), "balanced") == before
    app.number_input[0].set_value(0.999).run()
    app.button(key="threshold_use_tried").click().run()
    keep(store, [before])
    assert not offers_undo(app.run())


def test_another_threshold_shows_what_it_changes_before_it_is_used(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    filled.log(filled.search("card lost"))
    app = settled(open_page, store)
    before = kept(store.state(), "balanced")
    assert before is not None
    [field] = app.number_input
    field.set_value(0.999).run()
    assert not app.exception
    assert "**1** of 1 questions that were asked get another answer:" in texts(app)
    assert list(app.dataframe[0].value.iloc[0]) == ["card lost", "card lost", ""]
    assert kept(store.state(), "balanced") == before
    app.button(key="threshold_back").click().run()
    assert not app.exception
    assert "threshold_preview" not in [one.key for one in app.button]
    app.number_input[0].set_value(0.999).run()
    app.button(key="threshold_use_tried").click().run()
    assert not app.exception
    used = kept(store.state(), "balanced")
    assert used is not None
    assert (used.threshold, used.by) == (0.999, "ada")
    assert app.metric[0].value == "0.999"
    assert any("by ada, so it stays" in line for line in texts(open_page("settings")))
    assert offers_undo(app)
    app.button(key="notice_undo").click().run()
    assert kept(store.state(), "balanced") == before
    app.number_input[0].set_value(0.999).run()
    app.button(key="threshold_use_tried").click().run()
    keep(store, [before])
    assert not offers_undo(app.run())


def test_results_of_another_model_say_so_and_are_not_adopted(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    choose(store, "cosine")
    reports.keep(store, QUALITY, replace(COMPARISON, model="tests/old"), "grace")
    app = open_page("quality")
    [warning] = app.warning
    assert as_read(warning.value) == (
        "These are results of another model, tests/old. The collection answers with "
        "tests/word-count now: compare again."
    )
    assert not [one for one in app.button if one.label.startswith("Adopt")]


def test_the_loser_is_offered_below_the_figures_in_smaller_words(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    reports.keep(store, QUALITY, COMPARISON, "grace")
    app = open_page("quality")
    assert [one.value for one in app.metric][:2] == ["90%", "50%"]
    assert [one.label for one in app.button if one.label.startswith("Adopt")] == []
    button = app.button(key="quality_adopt_cosine")
    assert as_read(button.label) == "Answer “By meaning alone” all the same"


def test_a_single_entry_gets_what_is_usual(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card", phrasings=("card gone",)))
    app = settled(open_page, store)
    assert any(line.startswith("There are too few entries to learn from") for line in texts(app))
    assert [(one.label, one.value) for one in app.metric] == [("Threshold", "0.360")]


def test_the_threshold_follows_the_collection(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    settled(open_page, store)
    before = store.jobs.latest("calibration")
    filled.add(Content("other"))
    open_page("quality")
    assert store.jobs.latest("calibration") == before
    for number in range(10):
        filled.add(Content(f"other {number}"))
    open_page("quality")
    assert end_of(store, "calibration") != before
    calibration = kept(store.state(), "balanced")
    assert calibration is not None and calibration.entries_held == 36


def test_nothing_is_chosen_while_an_import_writes(
    open_page: OpenPage, filled: Collection, store: Store
) -> None:
    minute = timedelta(minutes=1)
    job = store.jobs.start("import", owner="x", actor="grace", total=None, silent_after=minute)
    open_page("quality")
    assert store.jobs.latest("calibration") is None
    store.jobs.finish(job.id, owner="x", state="done", result="")
    open_page("quality")
    assert end_of(store, "calibration").state == "done"


def test_a_threshold_that_cannot_be_chosen_is_not_tried_at_every_click(
    open_page: OpenPage,
    filled: Collection,
    store: Store,
    embedder: WordCountEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(texts: object, *, waiting: bool = False) -> NoReturn:
        raise EmbeddingError("The service does not answer.")

    monkeypatch.setattr(embedder, "encode_queries", refuse)
    app = open_page("speed")
    failed = end_of(store, "calibration")
    assert (failed.state, failed.result) == ("failed", "The service does not answer.")
    assert not app.exception
    open_page("speed")
    assert store.jobs.latest("calibration") == failed


def test_a_cancelled_choice_leaves_the_threshold(
    open_page: OpenPage, filled: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat = type(store.jobs).beat

    def asked_to_stop(self: Jobs, *args: object, **kwargs: object) -> bool:
        beat(self, *args, **kwargs)
        return False

    calibrate(filled)
    before = kept(store.state(), "balanced")
    monkeypatch.setattr(type(store.jobs), "beat", asked_to_stop)
    app = open_page("quality")
    app.button(key="threshold_choose").click().run()
    assert end_of(store, "calibration").state == "cancelled"
    assert kept(store.state(), "balanced") == before
    app.run()
    assert "It was stopped. The threshold stays as it was." in texts(app)
