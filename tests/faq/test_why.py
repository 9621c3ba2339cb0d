"""Which words of a query carried a match; words are those that the search finds."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.collection import Collection
from faq.search.ranking import BALANCED, COSINE, RANKINGS, Ranking
from faq.search.why import carried
from faq.search.words import contained, content_words, folded, marked_parts
from store import Content, open_store
from store.words import words
from tests.fakes import WordCountEmbedder

letters = st.text(
    st.sampled_from("abzABZ09 -_'.,/éÉñŁßΣς\u0301жЖ½²ﬁ\n我卡丢が한กีุ่บคาह्िन"), max_size=40
)


@pytest.mark.parametrize("ranking", RANKINGS.values(), ids=RANKINGS)
def test_a_word_adds_what_the_score_loses_without_it(ranking: Ranking, tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    collection = Collection(store, WordCountEmbedder(), "ada")
    entry = collection.add(Content("lost card", "Call about your card.", phrasings=("card gone",)))
    collection.add(Content("new plan"))

    def score(query: str) -> float:
        matches = collection.search(query, ranking=ranking).matches
        return next(match.score for match in matches if match.entry.id == entry.id)

    told = carried(collection, "Lost, my card!", entry.id, ranking)
    assert [one.word for one in told] == ["Lost", "my", "card"]
    whole = score("Lost, my card!")
    without = [score(text) for text in (", my card!", "Lost,  card!", "Lost, my !")]
    assert [one.adds for one in told] == pytest.approx([whole - w for w in without], abs=1e-5)
    assert told[2].adds > 0
    store.close()


def test_there_is_nothing_to_leave_out_of_one_word(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    collection = Collection(store, WordCountEmbedder(), "ada")
    entry = collection.add(Content("lost card"))
    assert carried(collection, "card?", entry.id, COSINE) == []
    assert carried(collection, "...", entry.id, BALANCED) == []
    assert carried(collection, "lost card", 99, BALANCED) == []
    store.close()


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


def test_in_scripts_without_spaces_pairs_of_signs_are_contained_and_marked() -> None:
    entry = Content("我的卡丢了", "请拨打电话。", tags=("VISA卡",))
    wanted = content_words("VISA 卡丢了怎么办")
    assert wanted == {"visa", "卡丢", "丢了", "了怎", "怎么", "么办"}
    assert contained(wanted, entry) == {"visa", "卡丢", "丢了"}
    assert contained(content_words("卡"), entry) == {"卡"}
    text = "VISA卡丢了吗。卡丢、丢了"
    marked = [text[start:stop] for start, stop in marked_parts(text, wanted)]
    assert marked == ["VISA", "卡丢了", "卡丢", "丢了"]
