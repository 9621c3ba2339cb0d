"""Which column is which field: guessed, said, and refused where there is no question."""

import io
from collections import Counter

import pytest

from faq.column_names import plain
from faq.fields import FIELDS
from faq.transfer.columns import by_field, chosen, described, guessed, notes
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


@pytest.mark.parametrize(
    "header",
    """
    Frage;Antwort|Pregunta;Respuesta|Question;Réponse|Pergunta;Resposta|Domanda;Risposta
    Vraag;Antwoord|Fråga;Svar|Spørsmål;Svar|Spørgsmål;Svar|Kysymys;Vastaus|Küsimus;Vastus
    Pytanie;Odpowiedź|Otázka;Odpověď|Otázka;Odpoveď|Vprašanje;Odgovor|Pitanje;Odgovor
    Вопрос;Ответ|Питання;Відповідь|Въпрос;Отговор|Питање;Одговор|Întrebare;Răspuns
    Kérdés;Válasz|Soru;Cevap|Ερώτηση;Απάντηση|Klausimas;Atsakymas|Jautājums;Atbilde
    שאלה;תשובה|سؤال;جواب|پرسش;پاسخ|प्रश्न;उत्तर|প্রশ্ন;উত্তর|கேள்வி;பதில்|Pertanyaan;Jawaban
    Soalan;Jawapan|Swali;Jibu|Câu hỏi;Trả lời|Hỏi;Đáp|คำถาม;คำตอบ|问题;答案|問題;回答|質問;回答
    질문;답변|Galdera;Erantzuna|Pyetje;Përgjigje|Հարց;Պատասխան|კითხვა;პასუხი|Savol;Javob
    Асуулт;Хариулт
    Prompt;Response|Title;Body|Issue;Resolution|Topic;Content|Query;Answer|Utterance;Reply
    FAQ question;FAQ answer|faq_title;faq_body|post_title;post_content|questionText;answerText
    Customer question;Agent reply|Your question;Answer to the question|Term;Definition
    Scenario;Remedy|Subject;Description|Heading;Text|Instruction;Output|Anfrage;Antwort
    """.replace("\n", "|").split("|"),
)
def test_columns_are_known_in_many_languages_and_habits(header: str) -> None:
    if names := header.strip():
        question, answer = names.split(";")
        assert guessed([answer, question]) == {"question": question, "answer": answer}


@pytest.mark.parametrize("header", ["text,intent", "utterance,label", "label,count", "a,b"])
def test_labels_are_no_questions(header: str) -> None:
    with pytest.raises(UnreadableFile, match="has no column 'question'"):
        chosen(table(header))


def test_an_answer_that_is_not_recognised_is_asked_for() -> None:
    read = table("Question,Owner,Where to look,Notes")
    with pytest.raises(UnreadableFile) as refused:
        chosen(read)
    assert "unknown are 'Where to look', 'Notes'" in str(refused.value).replace("'Owner', ", "")
    assert "--map answer=NAME" in str(refused.value)
    assert chosen(read, ["answer=Notes"])["answer"] == "Notes"
    assert "answer" not in chosen(read, questions_only=True)
    assert chosen(table("Question")) == {"question": "Question"}


@pytest.mark.parametrize(
    "header",
    [
        "question_de,answer_de,question_en,answer_en",
        "Frage (DE),Antwort (DE),Frage (EN),Antwort EN",
        "questionDe,answerDe,questionEn,answerEn",
        "de_question,de_answer,en_question,en_answer",
        "question_de-AT,answer_de-AT,question_en_IE,answer_en_IE",
    ],
)
def test_of_columns_in_several_languages_the_first_or_the_chosen_is_taken(header: str) -> None:
    names = header.split(",")
    assert guessed(names) == {"question": names[0], "answer": names[1]}
    assert guessed(names, "en") == {"question": names[2], "answer": names[3]}
    assert notes(table(header)) == ["Of several languages 'de' is taken; not used: en."]


def test_what_is_not_used_is_named() -> None:
    read = table("Frage,Antwort,Bereich,Preis")
    assert described(chosen(read), read) == (
        "question: Frage; answer: Antwort; category: Bereich; not used: Preis"
    )


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
