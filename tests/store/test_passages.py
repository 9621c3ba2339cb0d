"""An answer's passages: nothing is lost, each is short, and they end where sentences do."""

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from store import Content
from store.passages import MOST_OF_QUESTION, MOST_TOKENS, beginning, spans_of, tokens
from tests.faq.texts import HOSTILE, MEGABYTE

SENTENCES = {
    "English": "The card comes in a week, and the old one is blocked at once. ",
    "questions": "Is it lost?! Then (please) call us. ",
    "lines": "- the first step of many comes here\n",
    "Russian": "Новая карта придёт через неделю, старую мы сразу блокируем. ",
    "Arabic": "هل فقدت بطاقتك؟ اتصل بنا على الفور. ",
    "Hindi": "नया कार्ड एक सप्ताह में आता है। ",
    "Chinese": "新卡一周内寄到旧卡立即停用。",
    "Japanese": "新しいカードは一週間で届きます。",
    "Thai": "บัตรใหม่จะมาถึงภายในหนึ่งสัปดาห์ ",
}
pieces = st.sampled_from([*SENTENCES.values(), *HOSTILE.values(), "x" * 300, "我" * 300, " ", "\n"])
answers = st.lists(pieces, max_size=40).map("".join)
questions = st.lists(pieces, min_size=1, max_size=8).map("".join)


@given(questions, answers)
@example("lost card", MEGABYTE)
@example("x" * 5000, "y" * 5000)
def test_passages_follow_one_another_cover_the_answer_and_are_short(
    question: str, answer: str
) -> None:
    spans = spans_of(question, answer)
    assert [start for start, _ in spans] == [0, *(stop for _, stop in spans)][: len(spans)]
    assert "".join(answer[start:stop] for start, stop in spans) == answer
    assert len(spans) == 1 or all(answer[start:stop].strip() for start, stop in spans)
    assert spans == spans_of(question, answer)
    room = MOST_TOKENS - tokens(beginning(question))
    # Parts are counted one by one, with rounding.
    assert room >= MOST_TOKENS - MOST_OF_QUESTION - 2
    assert all(tokens(answer[start:stop]) <= room + 2 for start, stop in spans)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_passages_end_with_sentences_and_none_is_a_short_rest(sentence: str) -> None:
    content = Content("Lost card?", (sentence * 60).strip())
    passages = [content.answer[start:stop].strip() for start, stop in content.passages]
    ends = {sentence.strip()[-1], "!", "؟"}
    assert len(passages) > 2
    assert all(passage[-1] in ends for passage in passages)
    lengths = [tokens(passage) for passage in passages]
    assert min(lengths) > 0.45 * max(lengths) > 60


def test_a_short_answer_is_one_passage_with_its_question() -> None:
    content = Content("lost card", "Call us.\nThen wait.")
    assert content.passages == {(0, len(content.answer)): "lost card\nCall us.\nThen wait."}
    assert content.texts == ("lost card", "lost card\nCall us.\nThen wait.")
    assert Content("lost card").passages == {}


def test_a_very_long_question_leaves_room_for_the_answer() -> None:
    question = "I lost my card when I was on a journey and what do I do now? " * 20
    [text] = Content(question, "Call us.").answer_texts
    before, after = text.split("\n")
    assert question.startswith(before) and len(before) > 200
    assert tokens(before) <= MOST_OF_QUESTION
    assert after == "Call us."
