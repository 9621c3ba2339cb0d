"""Why an entry was found: the words that it shares with the question, and in full on demand."""

import re
from collections.abc import Callable, Set

import streamlit as st

from faq.collection import SearchResult
from faq.search.ranking import Match
from faq.search.why import carried, score_of
from faq.search.words import contained, content_words, marked_parts
from store.words import MARKS
from ui import notice
from ui.context import Context
from ui.text import counted, escaped, markdown, on_one_line, plain, shortened

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
# A word in its ordinary punctuation. Emphasis stays what it is: asterisks are at the ends alone.
_ORDINARY = re.compile(
    r"(\**[\"'(\u201c\u2018\u201e\u00ab]*)"
    rf"([^\W_](?:[^\W_]|[{MARKS}])*+(?:[-'\u2019/,]++(?:[^\W_]|[{MARKS}])++)*+)"
    r"([\"')\u201d\u2019\u00bb.,;:!?\u2026]*\**)"
)


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
    before, inside, after = ordinary.groups()
    if inside.isdecimal() and after:  # perhaps the number of a list's item
        return piece
    return f"{before}{_marked(inside, wanted, str)}{after}"


def _marked(text: str, wanted: Set[str], written: Callable[[str], str]) -> str:
    parts, end = [], 0
    for start, stop in marked_parts(text, wanted):
        parts += [written(text[end:start]), MARK.format(text[start:stop])]
        end = stop
    return "".join([*parts, written(text[end:])])


def wanted(match: Match, result: SearchResult) -> frozenset[str]:
    """Return the words to be marked in a match: of the query as it was typed, and as it found the
    match."""
    return content_words(result.query) | content_words(match.form)


def line(match: Match, result: SearchResult) -> str:
    """Return in a line of markdown what of the entry matched; empty where words alone did."""
    if match.cosine is None:
        return ""
    asked = content_words(match.form or result.query)
    matched = f"Matched “{marked_line(shortened(match.matched), asked)}”"
    if match.keyword is None or not asked:
        return matched
    number = len(contained(asked, match.entry.content))
    return f"{matched} · has {number or 'none'} of your {counted(len(asked), 'word')}"


def button(run: Context, match: Match, result: SearchResult) -> None:
    """Show the button that explains why this entry was found; nothing is computed before it is
    opened."""
    if match.cosine is None:
        return
    key = f"why_{match.entry.id}_{hash((result.query, result.ranking))}"
    why = st.popover("Why", icon=":material/help:", key=key, on_change="rerun")
    if why.open:
        with why, notice.errors():
            _show(run, match, result)


def _show(run: Context, match: Match, result: SearchResult) -> None:
    ranking = run.ranking_named(result.ranking)
    parts = [f"similarity {match.cosine:.3f}"]
    if match.keyword is not None:
        parts.append(f"keyword share {match.keyword:.3f}")
    st.markdown(f"**Score {match.score:.3f}**, an answer from {ranking.threshold:.3f} on")
    if not ranking.by_best_phrasing:
        st.caption(
            f"It is made of: {', '.join(parts)}; and how similar the entry's other ways of asking "
            "and its answer are. The keyword share is 1 where the entry has all your words, and "
            "often; rare words count for more."
        )
    if match.form != result.query:
        typed = score_of(run.collection, result.query, match.entry.id, ranking)
        form = plain(shortened(match.form, 200))
        st.caption(f"Found as “{form}”. As you typed it, the score is {typed:.3f}.")
    carrying = carried(run.collection, match.form, match.entry.id, ranking)
    if not carrying:
        st.caption("With two words or more, you would see here what each of them adds.")
        return
    strongest = max(carrying, key=lambda one: one.adds)
    names = (f"{shortened(one.word, 24)}{' ' * place}" for place, one in enumerate(carrying))
    st.bar_chart(
        # Spaces after the names: a word that comes twice has two bars.
        {"Word": list(names), "Adds": [round(one.adds, 3) for one in carrying]},
        x="Word",
        y="Adds",
        x_label="",
        y_label="",
        horizontal=True,
        sort=False,
        height=AXIS_HEIGHT + BAR_HEIGHT * len(carrying),
        alt=f"What each word of the question adds; most comes from {strongest.word}",
    )
    st.caption("How much lower the entry would score without the word.")
