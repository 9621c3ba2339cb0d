"""Words in every store: found, and counted."""

from pathlib import Path

import pytest

from store import Content, EntryFilter, SearchFilter, Status, Store, open_store, tokenizer
from store.relational import words as kept_words
from tests.store.vectors import add, edit

LOST = Content("lost card", "new card", category="Cards", phrasings=("card lost lost", "lost"))


def counts(store: Store, *texts: str) -> list[list[tuple[str, dict[int, int]]]]:
    """Return the occurrences of each text's words: a word with the entries' counts by id."""
    return [
        [(o.word, dict(zip(o.entry_ids.tolist(), o.counts.tolist(), strict=True))) for o in found]
        for found in store.words.occurrences(texts)
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("C++", "it's", "NOT", '"', "*", "card AND", "(", "col:card", "{a}"),
        *("a\0b", "x " * 100_000, "\ud800", "w" * 20_000),
    ],
)
def test_any_text_can_be_looked_for(store: Store, text: str) -> None:
    [entry] = add(store, Content("a card for C programmers, it was not lost"))
    store.words.occurrences([text])
    assert {hit.entry_id for hit in store.words.search(text, 5)} <= {entry.id}


def test_a_search_ranks_and_filters(store: Store) -> None:
    both, one, _, draft = add(
        store,
        Content("lost card", category="Cards"),
        Content("card of a very long kind with many other words in it", category="Cards"),
        Content("price"),
        Content("lost card", status=Status.DRAFT),
    )
    assert [hit.entry_id for hit in store.words.search("lost card", 5)] == [both.id, one.id]
    assert [hit.entry_id for hit in store.words.search("LOST Cárd", 1)] == [both.id]
    assert store.words.search("card", 5, SearchFilter(category="Money")) == []
    unpublished = store.words.search("lost", 5, SearchFilter(unpublished=True))
    assert {hit.entry_id for hit in unpublished} == {both.id, draft.id}
    assert store.words.search("...", 5) == []


def test_occurrences_say_which_entries_contain_a_word_how_often(store: Store) -> None:
    lost, price = add(store, LOST, Content("price", category="Money"))
    assert counts(store, "LOST card? lost, unknown Pricé", "?") == [
        [("lost", {lost.id: 4}), ("card", {lost.id: 3}), ("unknown", {}), ("price", {price.id: 1})],
        [],
    ]
    store.entries.set_deleted([price.id], True, "ada")
    assert counts(store, "price") == [[("price", {price.id: 1})]]
    edit(store, lost.id, 1, Content("lost price"))
    assert counts(store, "lost price card") == [
        [("lost", {lost.id: 1}), ("price", {lost.id: 1, price.id: 1}), ("card", {})]
    ]


def test_where_no_space_is_between_words_pairs_of_signs_are_words(store: Store) -> None:
    lost, refund = add(
        store, Content("我的卡丢了怎么办", "VISA卡", phrasings=("卡丢了",)), Content("怎么退款")
    )
    assert counts(store, "卡丢了", "VISA 卡", "退") == [
        [("卡丢", {lost.id: 2}), ("丢了", {lost.id: 2})],
        [("visa", {lost.id: 1}), ("卡", {lost.id: 3})],
        [("退", {refund.id: 1})],
    ]
    assert [hit.entry_id for hit in store.words.search("退款", 5)] == [refund.id]
    assert store.words.known() == ("visa",)
    assert store.words.counts(Content("卡丢了")) == dict.fromkeys(
        ["卡丢", "丢了", "卡", "丢", "了"], 1
    )

    def listed(text: str) -> list[int]:
        return [entry.id for entry in store.entries.page(EntryFilter(text=text)).entries]

    assert listed("卡") == listed("丢了") == listed("丢了怎么") == listed("vis 卡") == [lost.id]
    assert listed("怎么") == [lost.id, refund.id]
    assert listed("怎款") == []
    edit(store, lost.id, 1, Content("退款"))
    assert counts(store, "退款") == [[("退款", {lost.id: 1, refund.id: 1})]]
    assert store.upkeep.check().problems == ()


