"""The threshold in Settings: what it is, why, and when it changes."""

from datetime import datetime

import streamlit as st

from faq.search.threshold import Calibration, current
from ui.context import Context
from ui.text import counted, plain


def show(run: Context) -> None:
    """Show from which score on an entry answers, and how that was chosen."""
    ranking = run.ranking
    calibration = current(run.collection.state, ranking.name)
    st.header("When no entry answers", anchor=False)
    st.caption(
        f"An entry answers a question from the score {ranking.threshold:.2f} on. "
        f"{_chosen(calibration)}",
        help=plain(calibration.how) if calibration else None,
    )
    st.page_link("pages/quality.py", label="Choose it in Quality", icon=":material/tune:")


def _chosen(calibration: Calibration | None) -> str:
    if calibration is None:
        return "That is a beginning: it is chosen by itself once there are entries."
    day = f"{datetime.fromisoformat(calibration.at):%-d %B %Y}"
    if calibration.by:
        return (
            f"It was chosen on {day} by {plain(calibration.by)}, so it stays until somebody "
            "chooses it anew, or the collection answers with another model."
        )
    if calibration.labelled:
        queries = counted(calibration.labelled, "labelled query", "labelled queries")
        return (
            f"It was chosen on {day} with {queries}, so it stays until somebody chooses it anew, "
            "or the collection answers with another model."
        )
    aim = "from the collection and its language model"
    if calibration.false_answers is not None:
        aim = (
            f"so that about {calibration.false_answers * 100:.0f} of 100 questions that no entry "
            "answers get an answer, as somebody wanted"
        )
    return f"It was chosen on {day} {aim}, and is chosen anew by itself when much has changed."
