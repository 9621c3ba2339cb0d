"""Thresholds: chosen from the collection itself, from what people said, and from the model."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from faq.collection import Collection
from faq.evaluation import calibration as module
from faq.evaluation.calibration import DRAWS, ENOUGH, TRUSTED, Evidence, calibrate, choose_due
from faq.evaluation.figures import NONE, Evaluation, Floats, Ids
from faq.evaluation.queries import LabelledQuery
from faq.reembedding import reembed, switch
from faq.search.ranking import BALANCED, COSINE
from faq.search.threshold import chosen_by_hand, is_due, keep, kept
from store import Content
from tests.fakes import WORDS, WordCountEmbedder

MANY = 10**9
PAIRS = list(combinations(WORDS[:8], 2))  # 28 entries, any two of them half similar or not at all


def fill(collection: Collection, entries: int, phrasings: bool = True) -> None:
    contents = [
        Content(f"{a} {b}", phrasings=(f"{a} {a} {b}", f"{a} {b}" + " other" * (i % 5 + 1)))
        for i, (a, b) in enumerate(PAIRS[:entries])
    ]
    if not phrasings:
        contents = [Content(content.question) for content in contents]
    collection.add_many(contents, collection.embed(t for c in contents for t in c.texts))


def evaluation(right: Ids, own: Floats, other_entry: Ids, other: Floats) -> Evaluation:
    ranks = np.where((own >= other) & (right != NONE), 1.0, np.inf)
    texts = np.full(len(right), "", dtype=object)
    return Evaluation(COSINE, texts, right, own, ranks, other_entry, other)


def shown(other: list[float], own: list[float] | None = None) -> Evaluation:
    """Phrasings of as many entries, each nearest to the next one."""
    ids = np.arange(len(other)) + 1
    return evaluation(ids, np.array(own or [1.0] * len(other)), ids + 1, np.array(other))


def judged(*queries: tuple[float, int, int]) -> Evaluation:
    """Queries, each with the score of the best entry, that one's id, and that of the right one."""
    scores = np.array([score for score, _, _ in queries])
    best, right = (np.array([query[i] for query in queries], dtype=np.int64) for i in (1, 2))
    return evaluation(
        right,
        np.where(best == right, scores, -1),
        np.where(best == right, NONE, best),
        np.where(best == right, -1, scores),
    )


def evidence(
    phrasings: Evaluation, labelled: Evaluation, rate: float | None = None, entries: int = MANY
) -> Evidence:
    """What is seen, of so many entries that it hardly matters what is usual for the model."""
    return Evidence(phrasings, entries, labelled, 0.4, rate)


# From evidence to a threshold


def test_a_little_less_than_half_of_the_strays_are_refused() -> None:
    strays = shown(list(np.linspace(0, 1, 101)))
    assert evidence(strays, judged()).threshold() == pytest.approx(0.45)
    assert evidence(strays, judged(), rate=0.1).threshold() == pytest.approx(0.9)


def test_few_entries_count_less_than_what_is_usual_for_the_model() -> None:
    expected = {0: 0.4, 5: (5 * 0.8 + 20 * 0.4) / 25, 20: 0.6, 180: 0.76}
    for entries, threshold in expected.items():
        strays = shown([0.8] * entries)
        found = evidence(strays, judged(), entries=entries)
        assert found.threshold() == pytest.approx(threshold)
        assert found.enough == (entries >= ENOUGH)
        assert [one.threshold() for one in found.resampled()] == pytest.approx([threshold] * DRAWS)


def test_what_people_said_counts_the_more_the_more_they_judged() -> None:
    right, wrong = (0.8, 1, 1), (0.6, 1, NONE)  # separated at .7
    strays = shown([0.3] * 30)
    expected = {0: 0.3, 5: (0.3 * 20 + 0.7 * 5) / 25, 20: 0.5, 180: 0.66}
    for n, threshold in expected.items():
        queries = judged(*[right, wrong] * n) if n else judged()
        assert evidence(strays, queries).threshold() == pytest.approx(threshold)
    nothing = shown([])
    assert evidence(nothing, judged(*[right, wrong] * 20), entries=0).threshold() == pytest.approx(
        (0.4 + 0.7) / 2
    )
    assert not evidence(nothing, judged(*[right, wrong] * (TRUSTED - 1)), entries=0).enough
    assert evidence(nothing, judged(*[right, wrong] * TRUSTED), entries=0).enough
    one_sided = judged(*[right] * 500)
    assert evidence(strays, one_sided).threshold() == pytest.approx(0.3)


