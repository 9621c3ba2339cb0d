"""The encoding of a text, told by what the text says."""
# ruff: noqa: RUF001

import io

import pytest

from faq.transfer.encoding import detected
from faq.transfer.files import read_table

TEXTS = {  # a question and its answer, as a small file has them, and its encodings
    "Frage;Antwort\nWie kann ich verlängern?;Für zwei Wochen, außer bei Büchern mit Wünschen.": (
        "cp1252 iso8859_15 mac_roman"
    ),
    "question;réponse\nQuel est le prix à l’année ?;C’est très bon marché, dès 5 €.": (
        "cp1252 mac_roman"
    ),
    "pregunta;respuesta\n¿Cuánto cuesta?;Cinco euros al año, también para niños.": (
        "cp1252 iso8859_15 mac_roman"
    ),
    "pergunta;resposta\nPosso renovar?;Sim, até três vezes, se não há multas à espera.": (
        "cp1252 mac_roman"
    ),
    "fråga;svar\nHur länge får jag låna?;Två veckor åt gången, längre på sommaren.": (
        "cp1252 iso8859_15 mac_roman"
    ),
    "küsimus;vastus\nKui kaua?;Kaks nädalat, õpilastele ka šokolaad.": "cp1257 iso8859_15",
    "pytanie;odpowiedź\nIle to kosztuje?;Pięć złotych, dla uczniów już bezpłatnie. Dziękuję.": (
        "cp1250 iso8859_2 mac_latin2"
    ),
    "otázka;odpověď\nJak dlouho?;Dva týdny, může se to ještě prodloužit příště.": (
        "cp1250 iso8859_2 mac_latin2"
    ),
    "kérdés;válasz\nMeddig tart?;Két hétig, de később bővíthető, ha szükséges.": "cp1250 iso8859_2",
    "pitanje;odgovor\nKoliko dugo?;Dva tjedna, a može i duže, ako nitko ne čeka knjigu.": "cp1250",
    "вопрос;ответ\nКак долго можно читать?;Две недели, потом нужно продлить.": (
        "cp1251 koi8_r iso8859_5 mac_cyrillic cp866"
    ),
    "питання;відповідь\nЯк довго?;Два тижні, її можна подовжити ще раз.": "cp1251 koi8_u",
    "ερώτηση;απάντηση\nΠόσο καιρό;Δύο εβδομάδες, και μπορείτε ξανά.": "cp1253 iso8859_7",
    "soru;cevap\nNe kadar sürer?;İki hafta, sonra uzatabilirsiniz; ışıklı salon açıktır.": (
        "cp1254 iso8859_9"
    ),
    "שאלה;תשובה\nכמה זמן?;שבועיים, ואפשר להאריך פעם אחת.": "cp1255 iso8859_8",
    "سؤال;جواب\nما هي المدة؟;أسبوعان، ويمكن التمديد مرة واحدة.": "cp1256 iso8859_6",
    "klausimas;atsakymas\nAr reikia mokėti už kortelę?;Ne, ji nemokama, šią savaitę irgi.": (
        "cp1257 iso8859_13"
    ),
    "คำถาม;คำตอบ\nยืมได้นานเท่าไร;สองสัปดาห์ และต่ออายุได้หนึ่งครั้ง": "cp874",
    "问题;答案\n可以借多久？;可以借两个星期，还能再延长一次。": "gbk gb18030",
    "問題;答案\n可以借多久？;可以借兩個星期，還能再延長一次。": "big5",
    "質問;回答\nいつまで借りられますか？;二週間です。もう一度だけ延長できます。": (
        "shift_jis cp932 euc_jp iso2022_jp"
    ),
    "질문;답변\n얼마나 빌릴 수 있나요?;이 주일이고 한 번 연장할 수 있습니다.": "euc_kr cp949",
    "question;answer\n얼마예요?;무료입니다": "cp949",
    "question;answer\n도서관은 어디에 있나요?;시내 중심에 있습니다.": "euc_kr",
    "question;answer\n怎么续借？;请打电话。": "gbk",
    "question;answer\nIs it free?;It’s £5 a year – “really”…": "cp1252 mac_roman",
    "question;answer\nWhat is it?;5 € or £4": "cp1252 iso8859_15",
}
CASES = [
    (text, codec)
    for text, codecs in TEXTS.items()
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *codecs.split())
]


@pytest.mark.parametrize(("text", "codec"), CASES, ids=lambda value: value[:16])
def test_a_small_file_is_read_in_its_encoding(text: str, codec: str) -> None:
    file = io.BytesIO(f"{text}\n".encode(codec))
    assert detected(file).text(file).read() == f"{text}\n"


def test_an_encoding_can_be_named_and_is_described() -> None:
    data = "question\nGroße Tür\n".encode("cp437")
    [(_, cells)] = read_table(io.BytesIO(data), "x.csv", "cp437").rows
    assert cells == {"question": "Große Tür"}
    guessed = read_table(io.BytesIO("вопрос\nГде ключ?\n".encode("cp1251")), "x.csv")
    assert guessed.description.endswith("in Windows-1251")


def test_ascii_with_a_nul_is_no_utf16() -> None:
    file = io.BytesIO(b"question,answer\nWhere,a\0b\0c\n")
    assert detected(file).codec == "utf-8"
