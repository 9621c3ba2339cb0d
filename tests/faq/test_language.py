"""Which language a collection is in, and whether its model reads that."""

from collections.abc import Sequence

import pytest

from embedding import Embedder, ModelUnavailable
from faq import language
from faq.collection import Collection
from faq.language import hindrance, identified, is_english_only, kept, up_to_date
from store import Content, Store
from tests.fakes import WordCountEmbedder

QUESTIONS = {
    "en": ("How do I change my password?", "Open the settings and press the button."),
    "de": ("Wie ändere ich mein Kennwort?", "Öffnen Sie die Einstellungen und klicken Sie dort."),
    "fr": ("Comment changer mon mot de passe ?", "Ouvrez les réglages et cliquez sur le bouton."),
    "tr": ("Parolamı nasıl değiştirebilirim?", "Ayarları açın ve düğmeye basın, lütfen."),
    "vi": ("Làm thế nào để đổi mật khẩu?", "Hãy mở phần cài đặt và nhấn vào nút thay đổi."),
    "ru": ("Как мне сменить пароль?", "Откройте настройки и нажмите кнопку."),
    "el": ("Πώς αλλάζω τον κωδικό μου;", "Ανοίξτε τις ρυθμίσεις και πατήστε το κουμπί."),
    "ar": ("كيف أغير كلمة المرور الخاصة بي؟", "افتح الإعدادات واضغط على الزر."),
    "he": ("איך אני משנה את הסיסמה שלי?", "פותחים את ההגדרות ולוחצים על הכפתור."),
    "hi": ("मैं अपना पासवर्ड कैसे बदलूँ?", "सेटिंग्स खोलें और बटन दबाएँ, फिर नया पासवर्ड लिखें।"),
    "th": ("ฉันจะเปลี่ยนรหัสผ่านได้อย่างไร", "เปิดการตั้งค่าแล้วกดปุ่มเปลี่ยนรหัสผ่าน"),
    "ja": (
        "パスワードを変更するにはどうすればいいですか。",
        "設定を開いてボタンを押してください。",
    ),
    "zh": ("我怎么修改密码？", "打开设置，然后点击修改按钮。"),
    "ko": ("비밀번호를 어떻게 변경하나요?", "설정을 열고 버튼을 누르세요."),
}
LATIN = ("de", "fr", "tr", "vi")


class Named(WordCountEmbedder):
    """A model of another name that splits text as it is told to."""

    def __init__(self, name: str, pieces: Sequence[str] | None = None) -> None:
        super().__init__(fingerprint=f"of {name}", name=name)
        self._pieces = pieces

    def tokenize(self, text: str) -> list[str]:
        if self._pieces is None:
            raise ModelUnavailable("Nobody knows.")
        return list(self._pieces)


def said(store: Store) -> str:
    state = store.state()
    return hindrance(kept(state), state.model)


def filled(store: Store, embedder: Embedder, code: str, times: int = 3) -> Collection:
    collection = Collection(store, embedder, "ada")
    question, answer = QUESTIONS[code]
    for number in range(times):
        collection.add(Content(f"{question} {number}", answer))
    return collection


@pytest.mark.parametrize("code", QUESTIONS)
def test_a_language_is_found_from_two_sentences(code: str) -> None:
    assert identified("\n".join(QUESTIONS[code])) == code


@pytest.mark.parametrize("text", ["", "ok", "12345 67890 !!!", "😀" * 50, "\n\0" * 40])
def test_too_little_text_shows_none(text: str) -> None:
    assert identified(text) == ""


def test_every_language_that_is_found_has_a_name() -> None:
    codes = {language._SAME_AS.get(code, code) for code in language.identifier().labels}
    assert codes >= set(language.NAMES)
    assert len(set(language.NAMES.values())) == len(language.NAMES)


@pytest.mark.model
@pytest.mark.parametrize("code", [code for code in QUESTIONS if code != "en"])
def test_the_installed_model_is_said_to_be_for_english(
    store: Store, real_embedder: Embedder, code: str
) -> None:
    found = up_to_date(filled(store, real_embedder, code))
    assert (found.code, found.chosen) == (code, False)
    does = "finds fewer answers in" if code in LATIN else "can hardly read"
    assert said(store) == (
        f"The language model, all-MiniLM-L6-v2, was made for English and {does} {found.name}."
    )


