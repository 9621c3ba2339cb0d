"""What an experiment found, kept and read again in another version."""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.speed import report
from faq.speed.report import Experiment, Trial
from faq.speed.table import as_table
from store import Store

figures = st.none() | st.floats(0, 1e12)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
points = st.tuples(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
sweeps = st.lists(points, max_size=3).map(tuple)
trials = st.builds(
    Trial,
    **{
        field.name: texts if field.type is str else sweeps if field.default == () else figures
        for field in fields(Trial)
    },
)
experiments = st.builds(
    Experiment,
    trials=st.lists(trials, max_size=3).map(tuple),
    texts=figures,
    source=texts,
    model=texts,
    fingerprint=texts,
    processor=texts,
    cores=figures,
    system=texts,
    load=figures,
    versions=st.dictionaries(texts, texts, max_size=3),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)

NOW = datetime.now(UTC)
FULL = asdict(
    Experiment(
        trials=(
            Trial("openvino", "exact", "CPU", single_p50_ms=2.0, by_length=((8.0, 1.5),)),
            Trial("torch", "exact", "GPU", error="There is none."),
        ),
        texts=20,
        versions={"Python": "3.11"},
    )
)


@given(experiments)
def test_what_is_written_is_read_again(experiment: Experiment) -> None:
    assert report.read(json.dumps(asdict(experiment))) == experiment


@given(anything)
def test_a_report_of_any_shape_is_read(content: object) -> None:
    assert isinstance(report.read(json.dumps(content)), Experiment)


@given(st.sampled_from(sorted(FULL)), anything)
def test_a_key_of_any_other_type_is_left_out(key: str, value: object) -> None:
    made = report.read(json.dumps(FULL | {key: value}))
    assert made.machine and made.conditions
    assert as_table([report.KeptExperiment(1, NOW, "ada", made)])


@given(st.sampled_from([field.name for field in fields(Trial)]), anything)
def test_a_figure_of_any_other_type_is_left_out(key: str, value: object) -> None:
    trial = FULL["trials"][0] | {key: value}
    [read] = report.read(json.dumps({"trials": [trial]})).trials
    assert isinstance(read.name, str)
    assert read.batch_gain is None or read.batch_gain >= 0
    assert all(size > 0 and milliseconds > 0 for size, milliseconds in read.by_length)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "[" * 100_000, '{"trials": [1, {}]}'])
def test_what_is_no_report_has_no_figures(content: str) -> None:
    made = report.read(content)
    assert all(trial.start_seconds is None for trial in made.measured)
    assert made.machine == "unknown processor"


def test_a_report_of_another_version_keeps_what_is_known() -> None:
    trial = {"engine": "onnx", "precision": "int8", "watts": 12, "start_seconds": 1.5}
    content = {"trials": [trial], "texts": "many", "planet": "Mars", "processor": "Abacus"}
    made = report.read(json.dumps(content))
    assert made.trials == (Trial("onnx", "int8", start_seconds=1.5),)
    assert (made.trials[0].name, made.texts, made.machine) == ("onnx, int8", None, "Abacus")


def test_the_newest_experiment_comes_first(store: Store) -> None:
    for count in (20, 100):
        report.keep(store, Experiment(texts=count), "ada")
    store.keep_report("other", "{}", "ada")
    kept = report.kept(store)
    assert [(one.experiment.texts, one.actor) for one in kept] == [(100, "ada"), (20, "ada")]


def test_the_table_has_a_row_a_trial_and_a_column_a_point(store: Store) -> None:
    made = report.read(json.dumps(FULL))
    report.keep(store, made, "ada")
    columns, rows = as_table(report.kept(store))
    first, second = (dict(zip(columns, row, strict=True)) for row in rows)
    assert (first["engine"], first["single_p50_ms"], first["Python"]) == ("openvino", 2.0, "3.11")
    assert (first["ms_at_8_tokens"], second["ms_at_8_tokens"]) == (1.5, None)
    assert second["error"] == "There is none."


def test_a_batch_gains_what_single_calls_lose() -> None:
    assert Trial(single_total_ms=30, batch_total_ms=10).batch_gain == 3
    assert Trial(single_total_ms=30).batch_gain is None
    assert Trial(single_total_ms=30, batch_total_ms=0).batch_gain is None


@pytest.mark.parametrize("written", ["-1", "NaN", "Infinity", "1e400", "1" + "0" * 400, "true"])
def test_what_no_figure_can_be_is_left_out(written: str) -> None:
    content = f'{{"trials": [{{"start_seconds": {written}, "by_length": [[8, {written}]]}}]}}'
    assert report.read(content).trials == (Trial(),)
