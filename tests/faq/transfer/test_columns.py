"""Which column is which field: guessed, said, and refused where there is no question."""

import io
from collections import Counter

import pytest

from faq.column_names import plain
from faq.fields import FIELDS
from faq.transfer.columns import by_field, chosen, guessed
from faq.transfer.files import read_table
from faq.transfer.table import Table, UnreadableFile


def table(header: str) -> Table:
    return read_table(io.BytesIO(f"{header}\n".encode()), "x.csv")


def test_fields_are_guessed_by_their_own_names_whatever_their_looks() -> None:
    names = [f" {field.name.upper().replace('_', ' ')} " for field in FIELDS]
    assert guessed(names) == {f.name: name for f, name in zip(FIELDS, names, strict=True)}
    assert guessed(["Review-By", "question?"]) == {
        "question": "question?",
        "review_by": "Review-By",
    }


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Title,Response,Topic", {"question": "Title", "answer": "Response", "category": "Topic"}),
        ("Prompt,Reply,Keywords", {"question": "Prompt", "answer": "Reply", "tags": "Keywords"}),
        ("Title,Question", {"question": "Question"}),
        ("question,Question", {"question": "question"}),
        ("Q,A,Responsible", {"question": "Q", "answer": "A", "owner": "Responsible"}),
        ("id,row,error", {"key": "id"}),
    ],
)
def test_common_synonyms_are_known(header: str, found: dict[str, str]) -> None:
    assert guessed(header.split(",")) == found


def test_no_name_means_two_fields() -> None:
    names = [plain(name) for field in FIELDS for name in {field.name, *map(plain, field.also)}]
    assert {name for name, often in Counter(names).items() if often > 1} == set()


def test_what_is_said_goes_before_what_is_guessed() -> None:
    read = table("Question,Frage,Answer")
    assert chosen(read) == {"question": "Question", "answer": "Answer"}
    assert chosen(read, ["question=Frage"]) == {"question": "Frage", "answer": "Answer"}
    assert chosen(read, ["answer=", "source=Frage"]) == {"question": "Question", "source": "Frage"}
    assert chosen(read, ["question=Answer", "answer=Frage"]) == {
        "question": "Answer",  # a column is one field
        "answer": "Frage",
    }


@pytest.mark.parametrize(
    ("header", "said", "sentence"),
    [
        ("a,b", [], "no column 'question'; its first line has 'a', 'b'. Say which column"),
        ("Lost card", [], "If it is a list of questions, write 'question' above them; if it is a"),
        ("question", ["question="], "The file has no column 'question'"),
        ("question", ["frage=question"], "There is no field 'frage', expected one of key, ques"),
        ("question", ["answer=b"], "There is no column 'b' in the file; its first line has 'qu"),
    ],
)
def test_an_impossible_choice_gives_a_sentence(header: str, said: list[str], sentence: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        chosen(table(header), said)
    assert sentence in str(refused.value)


def test_cells_are_taken_by_field() -> None:
    assert by_field({"Frage": "lost", "x": "y"}, {"question": "Frage", "answer": "b"}) == {
        "question": "lost"
    }
