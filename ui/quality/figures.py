"""The figures of retrieval: what the trade calls them, and what they say."""

from typing import NamedTuple

from faq.evaluation.figures import Measured


class Figure(NamedTuple):
    """A figure: its name in reports, its title, and what it says in a sentence."""

    name: str
    title: str
    says: str
    out_of_scope: bool = False


FIGURES = (
    Figure("hit_at_1", "hit@1", "How often the right entry comes first."),
    Figure("hit_at_5", "hit@5", "How often the right entry is among the first five."),
    Figure(
        "mrr_at_10",
        "MRR@10",
        "How near to the top the right entry comes: 1 is always first, 0.5 always second.",
    ),
    Figure(
        "ndcg_at_10",
        "nDCG@10",
        "The same, but a second or third place counts for more: 1 is always first.",
    ),
    Figure(
        "auroc",
        "AUROC",
        "How well the score tells questions that an entry answers from all others: "
        "0.5 is chance, 1 never errs.",
        out_of_scope=True,
    ),
    Figure(
        "mcc",
        "MCC",
        "How well what is said, the entry or “no close match”, agrees with what is right: "
        "0 is chance, 1 always right.",
        out_of_scope=True,
    ),
)


def written(measured: Measured | None) -> str:
    """Return a figure with its interval."""
    if measured is None:
        return ""
    if measured.low is None or measured.high is None:
        return f"{measured.value:.3f}"
    return f"{measured.value:.3f} ({measured.low:.3f} to {measured.high:.3f})"