def test_the_curve_falls_in_coverage_and_knows_the_risk() -> None:
    queries = judged((0.9, 1, 1), (0.7, 2, 2), (0.5, 3, 1), (0.3, 3, NONE))
    assert queries.coverage_and_risk(0.0) == (1.0, 0.5)
    assert queries.coverage_and_risk(0.5) == (0.75, pytest.approx(1 / 3))
    assert queries.coverage_and_risk(0.6) == (0.5, 0.0)
    assert queries.coverage_and_risk(2.0) == (0.0, 0.0)
    coverages = [queries.coverage_and_risk(t)[0] for t in queries.thresholds()]
    assert coverages == sorted(coverages, reverse=True)


def test_a_fifth_of_what_is_expected_has_no_entry_that_answers() -> None:
    expected = evidence(shown([0.2] * 80, [0.9] * 79 + [-np.inf]), judged()).expected()
    assert int((expected.right == NONE).sum()) == 20
    assert len(expected.scores) == 79 + 20
    assert expected.mcc(0.5) == pytest.approx(1)
    alone = evidence(shown([0.2] * 80, [-np.inf] * 80), judged()).expected()
    assert len(alone.scores) == 0


# The collection's thresholds


def test_every_ranking_gets_a_threshold_and_searches_by_it(collection: Collection) -> None:
    fill(collection, 28)
    before = collection.search("card lost new plan")
    found = {calibration.ranking: calibration for calibration in calibrate(collection)}
    assert list(found) == ["balanced", "cosine"]
    for name, calibration in found.items():
        assert collection.ranking(name).threshold == calibration.threshold
        assert kept(collection.store.state(), name) == calibration
        assert calibration.low is not None and calibration.high is not None
        assert calibration.low <= calibration.threshold <= calibration.high
        assert "Of 84 phrasings" in calibration.how and "45%" in calibration.how
        assert calibration.expected is not None
        assert calibration.expected.mcc_low <= calibration.expected.mcc
        assert calibration.expected.curve[0].coverage == 1
    after = collection.search("card lost new plan")
    assert before.matches == after.matches
    threshold = found["balanced"].threshold
    assert after.answered == (after.matches[0].score >= threshold)
    high = replace(found["balanced"], threshold=0.99)
    keep(collection.store, [high])
    assert not collection.search("card lost new plan").answered


