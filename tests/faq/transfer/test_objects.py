"""Nested data: every way in which people keep questions and answers in JSON."""

import io
import json
from typing import Any

import pytest

from faq.transfer.columns import by_field, chosen, notes
from faq.transfer.files import read_table
from faq.transfer.table import Table, UnreadableFile

ASKED, SAID = "Where is the key?", "At the desk."
ENTRY = {"question": ASKED, "answer": SAID}
OTHER = {"question": "Who pays?", "answer": "Nobody."}


def table(data: Any, language: str = "") -> Table:
    return read_table(io.BytesIO(json.dumps(data).encode()), "x.json", language=language)


def entries(data: Any, language: str = "") -> list[dict[str, str]]:
    """What an import would take, without empty fields."""
    read = table(data, language)
    columns = chosen(read, language=language)
    return [
        {field: cell for field, cell in by_field(cells, columns).items() if cell}
        for _, cells in read.rows
        if isinstance(cells, dict)
    ]


BOTH = [ENTRY, OTHER]


@pytest.mark.parametrize(
    "data",
    [
        BOTH,
        {"count": 2, "faqs": BOTH},
        {"data": {"allFaqs": {"edges": [{"node": ENTRY}, {"node": OTHER}]}}},
        {"data": [{"attributes": ENTRY}, {"attributes": OTHER}], "meta": {"page": 1}},
        {"-Nab": ENTRY, "-Nac": OTHER},
        {"1": ENTRY, "2": OTHER},
        {ASKED: SAID, "Who pays?": "Nobody."},
        {"faq": {ASKED: SAID, "Who pays?": "Nobody."}},
        {ASKED: {"answer": SAID}, "Who pays?": {"answer": "Nobody."}},
        {ASKED: [SAID], "Who pays?": ["Nobody."]},
        [{ASKED: SAID}, {"Who pays?": "Nobody."}],
        {"question": [ASKED, "Who pays?"], "answer": [SAID, "Nobody."]},
        {"question": {"0": ASKED, "1": "Who pays?"}, "answer": {"0": SAID, "1": "Nobody."}},
        {"columns": ["answer", "question"], "data": [[SAID, ASKED], ["Nobody.", "Who pays?"]]},
        [["question", "answer"], [ASKED, SAID], ["Who pays?", "Nobody."]],
        [[ASKED, SAID], ["Who pays?", "Nobody."]],
        {"pairs": [[ASKED, SAID], ["Who pays?", "Nobody."]]},
        [
            {"title": {"rendered": ASKED}, "content": {"rendered": SAID}},
            {"title": {"rendered": "Who pays?"}, "content": {"rendered": "Nobody."}},
        ],
        [{"question": ASKED, "answer": [{"type": "text", "text": SAID}]}, OTHER],
    ],
)
def test_entries_are_found_wherever_they_are(data: Any) -> None:
    assert entries(data) == BOTH


def test_names_that_are_questions_need_no_sign() -> None:
    assert entries({"How do I get in": "Ring.", "Where is the car park": "Behind."}) == [
        {"question": "How do I get in", "answer": "Ring."},
        {"question": "Where is the car park", "answer": "Behind."},
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"Doors": [ENTRY], "Money": [OTHER]},
        {"Doors": {ASKED: SAID}, "Money": {"Who pays?": "Nobody."}},
        {"categories": [{"title": "Doors", "items": [ENTRY]}, {"name": "Money", "faqs": [OTHER]}]},
        [{"topic": "Doors", "questions": [ENTRY]}, {"topic": "Money", "questions": [OTHER]}],
        {"sections": {"a": {"label": "Doors", "list": [ENTRY]}, "Money": {"list": [OTHER]}}},
        [ENTRY | {"category": "Doors"}, OTHER | {"category": "Money"}],
        {"rows": [[ASKED, SAID, "Doors"], ["Who pays?", "Nobody.", "Money"]]}
        | {"headers": ["Question", "Answer", "Category"]},
    ],
)
def test_categories_are_names_titles_or_fields(data: Any) -> None:
    assert entries(data) == [ENTRY | {"category": "Doors"}, OTHER | {"category": "Money"}]


@pytest.mark.parametrize(
    "data",
    [
        {"de": [{"question": "Wo?", "answer": "Hier."}], "en": [ENTRY]},
        {"de-AT": {"faq": [{"question": "Wo?", "answer": "Hier."}]}, "en-IE": {"faq": [ENTRY]}},
        [{"question": {"de": "Wo?", "en": ASKED}, "answer": {"de": "Hier.", "en": SAID}}],
        [{"de": {"question": "Wo?", "answer": "Hier."}, "en": ENTRY}],
        [{"question_de": "Wo?", "question_en": ASKED, "answer_de": "Hier.", "answer_en": SAID}],
        [{"questionDe": "Wo?", "questionEn": ASKED, "answerDe": "Hier.", "answerEn": SAID}],
    ],
)
def test_of_several_languages_the_first_or_the_chosen_one_is_taken(data: Any) -> None:
    assert entries(data) == [{"question": "Wo?", "answer": "Hier."}]
    assert entries(data, "en") == [ENTRY]
    said = " ".join(notes(table(data)))
    assert "Of several languages 'de" in said and "not used: en" in said


