"""Thresholds: chosen from the collection itself, from what people said, or with care."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from faq.collection import Collection
from faq.evaluation.calibration import TRUSTED, Evidence, calibrate
from faq.evaluation.figures import NONE, Evaluation, Floats, Ids
from faq.evaluation.queries import LabelledQuery
from faq.search.ranking import BLEND, COSINE, RANKINGS
from faq.search.threshold import keep, kept, outdated
from store import Content
from tests.fakes import WORDS

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


# From evidence to a threshold


def test_a_little_less_than_half_of_the_strays_are_refused() -> None:
    evidence = Evidence(shown(list(np.linspace(0, 1, 101))), judged())
    assert evidence.threshold() == pytest.approx(0.45)
    rate = Evidence(shown(list(np.linspace(0, 1, 101))), judged(), false_answers=0.1)
    assert rate.threshold() == pytest.approx(0.9)


def test_what_people_said_counts_the_more_the_more_they_judged() -> None:
    right, wrong = (0.8, 1, 1), (0.6, 1, NONE)  # separated at .7
    strays = shown([0.3] * 30)
    expected = {0: 0.3, 5: (0.3 * 20 + 0.7 * 5) / 25, 20: 0.5, 180: 0.66}
    for n, threshold in expected.items():
        queries = judged(*[right, wrong] * n) if n else judged()
        assert Evidence(strays, queries).threshold() == pytest.approx(threshold)
    few, enough = judged(*[right, wrong] * (TRUSTED - 1)), judged(*[right, wrong] * TRUSTED)
    assert Evidence(None, few).threshold() is None
    assert Evidence(None, enough).threshold() == pytest.approx(0.7)
    one_sided = judged(*[right] * 500)
    assert Evidence(strays, one_sided).threshold() == pytest.approx(0.3)


def test_the_curve_falls_in_coverage_and_knows_the_risk() -> None:
    queries = judged((0.9, 1, 1), (0.7, 2, 2), (0.5, 3, 1), (0.3, 3, NONE))
    assert queries.coverage_and_risk(0.0) == (1.0, 0.5)
    assert queries.coverage_and_risk(0.5) == (0.75, pytest.approx(1 / 3))
    assert queries.coverage_and_risk(0.6) == (0.5, 0.0)
    assert queries.coverage_and_risk(2.0) == (0.0, 0.0)
    coverages = [queries.coverage_and_risk(t)[0] for t in queries.thresholds()]
    assert coverages == sorted(coverages, reverse=True)


def test_a_fifth_of_what_is_expected_has_no_entry_that_answers() -> None:
    expected = Evidence(shown([0.2] * 80, [0.9] * 79 + [-np.inf]), judged()).expected()
    assert int((expected.right == NONE).sum()) == 20
    assert len(expected.scores) == 79 + 20
    assert expected.mcc(0.5) == pytest.approx(1)
    alone = Evidence(shown([0.2] * 80, [-np.inf] * 80), judged()).expected()
    assert len(alone.scores) == 0


# The collection's thresholds


def test_every_ranking_gets_a_threshold_and_searches_by_it(collection: Collection) -> None:
    fill(collection, 28)
    before = collection.search("card lost new plan")
    found = {calibration.ranking: calibration for calibration in calibrate(collection)}
    assert list(found) == list(RANKINGS)
    for name, calibration in found.items():
        assert not calibration.careful
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
    threshold = found["blend"].threshold
    assert after.answered == (after.matches[0].score >= threshold)
    high = replace(found["blend"], threshold=0.99)
    keep(collection.store, [high])
    assert not collection.search("card lost new plan").answered


def test_a_lower_rate_of_false_answers_is_a_higher_threshold(collection: Collection) -> None:
    fill(collection, 28)
    thresholds = [calibrate(collection, false_answers=rate)[1] for rate in (0.5, 0.2, 0.02)]
    assert [c.false_answers for c in thresholds] == [0.5, 0.2, 0.02]
    assert thresholds[0].threshold <= thresholds[1].threshold <= thresholds[2].threshold
    assert thresholds[0].threshold < thresholds[2].threshold


def test_too_little_gives_a_careful_default_and_says_so(collection: Collection) -> None:
    fill(collection, 3)
    for calibration, ranking in zip(calibrate(collection), (COSINE, BLEND), strict=True):
        assert calibration.threshold == ranking.threshold
        assert calibration.careful
        assert (calibration.low, calibration.expected) == (None, None)
        assert calibration.how.startswith("A careful default: there is too little")
        assert "there are 3" in calibration.how


def test_an_empty_collection_gets_the_default(collection: Collection) -> None:
    assert all(calibration.careful for calibration in calibrate(collection))


def test_entries_with_one_phrasing_say_what_cannot_be_seen(collection: Collection) -> None:
    fill(collection, 28, phrasings=False)
    for calibration in calibrate(collection):
        assert not calibration.careful
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
        assert "6 labelled queries and 2 thumbs" in calibration.how


def test_a_threshold_is_offered_anew_when_much_has_changed(collection: Collection) -> None:
    fill(collection, 20)
    store, fingerprint = collection.store, collection.embedder.model.fingerprint
    assert "never chosen" in outdated(kept(store.state(), "blend"), store.info(), fingerprint)
    calibrate(collection)
    chosen = kept(store.state(), "blend")
    assert outdated(chosen, store.info(), fingerprint) == ""
    assert outdated(chosen, store.info(), "another") == "It was chosen with another model."
    collection.remove([1, 2])
    assert outdated(chosen, store.info(), fingerprint) == ""
    collection.remove([3, 4, 5])
    assert "There were 20 entries" in outdated(chosen, store.info(), fingerprint)


def test_a_threshold_of_another_model_does_not_count(collection: Collection) -> None:
    fill(collection, 28)
    for calibration in calibrate(collection):
        foreign = replace(calibration, fingerprint="another", threshold=0.99)
        keep(collection.store, [foreign])
    assert collection.ranking("blend") == BLEND
    assert collection.ranking("cosine") == COSINE
