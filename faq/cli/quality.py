"""Commands that say how well a collection answers, and when it should not."""

from faq.cli.command import DONE, FAILED, Result, Run, message
from faq.collection import ReadableCollection
from faq.evaluation import calibration
from faq.evaluation.asking import evaluate as ask
from faq.evaluation.figures import Evaluation
from faq.evaluation.queries import LabelledQuery, labelled, own_tests
from faq.search.threshold import Calibration
from faq.transfer.files import opened_table


def evaluate(run: Run) -> int:
    collection, least = run.readable_collection(), run.arguments.fail_under
    ranking = collection.ranking(run.arguments.ranking)
    if run.arguments.file:
        [asked] = ask(collection, _queries(run, collection), [ranking])
        result = _as_json(asked)
    else:
        own = own_tests(collection)
        if not own.queries:
            message("No published entry has a query that must find it. Name a file of queries.")
            return FAILED
        [asked] = ask(collection, own.queries, [ranking])
        [unwanted] = ask(collection, own.must_not_find, [ranking])
        result = _as_json(asked)
        result["must_not_find"] = {
            "queries": len(own.must_not_find),
            "found": unwanted.answered_right,
        }
    run.show(result, _as_text(result))
    if least is None:
        return DONE
    if result["hit@1"] is None:
        message("No query is in scope, so there is no hit@1 to compare with --fail-under.")
        return FAILED
    if result["hit@1"] < least:
        message(f"hit@1 is {result['hit@1']:.4f}, under {least:g}.")
        return FAILED
    return DONE


def calibrate(run: Run) -> int:
    collection = run.collection()
    queries = _queries(run, collection) if run.arguments.file else []
    calibrations = calibration.calibrate(collection, queries, run.arguments.false_answers)
    return run.show(
        {one.ranking: _threshold_as_json(one) for one in calibrations},
        "\n".join(f"{c.ranking}: {c.threshold:.3f}\n  {c.how}" for c in calibrations),
    )


def _queries(run: Run, collection: ReadableCollection) -> list[LabelledQuery]:
    with opened_table(run.arguments.file) as table:
        return labelled(table.named("query"), collection.store)


def _as_json(evaluation: Evaluation) -> Result:
    figures, in_scope = evaluation.figures(), evaluation.in_scope
    best_threshold, best_mcc = evaluation.in_hindsight()
    return {
        "ranking": evaluation.ranking.name,
        "queries": len(in_scope),
        "hit@1": figures.hit_at_1,
        "hit@5": figures.hit_at_5,
        "mrr@10": figures.mrr_at_10,
        "ndcg@10": figures.ndcg_at_10,
        "out_of_scope": {
            "queries": int((~in_scope).sum()),
            "auroc": figures.auroc,
            "threshold": evaluation.ranking.threshold,
            "mcc": figures.mcc,
            "accuracy": figures.accuracy,
            "best_threshold": best_threshold,
            "best_mcc": best_mcc,
        },
    }


def _as_text(result: Result) -> str:
    def formatted(figure: float | None) -> str:
        return "-" if figure is None else f"{figure:.4f}"

    outside, unwanted = result["out_of_scope"], result.get("must_not_find")
    names = ("hit@1", "hit@5", "mrr@10", "ndcg@10")
    return (
        f"{result['queries']:,} queries, {outside['queries']:,} of them out of scope, ranked by "
        f"{result['ranking']}\n"
        + "  ".join(f"{name} {formatted(result[name])}" for name in names)
        + f"\nin scope or out: AUROC {formatted(outside['auroc'])}\n"
        f"from {outside['threshold']:.4f} on: MCC {outside['mcc']:.4f}, "
        f"accuracy {outside['accuracy']:.4f}; in hindsight, from {outside['best_threshold']:.4f} "
        f"on: MCC {outside['best_mcc']:.4f}"
        + (
            f"\nqueries that found an entry they must not: {unwanted['found']:,} of "
            f"{unwanted['queries']:,}"
            if unwanted
            else ""
        )
    )


def _threshold_as_json(calibration: Calibration) -> Result:
    expected = calibration.expected
    return {
        "threshold": calibration.threshold,
        "how": calibration.how,
        "low": calibration.low,
        "high": calibration.high,
        "mcc": expected and expected.mcc,
        "coverage": expected and expected.here.coverage,
        "risk": expected and expected.here.risk,
        "phrasings": calibration.phrasings,
        "labelled": calibration.labelled,
        "feedback": calibration.feedback,
    }