def test_of_many_phrasings_some_are_asked(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(collection, 28)
    monkeypatch.setattr(module, "ASKED", 50)
    assert {one.phrasings for one in calibrate(collection)} == {50}


def test_a_lower_rate_of_false_answers_is_a_higher_threshold(collection: Collection) -> None:
    fill(collection, 28)
    thresholds = [calibrate(collection, false_answers=rate)[1] for rate in (0.5, 0.2, 0.02)]
    assert [c.false_answers for c in thresholds] == [0.5, 0.2, 0.02]
    assert thresholds[0].threshold <= thresholds[1].threshold <= thresholds[2].threshold
    assert thresholds[0].threshold < thresholds[2].threshold


@pytest.mark.parametrize("entries", [0, 1])
def test_a_collection_with_nothing_to_compare_gets_what_is_usual(
    collection: Collection, entries: int
) -> None:
    fill(collection, entries)
    for calibration, ranking in zip(calibrate(collection), (BALANCED, COSINE), strict=True):
        # The model of these tests separates the questions of no language.
        assert calibration.threshold == ranking.threshold
        assert (calibration.low, calibration.expected) == (None, None)
        assert calibration.how.startswith("There are too few entries to learn from")


def test_a_few_entries_are_asked_and_nothing_is_expected_of_them(collection: Collection) -> None:
    fill(collection, 3)
    for calibration in calibrate(collection):
        assert (calibration.low, calibration.expected) == (None, None)
        assert "With 3 entries, that counts for 13%" in calibration.how


def test_entries_with_one_phrasing_say_what_cannot_be_seen(collection: Collection) -> None:
    fill(collection, 28, phrasings=False)
    for calibration in calibrate(collection):
        assert "one phrasing only" in calibration.how
        assert calibration.expected is None


def test_labelled_queries_and_thumbs_are_counted(collection: Collection) -> None:
    fill(collection, 28)
    liked, disliked, overtaken = (
        collection.log(collection.search(query))
        for query in ("card lost", "login refund", "card new")
    )
    collection.store.log.rate(liked, 1)
    collection.store.log.rate(disliked, -1)
    collection.store.log.rate(overtaken, -1)
    [entry] = collection.search("card new", k=1).matches
    collection.remove([entry.entry.id])  # another one is on top now
    queries = [LabelledQuery("lost card", 1), LabelledQuery("other", None)] * 3
    for calibration in calibrate(collection, queries):
        assert (calibration.labelled, calibration.feedback) == (6, 2)
        assert "Labelled queries (6) and thumbs (2)" in calibration.how


def test_a_threshold_is_due_when_much_has_changed(collection: Collection) -> None:
    store = collection.store
    assert not is_due(store.state(), "balanced")  # there is nothing yet
    fill(collection, 20)
    assert is_due(store.state(), "balanced")
    choose_due(collection)
    assert not is_due(store.state(), "balanced")
    collection.remove([1, 2, 3])
    [entry] = store.entries.get([4])
    collection.edit(entry, Content("refund login"))
    assert not is_due(store.state(), "balanced")
    before = kept(store.state(), "balanced")
    choose_due(collection)
    assert kept(store.state(), "balanced") == before
    collection.edit(store.entries.get([4])[0], Content("refund new login"))
    assert is_due(store.state(), "balanced")
    choose_due(collection)
    after = kept(store.state(), "balanced")
    assert before and after and after.entries_held == 17


def test_what_people_wanted_of_a_threshold_is_kept(collection: Collection) -> None:
    fill(collection, 20)
    store = collection.store
    calibrate(collection, false_answers=0.02)
    fill(collection, 28)
    choose_due(collection)
    found = kept(store.state(), "balanced")
    assert found and found.entries_held == 48 and found.false_answers == 0.02
    calibrate(collection, [LabelledQuery("lost card", 1)])
    fill(collection, 28)
    assert not is_due(store.state(), "balanced")  # nobody but people has labelled queries


def test_a_threshold_that_somebody_chose_by_hand_stays(collection: Collection) -> None:
    fill(collection, 20)
    store = collection.store
    calibration, *_ = calibrate(collection)
    assert calibration.expected
    keep(store, [chosen_by_hand(calibration, 0.99, "ada")])
    found = kept(store.state(), calibration.ranking)
    assert found and found.expected and (found.threshold, found.by) == (0.99, "ada")
    assert found.expected.here == replace(calibration.expected.curve[-1], threshold=0.99)
    fill(collection, 28)
    assert not is_due(store.state(), calibration.ranking)


def test_another_model_gets_a_threshold_of_its_own(collection: Collection) -> None:
    fill(collection, 20)
    calibrate(collection, [LabelledQuery("lost card", 1)], false_answers=0.02)
    store, other = collection.store, WordCountEmbedder("another")
    reembed(store, collection.embedder, other, lambda done, total: None)
    switch(store, other)
    assert is_due(store.state(), "balanced")
    choose_due(Collection(store, other, "ada"))
    found = kept(store.state(), "balanced")
    assert found and (found.fingerprint, found.labelled) == ("another", 0)
    assert found.false_answers == 0.02


def test_a_threshold_of_another_model_does_not_count(collection: Collection) -> None:
    fill(collection, 28)
    for calibration in calibrate(collection):
        foreign = replace(calibration, fingerprint="another", threshold=0.99)
        keep(collection.store, [foreign])
    assert collection.ranking("balanced") == BALANCED
    assert collection.ranking("cosine") == COSINE