def test_one_language_is_no_category() -> None:
    assert entries({"en": {"faq": {"q1": ENTRY}}}) == [ENTRY]


@pytest.mark.parametrize(
    "data",
    [
        {"intents": [{"tag": "key", "patterns": [ASKED, "Lost it"], "responses": [SAID, "x"]}]},
        {"name": "key", "userSays": [{"data": [{"text": "Where is "}, {"text": "the key?"}]}]}
        | {"responses": [{"messages": [{"speech": SAID}]}]},
        {"intents": [{"intent": "key", "trainingPhrases": [{"parts": [{"text": ASKED}]}]}]},
        {"rasa_nlu_data": {"common_examples": [{"text": ASKED, "intent": "key", "entities": []}]}},
    ],
)
def test_the_first_pattern_of_an_intent_is_the_question(data: Any) -> None:
    [found] = entries(data)
    assert (found["question"], found["category"]) == (ASKED, "key")
    assert found.get("answer", SAID) == SAID
    assert found.get("phrasings", "Lost it") == "Lost it"


def test_examples_of_an_intent_are_one_entry_without_an_answer() -> None:
    examples = [{"text": text, "intent": "key"} for text in (ASKED, "Lost it", "No key")]
    data = {"rasa_nlu_data": {"common_examples": examples}}
    assert entries(data) == [
        {"question": ASKED, "phrasings": "Lost it\nNo key", "category": "key"},
    ]
    assert table(data).without_answers


@pytest.mark.parametrize(
    "data",
    [
        {"messages": [{"role": "user", "content": ASKED}, {"role": "assistant", "content": SAID}]},
        [{"conversations": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": SAID}]}],
        [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": ASKED},
            {"role": "assistant", "content": SAID},
        ],
    ],
)
def test_messages_of_a_chat_are_questions_and_answers(data: Any) -> None:
    assert entries(data) == [ENTRY]


@pytest.mark.parametrize("wrap", [lambda q: q, lambda q: {"@graph": [{"mainEntity": q}]}])
def test_a_page_of_schema_org_is_read(wrap: Any) -> None:
    answer = {"@type": "Answer", "text": "<p>At the <b>desk</b>.</p>"}
    asked = {"@type": "Question", "name": ASKED, "acceptedAnswer": answer}
    page = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": wrap([asked])}
    assert entries(page) == [{"question": ASKED, "answer": "At the **desk**."}]


@pytest.mark.parametrize(
    "more",
    [
        {"questions": [ASKED, "Lost it"]},
        {"question": ASKED, "variants": ["Lost it"]},
        {"question": ASKED, "alternativeQuestions": ["Lost it"]},
    ],
)
def test_other_questions_are_phrasings(more: dict[str, Any]) -> None:
    assert entries([more | {"answer": SAID}]) == [ENTRY | {"phrasings": "Lost it"}]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (False, "false"), (2.5, "2.5"), (["a", "b"], "a\nb")]
)
def test_what_is_no_text_is_an_answer_too(value: Any, text: str) -> None:
    assert entries([{"question": ASKED, "answer": value}]) == [{"question": ASKED, "answer": text}]


def test_lines_of_cells_without_a_question_are_refused_one_by_one() -> None:
    read = table([ENTRY, ["red", "green", "blue"], OTHER])
    assert [isinstance(cells, dict) for _, cells in read.rows] == [True, False, True]


def test_a_list_of_texts_is_questions_alone() -> None:
    data = {"questions": [ASKED, "Who pays?"]}
    assert entries(data) == [{"question": ASKED}, {"question": "Who pays?"}]
    assert table(data).without_answers


def test_what_has_no_question_is_refused_by_its_names() -> None:
    rows = list(table([ENTRY, {"name": "x", "links": [1]}]).rows)
    assert rows[1] == (2, "The item 2: It has no question; its names are 'name', 'links'.")


@pytest.mark.parametrize(
    "data", [[{"text": "where is it", "intent": "place"}], {"a": 1}, {"tags": ["x"]}, [[1, 2, 3]]]
)
def test_labels_and_numbers_are_no_entries(data: Any) -> None:
    with pytest.raises(UnreadableFile):
        entries(data)


def test_a_bots_further_answers_are_named() -> None:
    intent = {"tag": "key", "patterns": ["Lost key?"], "responses": ["At the desk.", "Ask us."]}
    table = read_table(io.BytesIO(json.dumps([intent]).encode()), "bot.json")
    assert table.notes == ("Where a bot has several answers, the first one is taken.",)
