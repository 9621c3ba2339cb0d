"""Words are those that the search finds."""

from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given

from faq.search.why import contained, content_words, folded, words
from store import Content, open_store

letters = st.text(st.sampled_from("abzABZ09 -_'.,/éÉñŁßΣς\u0301жЖ½²ﬁ\n"), max_size=40)


def test_they_are_split_and_compared_as_the_search_does(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")

    @given(letters)
    def check(text: str) -> None:
        [found] = store.words.occurrences([text])
        ours = list(dict.fromkeys(folded(word[0]) for word in words(text)))
        assert ours == [one.word for one in found]

    check()
    store.close()


def test_an_entry_holds_a_word_wherever_it_stands() -> None:
    entry = Content("Lost?", "Call the Désk.", category="Cards", tags=("new",), phrasings=("gone",))
    wanted = content_words("the lost desk is gone, new cards, discount")
    assert contained(wanted, entry) == {"lost", "desk", "gone", "new", "cards"}
