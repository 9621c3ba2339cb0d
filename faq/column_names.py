"""What columns of files are called: words in many languages for the fields that most files have.

Names are compared without case, underscores and signs. Within a field the first are the stronger.
"""

import re
import unicodedata
from functools import lru_cache

QUESTION = """
question|questions|faq|faqs|query|queries|frequently asked question|frequently asked questions|q
frage|fragen|frage text|häufige frage
pregunta|preguntas|pregunta frecuente|preguntas frecuentes|consulta|cuestión
question fréquente|questions fréquentes
pergunta|perguntas|pergunta frequente|perguntas frequentes|dúvida|dúvidas|questão
domanda|domande|quesito|domanda frequente
vraag|vragen|veelgestelde vraag
fråga|frågor|spørgsmål|spørsmål|spurning|spurningar
kysymys|kysymykset|küsimus|küsimused
pytanie|pytania|otázka|otázky|dotaz|dotazy|vprašanje|vprašanja|pitanje|pitanja
вопрос|вопросы|питання|запитання|пытанне|въпрос|въпроси|питање|питања|прашање
întrebare|întrebări|intrebare|intrebari|pregunta|galdera|cwestiwn|ceist
kérdés|kérdések|soru|sorular|sual|савол|savol|сұрақ|suroq
ερώτηση|ερωτήσεις|ερώτημα
klausimas|klausimai|jautājums|jautājumi|pyetje|pyetja|mistoqsija
שאלה|שאלות|سؤال|السؤال|الأسئلة|أسئلة|اسئلة|سوال|پرسش|پوښتنه
प्रश्न|सवाल|প্রশ্ন|প্রশ্নঃ|கேள்வி|ప్రశ్న|ಪ್ರಶ್ನೆ|ചോദ്യം|પ્રશ્ન|ਸਵਾਲ|प्रश्‍न|ප්‍රශ්නය|प्रश्नः
pertanyaan|soalan|tanya|tanong|katanungan|swali|maswali|vraagstuk|câu hỏi|hỏi|cau hoi
คำถาม|问题|問題|提问|提問|问|問|常见问题|常見問題|質問|問い|よくある質問|질문|문의|물음
សំណួរ|မေးခွန်း|ຄຳຖາມ|асуулт|հարց|შეკითხვა|კითხვა|ጥያቄ
"""
# An answer where no column has a stronger name.
TEXT = """
body|text|content|message|contents|description|details|explanation|output|article body|inhalt
definition|remedy|fix|answer text|beschreibung|erklärung|descripción|descrizione|описание|解释|说明
contenido|contenu|conteúdo|contenuto
"""
ANSWER = (
    """
answer|answers|response|responses|reply|replies|solution|resolution|completion|a
antwort|antworten|antwort text|lösung
respuesta|respuestas|contestación|solución
réponse|réponses|reponse|solution
resposta|respostas|solução
risposta|risposte|soluzione
antwoord|antwoorden|oplossing
svar|vastaus|vastaukset|vastus|vastused
odpowiedź|odpowiedzi|odpowiedz|odpověď|odpovědi|odpoveď|odpovede|odgovor|odgovori
ответ|ответы|відповідь|відповіді|адказ|отговор|отговори|одговор|одговори
răspuns|răspunsuri|raspuns|resposta|erantzuna|ateb|freagra
válasz|válaszok|cevap|cevaplar|yanıt|yanıtlar|cavab|жавоб|javob|жауап
απάντηση|απαντήσεις
atsakymas|atsakymai|atbilde|atbildes|përgjigje|përgjigja|tweġiba
תשובה|תשובות|جواب|الجواب|إجابة|الإجابة|اجابة|الاجابة|الرد|پاسخ|ځواب|جوابات
उत्तर|जवाब|উত্তর|பதில்|జవాబు|సమాధానం|ಉತ್ತರ|ഉത്തരം|ઉત્તર|જવાબ|ਜਵਾਬ|පිළිතුර
jawaban|jawapan|jawab|sagot|kasagutan|jibu|majibu|câu trả lời|trả lời|đáp|đáp án|tra loi
คำตอบ|答案|答|回答|回复|回覆|答复|答覆|解答|解决方案|返答|답변|답|대답|응답
ចម្លើយ|အဖြေ|ຄຳຕອບ|хариулт|պատասխան|პასუხი|መልስ
"""
    + TEXT
)
CATEGORY = """
category|categories|topic|topics|group|section|theme|area|department|product|chapter|sheet
kategorie|kategorien|thema|themen|bereich|rubrik|gruppe|abteilung
categoría|categorías|tema|temas|sección|área|grupo
catégorie|catégories|thème|rubrique|sujet
categoria|categorias|assunto|assuntos|seção|argomento|tema|sezione
categorie|onderwerp|rubriek
kategori|ämne|emne|tema|aihe|luokka|kategooria|teema|flokkur
kategoria|kategorie|temat|téma|kategória|kategorija|tema|oblast|dział
категория|категории|тема|раздел|категорія|розділ|категорија|рубрика
categorie|temă|kategória|téma|kategori|konu|bölüm|kateqoriya|mavzu
κατηγορία|θέμα|ενότητα
kategorija|tema|kategorija|temats|kategoria
קטגוריה|נושא|فئة|الفئة|التصنيف|تصنيف|القسم|الموضوع|موضوع|دسته|دسته بندی
श्रेणी|विषय|বিভাগ|বিষয়|ক্যাটাগরি|வகை|వర్గం|ವರ್ಗ|വിഭാഗം
kategori|topik|kategorya|jamii|danh mục|chủ đề|phân loại
หมวดหมู่|หมวด|หัวข้อ|구분|유형|항목|種別|区分|种类|種類|分类|分類|类别|類別|类目|主题|主題|カテゴリ|カテゴリー|分野|카테고리|분류|주제
"""
# A question where no column has one of the names above.
TITLE = """
title|prompt|subject|issue|problem|heading|headline|name|instruction|utterance|request|ask|input
titel|titre|título|titolo|betreff|problema|problème|топик|заголовок|标题|標題|タイトル|제목|العنوان
scenario|symptom|inquiry|enquiry|anfrage|anliegen|demande|asunto|oggetto|onderwerp|проблема|запрос
topic|theme|keywords|keyword|term|summary|intent
"""
PHRASINGS = """
other ways of asking|alternatives|alternative questions|alternate questions|variants
synonyms|paraphrases|utterances|similar questions|other questions|variations|examples
"""

