"""Why an entry was found: the words that it shares with the question, and in full on demand."""

import re
from collections.abc import Callable, Set

import streamlit as st

from faq.collection import SearchResult
from faq.search.ranking import Match
from faq.search.why import carried, score_of
from faq.search.words import contained, content_words, marked_parts
from store.words import MARKS
from ui import buttons, charts, notice
from ui.charts import FEW_TICKS, channel
from ui.context import Context
from ui.text import counted, escaped, markdown, on_one_line, plain, shortened

EXPLAINED = "explained"  # the match of this session whose explanation is open
BAR_HEIGHT, AXIS_HEIGHT = 26, 50  # pixels


MARK = ":primary-background[{}]"

_PARAGRAPHS = re.compile(r"(\n[ \t\r]*\n)")
# Where markdown takes text literally, or for a link: a mark could change what it means.
_LITERAL = re.compile(r"[`\[\]]|^(?: {4}|\t)", re.MULTILINE)
_LITERAL_TO_THE_END = re.compile(r"```|~~~|<")
# Between white space, and between the punctuation that Chinese and Japanese have without any.
_PIECES = re.compile(
    r"([^ \t\r\n\u3001-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]+)"
)
_OPENING, _CLOSING = "[\"'(\u201c\u2018\u201e\u00ab]*", "[\"')\u201d\u2019\u00bb.,;:!?\u2026]*"
# A word in its ordinary punctuation. Emphasis stays what it is: asterisks are at the ends alone.
_ORDINARY = re.compile(
    rf"(\**)({_OPENING})"
    rf"([^\W_](?:[^\W_]|[{MARKS}])*+(?:[-'\u2019/,]++(?:[^\W_]|[{MARKS}])++)*+)"
    rf"({_CLOSING})(\**)"
)
# What is marked together with a word: a mark has a margin, which would look like a space.
_BEFORE = re.compile(f"{_OPENING}$")
_AFTER = re.compile(rf"(?:['\u2019][st]\b)?{_CLOSING}")


def marked_line(text: str, wanted: Set[str]) -> str:
    """Return markdown that shows `text` as it is, on one line, with the `wanted` words marked:
    words as `faq.search.words.folded` returns them."""
    return _marked(on_one_line(text), wanted, escaped)


def marked_answer(text: str, wanted: Set[str]) -> str:
    """Return the markdown of an answer with the `wanted` words marked in its running text. Code,
    links and whatever else a mark could change are left alone."""
    parts = _PARAGRAPHS.split(markdown(text))
    for place, part in enumerate(parts):
        if _LITERAL_TO_THE_END.search(part):
            break
        if not _LITERAL.search(part):
            parts[place] = _PIECES.sub(lambda piece: _piece(piece[0], wanted), part)
    return "".join(parts)


def _piece(piece: str, wanted: Set[str]) -> str:
    ordinary = _ORDINARY.fullmatch(piece)
    if ordinary is None:
        return piece
    emphasis, opening, inside, closing, end = ordinary.groups()
    if inside.isdecimal() and closing:  # perhaps the number of a list's item
        return piece
    return f"{emphasis}{_marked(opening + inside + closing, wanted, str)}{end}"


def _marked(text: str, wanted: Set[str], written: Callable[[str], str]) -> str:
    parts, end = [], 0
    for start, stop in marked_parts(text, wanted):
        before = _BEFORE.search(text, end, start)
        after = _AFTER.match(text, stop)
        assert before and after  # both match the empty text
        parts += [
            written(text[end : before.start()]),
            MARK.format(written(text[before.start() : after.end()])),
        ]
        end = after.end()
    return "".join([*parts, written(text[end:])])


def wanted(match: Match, result: SearchResult) -> frozenset[str]:
    """Return the words to be marked in a match: of the query as it was typed, and as it found the
    match."""
    return content_words(result.query) | content_words(match.form)


def line(match: Match) -> str:
    """Return in a line of markdown which other way of asking matched; empty where none did."""
    if match.cosine is None or match.matched == match.entry.content.question:
        return ""
    matched = f"“{shortened(match.matched)}”"
    return f"Matched {marked_line(matched, content_words(match.form))}"


def button(match: Match, result: SearchResult) -> None:
    """Show the button that explains why this entry was found, or hides that again. Nothing is
    computed before."""
    if match.cosine is not None:
        buttons.button("Why", _key(match, result), _turn, _key(match, result), icon="help")


def show(run: Context, match: Match, result: SearchResult) -> None:
    """Explain why this entry was found, if that was asked for."""
    if st.session_state.get(EXPLAINED) == _key(match, result):
        with st.container(key="why"), notice.errors():
            _show(run, match, result)


def _key(match: Match, result: SearchResult) -> str:
    return f"why_{match.entry.id}_{hash((result.query, result.ranking))}"


def _turn(key: str) -> None:
    explained = st.session_state.get(EXPLAINED)
    st.session_state[EXPLAINED] = None if explained == key else key


def _show(run: Context, match: Match, result: SearchResult) -> None:
    ranking = run.ranking_named(result.ranking)
    st.markdown(
        f"**Score {match.score:.3f}.** From {ranking.threshold:.3f} on, an entry counts as an "
        "answer."
    )
    if not ranking.by_best_phrasing:
        st.caption(
            f"In meaning, your question and this entry are {match.cosine:.3f} similar: 1 is the "
            "same, 0 has nothing in common. How similar its other ways of asking and its answer "
            "are counts too."
        )
    asked = content_words(match.form or result.query)
    if match.keyword is not None and asked:
        number = len(contained(asked, match.entry.content))
        st.caption(
            f"The entry has {number or 'none'} of your {counted(len(asked), 'telling word')}; "
            "words such as “how” and “the” do not count. As rare words count for more, that is "
            f"{match.keyword:.3f} of 1."
        )
    if match.form != result.query:
        typed = score_of(run.collection, result.query, match.entry.id, ranking)
        form = plain(shortened(match.form, 200))
        st.caption(f"Found as “{form}”. As you typed it, the score is {typed:.3f}.")
    carrying = carried(run.collection, match.form, match.entry.id, ranking)
    if not carrying:
        st.caption("With two words or more, you would see here what each of them adds.")
        return
    st.caption("How much lower the entry would score without the word:")
    strongest = max(carrying, key=lambda one: one.adds)
    charts.show(
        [  # Spaces after a word: one that comes twice has two bars.
            {"word": f"{shortened(one.word, 24)}{' ' * place}", "adds": round(one.adds, 3)}
            for place, one in enumerate(carrying)
        ],
        {
            "height": AXIS_HEIGHT + BAR_HEIGHT * len(carrying),
            "mark": "bar",
            "encoding": {
                "x": channel("adds:Q", axis=FEW_TICKS),
                "y": channel("word:N", sort=None),
            },
        },
        alt=f"What each word of the question adds; most comes from {strongest.word}",
    )