@pytest.mark.model
def test_nothing_is_said_of_english(store: Store, real_embedder: Embedder) -> None:
    assert up_to_date(filled(store, real_embedder, "en")).name == "English"
    assert said(store) == ""


def test_a_model_for_many_languages_is_left_alone(store: Store) -> None:
    pieces = ["▁Как", "▁мне", "▁смен", "ить", "▁паро", "ль", "▁?", "▁Откро", "йте", "▁настройки"]
    pieces += ["▁и", "▁нажм", "ите", "▁кнопку"]
    up_to_date(filled(store, Named("multilingual-e5-small", pieces), "ru"))
    assert said(store) == ""


@pytest.mark.parametrize(
    "pieces",
    [
        ["<unk>", "<unk>"],
        ["К", "##а", "##к", "м", "##н", "##е"],
        ["<0xD0>", "<0x9A>", "<0xD0>"],
        ["Ðļ", "Ð°Ðº", "ĠÐ¼Ð½Ðµ"],
    ],
    ids=["unknown", "letters", "bytes", "bytes as letters"],
)
def test_a_model_that_breaks_words_up_cannot_read_them(store: Store, pieces: list[str]) -> None:
    up_to_date(filled(store, Named("org/something", pieces * 20), "ru"))
    assert said(store) == (
        "The language model, something, can hardly read Russian: it lacks most of its words."
    )


def test_ideographs_are_words_to_a_model_that_knows_them(store: Store) -> None:
    pieces = list("我怎么修改密码？打开设置，然后点击修改按钮。")
    assert up_to_date(filled(store, Named("org/chinese", pieces), "zh")).unread == 0
    assert said(store) == ""


def test_of_a_service_without_tokens_only_its_name_is_known(store: Store) -> None:
    collection = filled(store, Named("org/something"), "de")
    assert up_to_date(collection).unread is None
    assert said(store) == ""


def test_a_language_that_was_set_stays(store: Store) -> None:
    collection = filled(store, Named("all-MiniLM-L6-v2", []), "de")
    up_to_date(collection)
    language.choose(store, "en")
    assert up_to_date(collection).name == "English"
    assert said(store) == ""
    language.choose(store, "")
    assert up_to_date(collection).name == "German"


def test_it_is_found_again_once_much_has_changed(store: Store) -> None:
    collection = filled(store, Named("multilingual", []), "en", 1)
    assert up_to_date(collection).code == "en"
    filled(store, collection.embedder, "fr", 1)
    assert kept(store.state()).code == "en"
    filled(store, collection.embedder, "fr", 30)
    assert up_to_date(collection).code == "fr"
    assert kept(store.state()).code == "fr"


def test_the_bulk_of_a_collection_decides_wherever_it_is(store: Store) -> None:
    collection = filled(store, Named("multilingual", []), "en", 25)
    filled(store, collection.embedder, "de", 75)
    assert up_to_date(collection).code == "de"


def test_what_was_measured_with_another_model_is_not_said_of_this(store: Store) -> None:
    up_to_date(filled(store, Named("org/something", ["<unk>"]), "ru"))
    other = Named("org/other", None)
    from faq.reembedding import fill, switch

    fill(store, other, lambda done, total: None, only_missing=True)
    switch(store, other)
    assert said(store) == ""


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("sentence-transformers/all-MiniLM-L6-v2", True),
        ("all-minilm:l6-v2", True),
        ("BAAI/bge-small-en-v1.5", True),
        ("intfloat/e5-small-v2", True),
        ("nomic-embed-text", True),
        ("thenlper/gte-base", True),
        ("sentence-transformers/paraphrase-TinyBERT-L6-v2", True),
        ("snowflake-arctic-embed:33m", True),
        ("snowflake-arctic-embed2", False),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", False),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", False),
        ("intfloat/multilingual-e5-small", False),
        ("nomic-embed-text-v2-moe", False),
        ("Alibaba-NLP/gte-multilingual-base", False),
        ("bge-m3", False),
        ("text-embedding-3-small", False),
        ("qwen3-embedding:0.6b", False),
        ("org/encoder", False),
    ],
)
def test_models_for_english_alone_are_known_by_name(name: str, english: bool) -> None:
    assert is_english_only(name) is english