@pytest.mark.parametrize(
    ("said", "asked", "other"),
    [
        ("ฉันทำบัตรหายต้องทำอย่างไร", "บัตรหาย", "ขอเงินคืนได้ไหม"),
        ("ຂ້ອຍເສຍບັດ", "ເສຍບັດ", "ຂໍເງິນຄືນ"),
        ("ខ្ញុំបាត់កាត", "បាត់កាត", "សុំលុយវិញ"),
        ("ကျွန်တော်ကတ်ပျောက်သွားတယ်", "ကတ်ပျောက်", "ငွေပြန်အမ်း"),
        ("カードを失くしました", "カードを失くした", "返金してください"),
        ("我的卡丢了", "卡丢了吗", "我要退钱"),
        ("मेरा कार्ड खो गया है", "कार्ड खो", "पैसे वापस"),
        ("لقد فقدت بطاقتي", "فقدت بطاقتي", "استرداد"),
        ("카드를 잃어버렸어요", "카드를 잃어버렸어요", "환불"),
    ],
    ids=["Thai", "Lao", "Khmer", "Burmese", "Japanese", "Chinese", "Hindi", "Arabic", "Korean"],
)
def test_words_are_found_in_every_script(tmp_path: Path, said: str, asked: str, other: str) -> None:
    store = open_store(tmp_path / "faq.db")
    right, _ = add(store, Content(said), Content(other))
    [found] = counts(store, asked)
    assert len(found) > 1 or " " not in asked
    assert sum(right.id in places for _, places in found) > len(found) / 2
    assert [hit.entry_id for hit in store.words.search(asked, 5)] == [right.id]
    assert [entry.id for entry in store.entries.page(EntryFilter(text=said)).entries] == [right.id]
    store.close()


def test_signs_that_are_no_words_are_not_looked_for(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    add(store, Content("lost ❤️ card 5️⃣"), Content("price ❤️"))
    assert counts(store, "❤️", "\u0301", "5️⃣ ❤️") == [[], [], [("5️", {1: 1})]]
    store.close()


def test_the_words_of_a_collection_are_known(store: Store) -> None:
    assert store.words.known() == ()
    lost, price = add(store, LOST, Content("Prïce 24 c4rd", "price"))
    assert store.words.known() == ("lost", "card", "price", "cards", "new")
    assert store.words.known() == store.words.known()
    store.entries.set_deleted([price.id], True, "ada")
    assert "price" in store.words.known()  # it may come back
    edit(store, lost.id, 1, Content("price"))
    assert store.words.known() == ("price",)


def test_words_are_counted_as_they_would_occur(store: Store) -> None:
    content = Content(
        "Lost card",
        "A card, a plan.",
        category="Cards",
        tags=("lost",),
        phrasings=("card lost",),
        must_find=("price",),
    )
    expected = {"lost": 3, "card": 3, "a": 2, "plan": 1, "cards": 1}
    assert store.words.counts(content) == expected
    [entry] = add(store, content)
    [found] = counts(store, "lost card a plan cards price")
    assert dict(found) == {**{w: {entry.id: n} for w, n in expected.items()}, "price": {}}


def test_of_a_very_long_text_the_first_words_are_looked_for(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    [found] = store.words.occurrences([" ".join(f"word{n}" for n in range(5_000))])
    assert [one.word for one in found] == [f"word{n}" for n in range(256)]


def test_only_so_many_words_are_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_words, "MOST_KEPT", 5)
    monkeypatch.setattr(kept_words, "MOST_CHANGES", 2)
    store = open_store(tmp_path / "faq.db")
    for number in range(6):
        add(store, Content(f"lost card {number}"), Content(f"card {number}"))
        fresh = open_store(tmp_path / "faq.db")
        for text in ("card", "lost", f"lost {number} card", f"{number}"):
            assert counts(store, text) == counts(fresh, text)
        fresh.close()
        known = store.words._known  # type: ignore[attr-defined]
        assert known._size <= 5 and len(known._changes) <= 2


def test_a_failure_between_changes_loses_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "faq.db")
    [entry] = add(store, LOST)
    before = counts(store, "lost card")
    edit(store, entry.id, 1, Content("price"))

    def fail(*arguments: object) -> None:
        raise OSError("the disk")

    with monkeypatch.context() as patched:
        patched.setattr(tokenizer, "counted", fail)
        with pytest.raises(OSError, match="the disk"):
            store.words.occurrences(["lost card"])
    assert counts(store, "lost card") == [[("lost", {}), ("card", {})]] != before
