"""How two similar texts differ all the same."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.inbox.difference import WordDifference, word_difference
from tests.faq.texts import any_text


@pytest.mark.parametrize(
    ("left", "right", "kind", "words"),
    [
        ("Can I cancel?", "Can I not cancel?", "negation", ((), ("not",))),
        ("Why can't I pay?", "Why can I pay?", "negation", (("can't",), ())),
        ("Why can\u2019t I pay?", "Why can I pay?", "negation", (("can't",), ())),
        ("Travel with a visa", "Travel without a visa", "negation", ((), ("without",))),
        ("How do I activate it?", "How do I deactivate it?", "negation", ((), ("deactivate",))),
        ("I am able to pay", "I am unable to pay", "negation", ((), ("unable",))),
        ("What costs 5 cards?", "What costs 10 cards?", "number", (("5",), ("10",))),
        ("What do two cards cost?", "What do 3 cards cost?", "number", (("two",), ("3",))),
        ("Is there a limit?", "Is there a limit of 1.5 GB?", "number", ((), ("1.5",))),
        ("Where is my Visa?", "Where is my Mastercard?", "name", (("Visa",), ("Mastercard",))),
        ("Do you open in Paris?", "Do you open in the city?", "name", (("Paris",), ())),
        ("ATM fees", "Card fees", "name", (("ATM",), ())),
    ],
)
def test_a_negation_a_number_or_a_name_is_a_difference(
    left: str, right: str, kind: str, words: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    assert word_difference(left, right) == WordDifference(kind, *words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("How do I cancel?", "how can i cancel my plan"),
        ("Two cards?", "2 cards"),
        ("I can't pay", "I cannot pay"),
        ("How Do I Replace My Lost Card?", "How do I replace my lost card?"),
        ("How Do I Get Another Card Quickly", "how do i replace my card"),
        ("HOW DO I PAY", "how can somebody pay"),
        ("Where is my visa?", "Where is my Visa?"),
        ("Then I'm lost. Call whom?", "Lost, whom to call?"),
        ("", ""),
    ],
)
def test_other_words_say_nothing(left: str, right: str) -> None:
    assert word_difference(left, right) is None


@given(any_text, st.text(max_size=20))
def test_either_way_round_it_is_the_same_and_nothing_differs_from_itself(
    left: str, right: str
) -> None:
    assert word_difference(left, left) is None
    one, other = word_difference(left, right), word_difference(right, left)
    assert (one and (one.kind, one.left, one.right)) == (
        other and (other.kind, other.right, other.left)
    )
