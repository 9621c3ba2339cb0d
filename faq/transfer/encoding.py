"""The encoding of the text in a file."""

import codecs
import re
from collections import Counter
from contextlib import suppress
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

from faq.column_names import ANSWER, CATEGORY, QUESTION, names, plain

AT_ONCE = 1 << 20
BOMS = (  # the longer ones first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What becomes of bytes that are not text in their encoding. Halves of characters are refused later,
# row by row, by `content.validated`; UTF-8 has them from Python's own "surrogateescape".
# The letters beyond ASCII that a language has, the rare ones after a bar, and the old encodings of
# texts in it. Chinese, Japanese and Korean: the most frequent characters of questions and answers.
OLD = {
    "French": ("éàèêçùâîôûëïœÉÀÇÊ", "cp1252 iso8859_15 mac_roman"),
    "German": ("äöüßÄÖÜ", "cp1252 iso8859_15 mac_roman"),
    "Spanish": ("áéíóúñü¿¡ÁÉÍÓÚÑ", "cp1252 iso8859_15 mac_roman"),
    "Portuguese": ("ãõçáéíóúâêôàÃÇÁÉÓÂÊÀÍ", "cp1252 iso8859_15 mac_roman"),
    "Italian": ("àèéìòùÀÈÉÌÒÙ", "cp1252 iso8859_15 mac_roman"),
    "Nordic": ("åäöøæÅÄÖØÆéðþáíóúý", "cp1252 iso8859_15 mac_roman"),
    "Estonian": ("õäöüšžÕÄÖÜŠŽ", "cp1252 cp1257 iso8859_15 iso8859_13"),
    "Polish": ("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "cp1250 iso8859_2 mac_latin2"),
    "Czech": ("áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ", "cp1250 iso8859_2 mac_latin2"),
    "Slovak": ("áäčďéíĺľňóôŕšťúýžÁČĎÉÍĽŇÓŠŤÚÝŽ", "cp1250 iso8859_2 mac_latin2"),
    "Hungarian": ("áéíóöőúüűÁÉÍÓÖŐÚÜŰ", "cp1250 iso8859_2"),
    "Croatian": ("čćđšžČĆĐŠŽ", "cp1250 iso8859_2"),
    "Romanian": ("ăâîşţĂÂÎŞŢ", "cp1250 iso8859_2"),
    "Russian": (
        "оеаинтсрвлкмдпуязыгьбіъ|чйхжшюцщэфёїєґўАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯІЇЄҐЎ",
        "cp1251 koi8_r koi8_u iso8859_5 mac_cyrillic cp866",
    ),
    "Greek": (
        "αοιετσνηυρπκμλςγάέίόή|δθχφωβύώξζψΐΰϊϋΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ",
        "cp1253 iso8859_7",
    ),
    "Turkish": ("çğıöşüÇĞİÖŞÜ", "cp1254 iso8859_9"),
    "Hebrew": ("אבגדהוזחטיכלמנסעפצקרשתךםןףץ", "cp1255 iso8859_8"),
    "Arabic": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآةىئءؤ؟،", "cp1256 iso8859_6"),
    "Baltic": ("āčēģīķļņšūžąęėįųĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲ", "cp1257 iso8859_13"),
    "Vietnamese": ("àáâãèéêìíòóôõùúýăđơưĂĐƠƯÂÊÔ\u0300\u0301\u0303\u0309\u0323", "cp1258"),
    "Thai": ("านรกเงอมยลวดทสตปบคหแจพชขใไโ่้ัีุิูะำ็|ถผซศษณธภญฐฉฟฝฮฤ์ืึๆ", "cp874"),
    "Chinese": (
        "的是不了在有我可以请么什怎如何哪吗几一个人们您你到时间点分天日月年号上下中大小能会要用为和或与及"
        "对于从这那里多少开关门口在旁边免费提供退换货款支付付购买订单发票账户密码登录注册电话联系地址网站服务"
        "问题答案，。？！：、“”（）",
        "gb18030",
    ),
    "Chinese, traditional": (
        "的是不了在有我可以請麼什怎如何哪嗎幾一個人們您你到時間點分天日月年號上下中大小能會要用為和或與及"
        "對於從這那裡多少開關門口旁邊免費提供退換貨款支付購買訂單發票帳戶密碼登錄註冊電話聯絡地址網站服務"
        "問題答案，。？！：、「」（）",
        "big5hkscs",
    ),
    "Japanese": (
        "のはにをがでとたてしるいなかもすまれらさこせんくりおきよけうえあそちつみやどごじだば"
        "ァアイウカキクコサシスセソタチットトドナニノパフブプマムメュョラリルレロンー"
        "何時間日月年人方法場所開始終了使用料金問合質問答。、？「」",
        "shift_jis cp932 euc_jp",
    ),
    "Korean": (
        "이다는가에을의고하지니요기사있나은를로서어도한리자인시해그대아구여들보스부만안무라정과수주전일동오세상제원"
        "습합까면게용할것됩입을무엇떻언디몇신청방법료예약장차빌릴려드려",
        "cp949 johab",
    ),
}
# Signs that texts of every language have beyond ASCII.
SIGNS = "“”„‘’‚–—…€£«»°§·•№©®½ \u00a0"
# In these, both bytes of a sign are beyond ASCII.
PAIRED = ("gb18030", "cp949", "euc_jp")
_KNOWN = frozenset(
    plain(name) for name in names(QUESTION + ANSWER + CATEGORY) if not name.isascii()
)
LATIN_1, BROKEN = "askwell-latin-1", "askwell-broken"
# A capital after a small letter or alone, a letter before a digit, a sign inside a word, Latin and
# other letters in one word.
_UNLIKELY = re.compile(
    "(?<=[a-zß-ÿа-яα-ω])[À-ÖØ-ÞА-ЯЁΑ-Ω]"
    r"|(?<=\w)[“”„‚‡†…–‰™°¤¦§¨©¬±¶¸¿¡](?=\w)"
    r"|[À-ÖØ-öø-ž](?=\d)|\b[ÄÖÜÛØŘ]\b"
    "|(?<=[A-Za-z])[\u0370-\u0e7f]|[\u0370-\u0e7f](?=[A-Za-z])"
)
_STRANGE = re.compile(b"[\x01-\x08\x0e-\x1f\x80-\xff]")
_BROKEN_UTF8 = re.compile("[\udc80-\udcff]")


class Encoding(NamedTuple):
    """A codec, how it treats bytes that are not text, and its name, as people know it."""

    codec: str
    errors: str
    name: str

    def text(self, file: BinaryIO, newline: str = "") -> TextIOWrapper:
        """Return the file as text, from its beginning."""
        file.seek(0)
        return _Text(file, encoding=self.codec, errors=self.errors, newline=newline)


class _Text(TextIOWrapper):
    """Text that leaves the file below it open: closing that is for who opened it."""

    def __del__(self) -> None:
        with suppress(ValueError):  # it was closed already
            self.detach()


def detected(file: BinaryIO, named: str = "") -> Encoding:
    """Return the encoding of a file, which is read to its end, a part in memory at a time; or the
    `named` one.

    Its byte order mark says it, or the NULs that UTF-16 puts between Latin letters. Else it is
    UTF-8, unless more of what is not ASCII is invalid UTF-8 than valid: then the old encoding in
    which it reads most like a language. Raises `LookupError` where there is none of this name.
    """
    if named:
        try:
            return _old(codecs.lookup(named).name.replace("-", "_"))
        except ValueError:  # no text that could be a name
            raise LookupError(named) from None
    file.seek(0)
    head = file.read(4096)
    for bom, codec in BOMS:
        if head.startswith(bom):
            return _utf8(codec) if codec == "utf-8-sig" else _wide(codec)
    low, high = head[::2].count(0), head[1::2].count(0)
    for many, few, codec in ((high, low, "utf-16-le"), (low, high, "utf-16-be")):
        if len(head) % 2 == 0 and many > len(head) / 5 and few < len(head) / 50:
            return _wide(codec)
        is_strange = len(_STRANGE.findall(head)) > len(head) / 10
        if len(head) % 2 == 0 and is_strange and many > max(1, 2 * few):
            return _wide(codec)  # only its commas and line ends are ASCII
    if b"\x1b$B" in head and head.isascii():
        return _old("iso2022_jp")
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    invalid = valid = 0
    sample = b""
    while data := file.read(AT_ONCE):
        text = decoder.decode(data)
        if not text.isascii():
            wrong = len(_BROKEN_UTF8.findall(text))
            invalid += wrong
            valid += len(text) - len(text.encode("ascii", "ignore")) - wrong
            sample = sample or data[:AT_ONCE]
    return _old(_most_like_language(sample)) if invalid > valid else _utf8("utf-8")


def _most_like_language(data: bytes) -> str:
    """Return the old encoding in which bytes read most like a language.

    Each sign beyond ASCII counts for a language that has it often, and against one that has not;
    so does a capital inside a word. The name of a column counts for the encoding in which it is
    one, and bytes in pairs count for those that have pairs. charset-normalizer, which is made for
    longer texts, took six of ten FAQ files of a few lines for another encoding than they had.
    """
    data = b"\n".join(line for line in data.split(b"\n") if not line.isascii())[: 1 << 16]
    best, most = "cp1252", 0.0
    runs = [len(run) for run in re.findall(b"[\x80-\xff]+", data)]
    in_pairs = 0.1 * min(len(runs), 5) if not any(run % 2 for run in runs) else 0
    single = max(runs, default=0) == 1  # as letters are in Latin words, and in no others
    for letters, codecs_ in OLD.values():
        if single and letters[0] > "\u024f":
            continue
        for codec in codecs_.split():
            text = data.decode(codec, "replace")
            signs = Counter(sign for sign in text if sign > "\x7f")
            if not signs:
                continue
            score = sum(_weight(sign, letters) * count for sign, count in signs.items())
            score -= 2 * len(_UNLIKELY.findall(text))
            score = score / signs.total() + in_pairs * (codec in PAIRED)
            score += 0.5 * (not _KNOWN.isdisjoint(plain(text[:200]).split()))
            if score > most + 0.001:
                best, most = codec, score
    # The usual one where it reads the same.
    same = data.decode("cp1252", "replace") == data.decode(best, "replace")
    return "cp1252" if same else best


def _weight(sign: str, letters: str) -> float:
    """Return what a sign says for a language with these letters: 1 is most, and -3 least."""
    place, bar = letters.find(sign), letters.find("|")
    if place >= 0:
        return 0.6 if 0 <= bar < place else 1.0
    if sign in SIGNS:
        return 0.3
    if "\u4e00" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3":
        return 0.2 if len(letters) > 90 else -1.0  # a language of thousands of characters
    return -3.0 if sign < "\xa0" or sign == "\ufffd" else -1.0


def _old(codec: str) -> Encoding:
    names = {
        "shift_jis": "Shift_JIS",
        "big5hkscs": "Big5",
        "cp949": "EUC-KR",
        "mac_roman": "Mac Roman",
    }
    name = re.sub("^CP(?=125|874)", "Windows-", codec.upper().replace("ISO8859", "ISO-8859"))
    return Encoding(codec, LATIN_1, names.get(codec, name.replace("_", "-")))


def _utf8(codec: str) -> Encoding:
    return Encoding(codec, "surrogateescape", "UTF-8")


def _wide(codec: str) -> Encoding:
    return Encoding(codec, BROKEN, codec[:6].upper())


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _as_broken(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(LATIN_1, _as_latin_1)
codecs.register_error(BROKEN, _as_broken)
