"""What other systems export, in their documented forms, comes in as entries."""

import io
import json
from typing import Any

import pytest

from faq.fields import content_of
from faq.transfer.columns import by_field, chosen
from faq.transfer.files import read_table
from store import Content, Status

PAY, CARD = "How do I pay?", "By card."


def entries_of(data: bytes, name: str) -> list[Content]:
    table = read_table(io.BytesIO(data), name)
    columns = chosen(table)
    entries = []
    for _, cells in table.rows:
        assert isinstance(cells, dict), cells
        entries.append(content_of(by_field(cells, columns), Content("")))
    return entries


@pytest.mark.parametrize(
    ("export", "expected"),
    [
        pytest.param(
            {
                "count": 1,
                "next_page": None,
                "articles": [
                    {
                        "id": 285,
                        "url": "https://example.org/api/v2/help_center/en-us/articles/285.json",
                        "html_url": "https://example.org/hc/en-us/articles/285",
                        "author_id": 3,
                        "draft": True,
                        "section_id": 9,
                        "name": PAY,
                        "title": PAY,
                        "label_names": ["money", "desk"],
                        "body": "<p>By <b>card</b>.</p>",
                    }
                ],
            },
            Content(
                PAY,
                "By **card**.",
                key="285",
                tags=("money", "desk"),
                status=Status.DRAFT,
                source="https://example.org/hc/en-us/articles/285",
            ),
            id="Zendesk",
        ),
        pytest.param(
            {
                "type": "list",
                "pages": {"page": 1},
                "data": [
                    {
                        "type": "article",
                        "id": "69",
                        "title": PAY,
                        "description": "Ways to pay",
                        "body": f"<p>{CARD}</p>",
                        "author_id": 1,
                        "state": "published",
                        "translated_content": {"fr": {"title": "Payer ?", "body": "Par carte."}},
                    }
                ],
            },
            Content(PAY, CARD, key="69"),
            id="Intercom",
        ),
        pytest.param(
            {
                "payload": [
                    {
                        "id": 4,
                        "slug": "pay",
                        "title": PAY,
                        "content": CARD,
                        "description": "Ways to pay",
                        "status": "archived",
                        "category": {"id": 1, "name": "Billing", "slug": "billing"},
                    }
                ],
                "meta": {"all_articles_count": 1},
            },
            Content(PAY, CARD, key="pay", category="Billing", status=Status.ARCHIVED),
            id="Chatwoot",
        ),
        pytest.param(
            [
                {
                    "record_id": 1,
                    "record_lang": "en",
                    "category_id": 1,
                    "question": PAY,
                    "answer": f"<p>{CARD}</p>",
                    "id": 1,
                }
            ],
            Content(PAY, CARD, key="1"),
            id="phpMyFAQ",
        ),
        pytest.param(
            {
                "qnaDocuments": [
                    {
                        "id": 1,
                        "answer": CARD,
                        "source": "desk",
                        "questions": [PAY, "Payment?"],
                        "metadata": [{"name": "topic", "value": "billing"}],
                        "dialog": {"isContextOnly": False, "prompts": []},
                    }
                ]
            },
            Content(PAY, CARD, key="1", phrasings=("Payment?",), source="desk"),
            id="Azure question answering",
        ),
        pytest.param(
            [
                {
                    "id": 5,
                    "title": {"rendered": PAY},
                    "content": {"rendered": f"<p>{CARD}</p>", "protected": False},
                    "status": "publish",
                }
            ],
            Content(PAY, CARD, key="5"),
            id="WordPress",
        ),
        pytest.param(
            {
                "data": [
                    {
                        "title": "Billing",
                        "paragraphs": [
                            {
                                "context": "Money",
                                "qas": [{"question": PAY, "answers": [{"text": CARD}]}],
                            }
                        ],
                    }
                ]
            },
            Content(PAY, CARD, category="Billing"),
            id="SQuAD",
        ),
    ],
)
def test_an_export_becomes_the_entry_that_it_was(export: Any, expected: Content) -> None:
    assert entries_of(json.dumps(export).encode(), "export.json") == [expected]


def test_the_rows_of_an_id_of_qna_maker_are_one_entry() -> None:
    lines = [
        "Question\tAnswer\tSource\tMetadata\tSuggestedQuestions\tIsContextOnly\tPrompts\tQnaId",
        "How do I pay?\tBy card.\\nOr cash.\tEditorial\ttopic:billing|desk:2\t[]\tfalse\t[]\t7",
        "When is it open?\tAt nine.\tdesk\t\t[]\tfalse\t[]\t8",
        "Payment?\tBy card.\\nOr cash.\tEditorial\ttopic:billing|desk:2\t[]\tfalse\t[]\t7",
    ]
    assert entries_of("\n".join(lines).encode(), "qnas.tsv") == [
        Content(
            PAY,
            "By card.\nOr cash.",
            key="7",
            tags=("topic:billing", "desk:2"),
            phrasings=("Payment?",),
        ),
        Content("When is it open?", "At nine.", key="8", source="desk"),
    ]
