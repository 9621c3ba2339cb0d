"""Files become entries: what is taken, what is left, what is reported."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import count

import pytest
from openpyxl import Workbook

from faq.collection import Collection
from faq.transfer import import_report, importing
from faq.transfer.files import read_table
from faq.transfer.import_report import FailedRow, ImportReport, LeftOut
from faq.transfer.importing import AlreadyImported, OnDuplicate, import_entries
from faq.transfer.table import Table, UnreadableFile
from store import Content, Entry, Status
from tests.fakes import WordCountEmbedder
from tests.faq.texts import MEGABYTE


def bring(
    collection: Collection, table: str | bytes, on_duplicate: OnDuplicate = "skip"
) -> ImportReport:
    return import_entries(collection, read(table), on_duplicate)


def read(table: str | bytes) -> Table:
    return read_table(BytesIO(table.encode() if isinstance(table, str) else table))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.skipped, len(report.failed)


def contents(collection: Collection) -> list[Content]:
    return [entry.content for entry in collection.all_entries()]


def questions(collection: Collection) -> list[str]:
    return [content.question for content in contents(collection)]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "TEXTS_AT_ONCE", 2)


def test_every_column_is_taken(collection: Collection) -> None:
    table = (
        "key,question,answer,category,tags,phrasings,source,status\n"
        'lost,Lost card?,Call us.,Cards,"card, lost","card gone\ncard stolen",handbook,Draft\n'
    )
    report = bring(collection, table)
    assert counts(report) == (1, 0, 0, 0)
    assert contents(collection) == [
        Content(
            "Lost card?",
            answer="Call us.",
            key="lost",
            category="Cards",
            tags=("card", "lost"),
            phrasings=("card gone", "card stolen"),
            source="handbook",
            status=Status.DRAFT,
        )
    ]
    assert 0 <= report.embed_seconds <= report.seconds


def test_a_question_alone_is_enough_and_gets_published(collection: Collection) -> None:
    bring(collection, "question,status\nlost card,\n")
    assert contents(collection) == [Content("lost card")]
    assert collection.search("card lost").matches[0].cosine == pytest.approx(1)


def test_skip_leaves_what_is_there(collection: Collection) -> None:
    collection.add(Content("lost card", answer="old", key="a"))
    collection.add(Content("new plan", answer="old"))
    table = "key,question,answer\na,changed,new\n,  NEW   plan ,new\nb,cancel,new\n,refund,new\n"
    assert counts(bring(collection, table)) == (2, 0, 2, 0)
    assert questions(collection) == ["lost card", "new plan", "cancel", "refund"]
    assert [content.answer for content in contents(collection)] == ["old", "old", "new", "new"]


def test_update_writes_what_the_file_says(collection: Collection) -> None:
    keyed = collection.add(Content("lost card", answer="old", key="a"))
    asked = collection.add(Content("new plan", answer="old"))
    table = "key,question,answer\na,changed,new\n,new plan,new\nb,cancel,new\n"
    assert counts(bring(collection, table, "update")) == (1, 2, 0, 0)
    after = {entry.id: entry for entry in collection.all_entries()}
    assert after[keyed.id].content == Content("changed", answer="new", key="a")
    assert after[asked.id].content == Content("new plan", answer="new")
    assert after[keyed.id].version == after[asked.id].version == 2


def test_update_leaves_columns_that_the_file_lacks(collection: Collection) -> None:
    before = Content(
        "lost card",
        answer="old",
        key="a",
        category="Cards",
        tags=("card",),
        phrasings=("card gone",),
        status=Status.ARCHIVED,
        owner="Ada",
        source="handbook",
    )
    entry = collection.add(before)
    bring(collection, "question,key,answer\nlost card,a,new\n", "update")
    [after] = collection.store.entries.get([entry.id])
    assert after.content.answer == "new"
    assert after.content.category == "Cards"
    assert after.content.tags == ("card",)
    assert after.content.phrasings == ("card gone",)
    assert after.content.status is Status.ARCHIVED
    assert (after.content.owner, after.content.source) == ("Ada", "handbook")
    bring(collection, "question,key,tags,phrasings,category\nlost card,a,,,\n", "update")
    [emptied] = collection.store.entries.get([entry.id])
    assert (emptied.content.tags, emptied.content.phrasings) == ((), ())
    assert (emptied.content.category, emptied.content.answer) == ("", "new")


@pytest.mark.parametrize("at_once", [1, 512])
@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",lost card,yes", "It is there already."),
        (", Lost  CARD ,yes", "It is there already."),
        (",lost card,no", "The question is there already, with another answer."),
        ("a,new plan,yes", "It is there already."),
        ("a,new plan,no", "The question is there already, with another answer."),
        ("a,refund,yes", "Its key is there already, with another question: 'new plan'."),
    ],
)
def test_a_row_that_is_left_out_says_why(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, at_once: int, row: str, why: str
) -> None:
    monkeypatch.setattr(importing, "TEXTS_AT_ONCE", at_once)
    collection.add(Content("lost card", answer="yes"))
    collection.add(Content("new plan", answer="yes", key="a"))
    report = bring(collection, f"key,question,answer\n,cancel,x\n{row}\n")
    assert report.left_out == [LeftOut(3, why)]
    assert counts(report) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (",lost card,yes\n,lost CARD,yes", "Row 2 asks the same and has the same answer."),
        (",lost card,yes\n,lost CARD,no", "Row 2 asks the same and has another answer."),
        ("a,lost card,yes\na,lost card,no", "Row 2 asks the same and has another answer."),
        ("a,lost card,yes\na,plan,no", "Row 2 has the same key and another question."),
    ],
)
def test_a_row_that_comes_twice_names_the_first(
    collection: Collection, rows: str, why: str
) -> None:
    assert bring(collection, f"key,question,answer\n{rows}\n").left_out == [LeftOut(3, why)]


def test_under_update_rows_say_what_became_of_them(collection: Collection) -> None:
    collection.add(Content("lost card", answer="yes"))
    report = bring(collection, "question,answer\nlost card,yes\nplan,a\nplan,b\n", "update")
    assert report.left_out == [
        LeftOut(2, "The entry is as the row says already."),
        LeftOut(4, "It was added to row 3, which asks the same."),
    ]


def test_more_rows_than_are_listed_are_counted(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_report, "LISTED", 2)
    report = bring(collection, "question\n" + "lost card\n" * 5)
    assert (report.skipped, len(report.left_out), report.more_left_out) == (4, 2, 2)


def test_every_row_that_is_missing_is_handed_on_with_its_cells(collection: Collection) -> None:
    missing: list[tuple[int, object]] = []
    import_entries(
        collection,
        read("question,answer\nlost card,yes\nlost card,no\n,nothing\nplan,too,many,cells\n"),
        on_missing=lambda row, cells: missing.append(
            (row.row, cells["answer"] if isinstance(cells, dict) else str(cells))
        ),
    )
    assert missing == [(3, "no"), (4, "nothing")]
    assert contents(collection)[1] == Content("plan", answer="too,many,cells")


def test_rows_have_the_numbers_of_their_file(collection: Collection) -> None:
    table = 'A list\n\nquestion,answer\n"lost\ncard?",yes\n\n,none\nplan,x\n\nplan,y\n'
    report = bring(collection, table)
    assert [failed.row for failed in report.failed] == [7]
    assert report.left_out == [LeftOut(10, "Row 8 asks the same and has another answer.")]


def test_rows_of_several_sheets_are_named_with_their_sheet(collection: Collection) -> None:
    book = Workbook()
    cards = book.active
    assert cards is not None
    cards.title = "Cards"
    for sheet, rows in (
        (cards, [("lost card?", "yes"), ("", "none")]),
        (book.create_sheet("Plans"), [("new plan?", "no"), ("lost card?", "no")]),
    ):
        for row in [("Question", "Answer"), *rows]:
            sheet.append(row)
    file = BytesIO()
    book.save(file)
    report = bring(collection, file.getvalue())
    assert report.failed == [FailedRow(3, "Sheet 'Cards': The entry has no question. Write one.")]
    assert report.left_out == [
        LeftOut(3, "Sheet 'Plans': Row 2 asks the same and has another answer.")
    ]
    assert [content.category for content in contents(collection)] == ["Cards", "Plans"]


# A file that comes again


def test_a_file_that_was_added_whole_asks(collection: Collection) -> None:
    def add(again: bool = False, file: str = "mark") -> ImportReport:
        table = read("question\nlost card\nnew plan\n,\n")
        return import_entries(collection, table, "add", file=file, again=again)

    assert add().added == 2
    with pytest.raises(AlreadyImported, match="imported before, whole; its rows would be there tw"):
        add()
    assert len(contents(collection)) == 2
    assert add(again=True).added == 2
    assert add(file="of another file").added == 2
    with pytest.raises(AlreadyImported):
        add()
    assert len(contents(collection)) == 6


def test_a_file_whose_entries_were_taken_out_again_comes_in(collection: Collection) -> None:
    for _ in range(2):
        table = read("question\nlost card\nnew plan\n")
        assert import_entries(collection, table, "add", file="mark").added == 2
        collection.remove([entry.id for entry in collection.all_entries()])


def test_update_with_nothing_new_counts_as_skipped(collection: Collection) -> None:
    table = "key,question,answer\na,lost card,yes\n,new plan,no\n"
    bring(collection, table)
    assert counts(bring(collection, table, "update")) == (0, 0, 2, 0)
    assert {entry.version for entry in collection.all_entries()} == {1}


def test_update_by_question_leaves_the_key(collection: Collection) -> None:
    collection.add(Content("lost card", key="a"))
    assert counts(bring(collection, "key,question,answer\n,lost card,new\n", "update"))[1] == 1
    assert contents(collection) == [Content("lost card", answer="new", key="a")]


def test_update_embeds_only_what_changed(
    collection: Collection, embedder: WordCountEmbedder
) -> None:
    bring(collection, 'key,question,phrasings\na,lost card,"card gone\nno card"\n')
    embedder.encoded.clear()
    bring(collection, 'key,question,phrasings\na,lost card,"card gone\nnew card"\n', "update")
    assert embedder.encoded == ["new card"]


def test_add_takes_the_same_question_again_but_no_key_twice(collection: Collection) -> None:
    collection.add(Content("lost card", key="a"))
    table = "key,question\n,lost card\n,lost card\na,other\nb,new\nb,newer\n"
    report = bring(collection, table, "add")
    assert report.added == 3
    assert report.failed == [
        FailedRow(4, "The key 'a' is taken. Use another."),
        FailedRow(6, "The key 'b' belongs to entry 4 already. Choose another key."),
    ]
    assert questions(collection) == ["lost card", "lost card", "lost card", "new"]


@pytest.mark.parametrize("at_once", [1, 2, 512])
def test_duplicates_inside_a_file_are_skipped(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(importing, "TEXTS_AT_ONCE", at_once)
    table = (
        "key,question,answer\n"
        "a,lost card,first\n"
        "a,another,second\n"  # the same key
        ",new plan,first\n"
        ",NEW  plan,second\n"  # the same question
        ",lost card,third\n"  # the question of the entry with key a
        "b,lost card,fourth\n"  # a key of its own makes it another entry
    )
    assert counts(bring(collection, table)) == (3, 0, 3, 0)
    assert [(c.key, c.question, c.answer) for c in contents(collection)] == [
        ("a", "lost card", "first"),
        (None, "new plan", "first"),
        ("b", "lost card", "fourth"),
    ]


@pytest.mark.parametrize("at_once", [1, 512])
def test_under_update_the_last_duplicate_inside_a_file_wins(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(importing, "TEXTS_AT_ONCE", at_once)
    table = (
        "key,question,answer\na,lost card,first\na,lost card,second\n,lost card,third\n,plan,x\n"
    )
    report = bring(collection, table, "update")
    assert (report.added, len(report.failed)) == (2, 0)
    assert report.updated + report.skipped == 2
    assert [(c.question, c.answer) for c in contents(collection)] == [
        ("lost card", "third"),
        ("plan", "x"),
    ]


def test_an_entry_in_the_bin_is_no_duplicate(collection: Collection) -> None:
    collection.remove([collection.add(Content("lost card", key="a")).id])
    assert counts(bring(collection, "key,question\na,lost card\n")) == (1, 0, 0, 0)


def test_an_empty_key_is_no_key(collection: Collection) -> None:
    assert counts(bring(collection, "key,question\n ,one\n ,two\n")) == (2, 0, 0, 0)


def test_bad_rows_are_listed_while_good_ones_go_in(collection: Collection) -> None:
    table = (
        b"question,answer,status\n"
        b"one,fine,published\n"
        b",no question,published\n"
        b"caf\xe9,latin,published\n"
        b"two,fine,DRAFT \n"
        b"three,x,finished\n"
        b"four,x,draft,more,cells\n"
        b"five,\xff,draft\n"
        b"six\n" + "sieben,für alle Fälle,draft\n".encode()  # so it is UTF-8, but for two letters
    )
    report = bring(collection, table)
    assert report.failed == [
        FailedRow(3, "The entry has no question. Write one."),
        FailedRow(
            4,
            "The question contains bytes that are not text. Save the file as UTF-8 and try again.",
        ),
        FailedRow(6, "The status is 'finished', expected published, draft, archived."),
        FailedRow(7, "The row has 5 cells, the line with the names 3."),
        FailedRow(
            8, "The answer contains bytes that are not text. Save the file as UTF-8 and try again."
        ),
    ]
    assert questions(collection) == ["one", "two", "six", "sieben"]
    assert counts(report) == (4, 0, 0, 5)
    assert report.rows == 9


def test_rows_are_numbered_through_all_parts(collection: Collection, small_parts: None) -> None:
    rows = ["" if number % 3 == 0 else f"question {number}" for number in range(1, 11)]
    report = bring(collection, "question,answer\n" + "".join(f"{row},x\n" for row in rows))
    assert [failed.row for failed in report.failed] == [4, 7, 10]
    assert report.added == 7


def test_failed_rows_come_in_the_order_of_the_file(collection: Collection) -> None:
    collection.add(Content("lost card", key="a"))
    report = bring(collection, "key,question\na,taken\nb,\n", "add")
    assert [failed.row for failed in report.failed] == [2, 3]


def test_a_file_of_another_program_is_read(collection: Collection) -> None:
    table = "\ufeffQuestion,Answer\r\nlost card,\"Call,\r\nthen wait.\"\r\n'=1+1,'-\r\n"
    assert counts(bring(collection, table)) == (2, 0, 0, 0)
    assert contents(collection) == [
        Content("lost card", answer="Call,\r\nthen wait."),
        Content("=1+1", answer="-"),
    ]


def test_nuls_and_a_megabyte_go_in_and_come_out(collection: Collection) -> None:
    bring(collection, f'question,answer,key,tags\nlost\0card,"{MEGABYTE}",k\0,a\0b\n{MEGABYTE}\n')
    nul, large = contents(collection)
    assert nul == Content("lost\0card", answer=MEGABYTE.strip(), key="k\0", tags=("a\0b",))
    assert large.question == MEGABYTE.strip()
    assert collection.store.upkeep.check().problems == ()
    assert counts(bring(collection, "question,key\nlost\0card,k\0\n")) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "table", [b"", b"answer\nyes\n", "answer\nyes\n".encode("utf-16"), b"\xff\xfe\x00\x01" * 99]
)
def test_an_unreadable_file_adds_nothing(
    collection: Collection, embedder: WordCountEmbedder, table: bytes
) -> None:
    with pytest.raises(UnreadableFile, match="has no column 'question'"):
        bring(collection, table)
    assert contents(collection) == []
    assert embedder.encoded == []


def test_a_header_alone_is_an_empty_import(collection: Collection) -> None:
    counted: list[int] = []
    report = import_entries(
        collection,
        read(b"question,answer\n"),
        progress=lambda r: counted.append(r.rows),
    )
    assert counts(report) == (0, 0, 0, 0)
    assert counted == []


def test_progress_counts_what_is_committed(collection: Collection, small_parts: None) -> None:
    counted: list[tuple[int, int]] = []

    def progress(report: ImportReport) -> None:
        counted.append((report.added, collection.store.info().entries))

    table = "question\n" + "".join(f"question {number}\n" for number in range(5))
    import_entries(collection, read(table), progress=progress)
    assert counted == [(2, 2), (4, 4), (5, 5)]


def test_many_phrasings_make_a_part_smaller(collection: Collection, small_parts: None) -> None:
    counted: list[int] = []
    table = 'question,phrasings\none,"a\nb\nc"\ntwo,\nthree,\n'
    import_entries(
        collection,
        read(table),
        progress=lambda report: counted.append(report.added),
    )
    assert counted == [1, 3]


class PulledPlug(Exception):
    pass


def test_a_stopped_import_keeps_its_parts_and_the_next_one_finishes(
    collection: Collection, small_parts: None
) -> None:
    table = "question,answer\n" + "".join(f"question {number},a\n" for number in range(7))
    calls = count(1)

    def stop_at_the_second(report: ImportReport) -> None:
        if next(calls) == 2:
            raise PulledPlug

    with pytest.raises(PulledPlug):
        import_entries(collection, read(table), progress=stop_at_the_second)
    assert questions(collection) == [f"question {number}" for number in range(4)]
    assert collection.store.upkeep.check().problems == ()
    assert counts(bring(collection, table)) == (3, 0, 4, 0)
    assert questions(collection) == [f"question {number}" for number in range(7)]


def test_a_key_taken_by_somebody_faster_costs_one_row_only(
    collection: Collection, store: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = collection.embed
    faster = Collection(collection.store, WordCountEmbedder(), "bo")

    def slow_embed(*texts: Iterator[str]) -> object:
        vectors = embed(*texts)
        faster.add(Content("plan", key="b"))
        return vectors

    monkeypatch.setattr(collection, "embed", slow_embed)
    report = bring(collection, "key,question\na,lost\nb,card\nc,new\n")
    assert report.added == 2
    assert [(failed.row, "'b' belongs to entry 1" in failed.error) for failed in report.failed] == [
        (3, True)
    ]
    assert sorted(questions(collection)) == ["lost", "new", "plan"]


def test_a_similar_entry_that_is_purged_in_the_meantime_ends_nothing(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = collection.add(Content("lost card"))
    look = collection.store.entries.get

    def purged(entry_ids: Sequence[int]) -> list[Entry]:
        collection.purge(collection.remove([older.id]))
        return look(entry_ids)

    monkeypatch.setattr(collection.store.entries, "get", purged)
    table = "question\ncard lost\nnew plan\nplan new\n"
    report = import_entries(collection, read(table), "add")
    assert [(near.row, near.like) for near in report.near] == [(4, "new plan")]
