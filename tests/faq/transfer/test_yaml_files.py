"""YAML: the same entries as in JSON, as data alone, and no bomb."""

import io

import pytest

from faq.transfer.columns import by_field, chosen
from faq.transfer.files import read_table
from faq.transfer.table import UnreadableFile


def entries(text: str | bytes) -> list[dict[str, str]]:
    data = text.encode() if isinstance(text, str) else text
    read = read_table(io.BytesIO(data), "x.yml")
    columns = chosen(read)
    found = [by_field(cells, columns) for _, cells in read.rows if isinstance(cells, dict)]
    return [{field: cell.strip() for field, cell in cells.items() if cell} for cells in found]


ENTRY = {"question": "Where is it?", "answer": "Here."}


@pytest.mark.parametrize(
    "text",
    [
        "- question: Where is it?\n  answer: Here.\n",
        "faqs:\n  - q: Where is it?\n    a: |\n      Here.\n",
        '"Where is it?": Here.\n',
        "---\nquestion: Where is it?\nanswer: Here.\n---\n",
        "de:\n  - {question: 'Where is it?', answer: Here.}\nno:\n  - {question: X, answer: Y}\n",
    ],
)
def test_entries_are_found_wherever_they_are(text: str) -> None:
    assert entries(text) == [ENTRY]


def test_documents_in_one_file_are_all_read() -> None:
    text = "question: Where is it?\nanswer: Here.\n---\n- question: When?\n  answer: Now.\n"
    assert entries(text) == [ENTRY, {"question": "When?", "answer": "Now."}]


def test_the_names_of_lists_are_categories() -> None:
    text = "Doors:\n  - question: Where is it?\n    answer: Here.\n"
    assert entries(text) == [ENTRY | {"category": "Doors"}]


@pytest.mark.parametrize("value", ["0", "no", "yes", "false", "2026-12-31", "1.50", "12:30"])
def test_values_stay_as_they_are_written(value: str) -> None:
    assert entries(f"- question: Where is it?\n  answer: {value}\n") == [ENTRY | {"answer": value}]


def test_examples_of_rasa_lose_their_marks() -> None:
    text = """\
version: "3.1"
nlu:
- intent: key
  examples: |
    - where is the [key](thing)
    - lost [it]{"entity": "thing"}
"""
    assert entries(text) == [
        {"question": "where is the key", "phrasings": "lost it", "category": "key"}
    ]


def test_a_merged_object_gives_its_fields() -> None:
    text = "base: &base\n  category: Doors\nfaqs:\n  - <<: *base\n    question: Q\n    answer: A\n"
    assert entries(text) == [{"question": "Q", "answer": "A", "category": "Doors"}]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(codec: str) -> None:
    text = "- question: Für wen?\n  answer: Für alle.\n"
    assert entries(text.encode(codec)) == [{"question": "Für wen?", "answer": "Für alle."}]


BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(9))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- question: a\n\tanswer: b\n", "not YAML at line 2, column 1: found a tab"),
        ("- question: a: b\n", "not YAML at line 1, column 14: mapping values are not allowed"),
        ("- !!python/object/apply:os.getcwd []\n", "not YAML at line 1, column 3: could not"),
        ("? [a]\n: b\n", "not YAML at line 1, column 3: found unhashable key"),
        (BOMB, "The YAML repeats its lists too often"),
        ("[" * 99_999, "not YAML at line 1, column 1001: exceeded maximum nesting depth"),
        ("".join(" " * n + "a:\n" for n in range(99)), "more than 50 levels inside one another"),
        ("&a [*a, *a]\n", "more than 50 levels inside one another"),
        ("", "No questions and answers were found in"),
    ],
)
def test_what_is_broken_or_would_do_harm_is_refused(text: str, says: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        entries(text)
    assert says in str(refused.value)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faq.transfer.yaml_files.MOST_BYTES", 1 << 20)
    with pytest.raises(UnreadableFile, match="A YAML file may have 1 MB"):
        entries("- question: a\n" * 100_000)