# Words that questions begin with, also where no sign ends them.
ASKING = """
how|what|where|when|who|whom|whose|why|which|can|could|do|does|did|is|are|will|would|should|may|must
wie|was|wo|wann|wer|wem|wen|warum|wieso|welche|welcher|welches|woher|wohin|kann|können|darf|muss|gibt
qué|cómo|dónde|cuándo|quién|cuál|cuánto|cuánta|cuántos|puedo|hay
comment|quand|où|pourquoi|qui|quel|quelle|quels|quelles|combien|que|est|puis|peut
como|onde|quando|quem|qual|quanto|quais|posso|come|dove|perché|cosa|chi|quale
hoe|waar|wanneer|wat|waarom|wie|welke|kan|mag|hur|var|när|vad|varför|vem|hvordan|hvor|hvornår|hvad
miten|missä|milloin|mitä|kuka|voinko|jak|gdzie|kiedy|co|kto|dlaczego|czy|kde|kdy|kdo|proč|můžu
как|где|когда|что|кто|почему|можно|сколько|какой|какие|куда|чи|де|коли|що|як|чому
nasıl|nerede|ne|neden|kim|hogyan|hol|mikor|mit|miért|cum|unde|când|ce|cine|bagaimana|apa|di
"""

LANGUAGES = """
ar arabic العربية|bg bulgarian български|bn bengali বাংলা|ca catalan català|cs czech čeština
da danish dansk|de german deutsch|el greek ελληνικά|en english|es spanish español|et estonian
fa persian فارسی|fi finnish suomi|fr french français|he hebrew עברית|hi hindi हिन्दी
hr croatian hrvatski|hu hungarian magyar|id indonesian|it italian italiano|ja japanese 日本語
ko korean 한국어|lt lithuanian|lv latvian|ms malay|nl dutch nederlands|nb norwegian norsk|no
pl polish polski|pt portuguese português|ro romanian română|ru russian русский|sk slovak
sl slovenian|sr serbian|sv swedish svenska|th thai ไทย|tr turkish türkçe|uk ukrainian українська
ur urdu|vi vietnamese|zh chinese 中文|pt br|zh cn|zh tw|en us|en gb
"""


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """Return a name as names are compared."""
    name = unicodedata.normalize("NFKC", name).replace("_", " ").casefold()
    return " ".join(re.findall(r"\w+", name))


def names(words: str) -> tuple[str, ...]:
    """Return the names in one of the lists above, in its order."""
    return tuple(name for line in words.split("\n") for name in line.split("|") if name)


LANGUAGE_OF = {
    plain(word): entry.split()[0]
    for entry in names(LANGUAGES)
    for word in ([entry.replace(" ", "")] if len(entry) == 5 else entry.split())
}
"""The code of a language by what it is called, in lower case."""


def language_of(name: str) -> str:
    """Return the code of the language that a name names, as 'de', 'German' or 'de-AT'; else
    nothing."""
    words = plain(name).split()
    if len(words) == 2 and len(words[0]) == len(words[1]) == 2:
        return LANGUAGE_OF.get("".join(words)) or LANGUAGE_OF.get(words[0], "")
    return LANGUAGE_OF.get("".join(words), "")
