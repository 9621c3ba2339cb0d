"""Imports in the background: one at a time, nothing left lying, every bad row to take away."""

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any, NoReturn

import pytest

from embedding import EmbeddingError, Vectors
from faq.collection import Collection
from faq.jobs import IMPORT
from faq.search.threshold import current
from faq.transfer import importing
from faq.transfer.columns import chosen
from faq.transfer.files import opened_table, read_table
from faq.transfer.import_job import FOLDER, failed_rows, mark_of, start_import
from faq.transfer.import_report import ImportReport
from faq.transfer.importing import AlreadyImported, OnDuplicate, import_entries
from store import Content, Job, JobRunning, Store, fault_points, open_store
from tests.fakes import WordCountEmbedder

TABLE = b"Frage;Antwort\nlost card;yes\n;no question\nnew plan;no;too;many\n=refund;maybe\n"


def start(collection: Collection, data: bytes, folder: Path, **columns: str) -> Job:
    found = columns or {"question": "Frage", "answer": "Antwort"}
    return start_import(collection, io.BytesIO(data), "table.csv", found, "skip", folder)


def ended(store: Store) -> Job:
    for _ in range(500):
        job = store.jobs.latest(IMPORT)
        assert job is not None
        if job.state != "running":
            return job
        sleep(0.02)
    raise AssertionError("it goes on for ever")


def result(store: Store) -> dict[str, Any]:
    job = ended(store)
    assert job.state == "done", job.result
    report: dict[str, Any] = json.loads(job.result)
    return report


def test_good_rows_go_in_and_bad_ones_can_be_taken_away(
    collection: Collection, tmp_path: Path
) -> None:
    start(collection, TABLE, tmp_path)
    report = result(collection.store)
    assert (report["added"], [one["row"] for one in report["failed"]]) == (2, [3, 4])
    job = collection.store.jobs.latest(IMPORT)
    assert job is not None and (job.done, job.total) == (4, 4)
    kept = failed_rows(tmp_path, report["failed_file"])
    assert kept is not None
    assert list((tmp_path / FOLDER).iterdir()) == [kept]  # the upload is gone
    with kept.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["row", "error", "Frage", "Antwort"],
            ["3", "The entry has no question. Write one.", "", "no question"],
            [
                "4",
                "The row has 4 cells, the line with the names 2.",
                "new plan",
                "no",
                "too",
                "many",
            ],
        ]
    # Mended, it is a file to import, and then nothing is left over.
    mended = kept.read_text(encoding="utf-8").replace("no,too,many", "no").replace(",,no q", ",x,n")
    start(collection, mended.encode(), tmp_path)
    report = result(collection.store)
    assert (report["added"], report["failed"]) == (2, [])
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_answers_that_were_not_taken_can_be_taken_away(
    collection: Collection, tmp_path: Path
) -> None:
    collection.add(Content("plan", answer="Über uns."))
    table = "Frage;Antwort\nlost;yes\nlost;no\nplan;Für dich.\nplan;Über uns.\n"
    start(collection, table.encode(), tmp_path)
    report = result(collection.store)
    assert (report["added"], report["skipped"], report["more_left_out"]) == (1, 3, 0)
    assert [left["row"] for left in report["left_out"]] == [3, 4, 5]
    kept = failed_rows(tmp_path, report["failed_file"])
    assert kept is not None
    assert kept.read_bytes().startswith(b"\xef\xbb\xbfrow,error,")  # which Excel opens right
    assert list(csv.reader(io.StringIO(kept.read_text("utf-8-sig")))) == [
        ["row", "error", "Frage", "Antwort"],
        ["3", "Row 2 asks the same and has another answer.", "lost", "no"],
        ["4", "The question is there already, with another answer.", "plan", "Für dich."],
        ["5", "It is there already.", "plan", "Über uns."],
    ]


def test_progress_is_counted_in_rows_and_not_in_lines(
    collection: Collection, tmp_path: Path
) -> None:
    start(collection, b'Frage,Antwort\nlost,"a\nb\nc"\n\n\nplan,x\n', tmp_path)
    result(collection.store)
    job = collection.store.jobs.latest(IMPORT)
    assert job is not None and (job.done, job.total) == (2, 2)


def test_encoding_and_language_reach_the_reader(collection: Collection, tmp_path: Path) -> None:
    columns = {"question": "question", "answer": "answer"}
    for data, name, chosen_by in (
        ("question,answer\nGebühr?,Zehn.\n".encode("cp1252"), "a.csv", {"encoding": "mac_roman"}),
        (b'{"en": {"Price?": "Ten."}, "de": {"Preis?": "Zehn."}}', "a.json", {"language": "de"}),
    ):
        start_import(collection, io.BytesIO(data), name, columns, "skip", tmp_path, **chosen_by)
        assert result(collection.store)["added"] == 1
    wrong, german = [entry.content.question for entry in collection.all_entries()]
    assert wrong == "Gebühr?".encode("cp1252").decode("mac_roman")
    assert german == "Preis?"


def test_a_file_that_was_added_whole_asks_before_it_starts(
    collection: Collection, tmp_path: Path
) -> None:
    def add(again: bool = False) -> None:
        file, columns = io.BytesIO(b"question\nlost\n"), {"question": "question"}
        start_import(collection, file, "a.csv", columns, "add", tmp_path, again=again)
        assert result(collection.store)["added"] == 1

    add()
    with pytest.raises(AlreadyImported):
        add()
    assert list((tmp_path / FOLDER).iterdir()) == []
    add(again=True)
    assert collection.store.info().entries == 2


def test_bad_rows_are_defused(collection: Collection, tmp_path: Path) -> None:
    start(
        collection,
        b"question,status,=x\nlost,=1+1,@a\n",
        tmp_path,
        question="question",
        status="status",
    )
    kept = failed_rows(tmp_path, result(collection.store)["failed_file"])
    assert kept is not None
    header, row = csv.reader(io.StringIO(kept.read_text("utf-8-sig")))
    assert (header[-1], row[-2:]) == ("'=x", ["'=1+1", "'@a"])


def test_more_bad_rows_than_are_listed_are_all_in_the_file(
    collection: Collection, tmp_path: Path
) -> None:
    start(collection, b"Frage,Antwort\n" + b",x\n" * 1_500, tmp_path)
    report = result(collection.store)
    assert (len(report["failed"]), report["more_failed"]) == (1_000, 500)
    kept = failed_rows(tmp_path, report["failed_file"])
    assert kept is not None and len(kept.read_text().splitlines()) == 1_501


class Held(WordCountEmbedder):
    """Waits before it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.held = True
        self.asked = False

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.asked = True
        for _ in range(1_000):  # a test that fails must not leave it waiting for ever
            if not self.held:
                break
            sleep(0.01)
        return super().encode_documents(texts)


def test_a_second_click_starts_nothing(store: Store, tmp_path: Path) -> None:
    embedder = Held()
    collection = Collection(store, embedder, "ada")
    start(collection, TABLE, tmp_path)
    with pytest.raises(JobRunning):
        start(collection, TABLE, tmp_path)
    assert len(list((tmp_path / FOLDER).glob("*.csv"))) == 1
    embedder.held = False
    assert result(store)["added"] == 2


def test_a_cancelled_import_keeps_what_is_in_and_tidies_up(store: Store, tmp_path: Path) -> None:
    embedder = Held()
    job = start(Collection(store, embedder, "ada"), TABLE, tmp_path)
    while not embedder.asked:
        sleep(0.01)
    store.jobs.cancel(job.id)
    embedder.held = False
    assert ended(store).state == "cancelled"
    assert store.info().entries == 2
    assert not list((tmp_path / FOLDER).glob("*.csv"))


def test_what_a_killed_import_left_is_removed_a_day_later(
    collection: Collection, tmp_path: Path
) -> None:
    (tmp_path / FOLDER).mkdir()
    old, new = (tmp_path / FOLDER / name for name in ("old.csv", "new.csv"))
    for file in (old, new):
        file.write_text("x")
    os.utime(old, (1, 1))
    start(collection, b"Frage\nlost\n", tmp_path)
    result(collection.store)
    assert list((tmp_path / FOLDER).iterdir()) == [new]


def test_a_file_that_is_damaged_inside_is_read_to_the_damage(
    collection: Collection, tmp_path: Path
) -> None:
    start(collection, b'Frage\nlost\n"new\nplan\n', tmp_path)
    report = result(collection.store)
    assert report["added"] == 1
    [failed] = report["failed"]
    assert failed["error"].startswith("A quotation mark before 'new' is never closed")


def test_no_name_reaches_outside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "faq.db").write_text("x")
    assert failed_rows(tmp_path, "../faq.db") is None
    assert failed_rows(tmp_path, "") is None


# Ended early


class PulledPlug(BaseException):
    pass


MODES: list[OnDuplicate] = ["skip", "update", "add"]


STEPS = [
    ("import: part embedded", 1),
    ("import: part embedded", 2),
    ("import: part embedded", 3),
    ("import: part committed", 1),
    ("import: part committed", 2),
    ("import: part committed", 3),
    ("import: part committed", 4),  # after its last row, before its report
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("step", "when"), STEPS)
def test_the_same_file_finishes_what_was_killed_at_any_step(
    collection: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: OnDuplicate,
    step: str,
    when: int,
) -> None:
    monkeypatch.setattr(importing, "TEXTS_AT_ONCE", 4)
    path = tmp_path / "table.csv"
    lines = [f"{f'key {n}' if n % 5 == 0 else ''},card {n % 9},{n}" for n in range(12)]
    path.write_text("key,question,answer\n" + "\n".join(lines) + "\n,,bad\n")

    def bring(into: Collection) -> ImportReport:
        with opened_table(path) as table:
            mark = mark_of(path, chosen(table), mode)
            return import_entries(into, table, mode, file=mark)

    def held(of: Collection) -> list[tuple[str, str, str]]:
        every = [entry.content for entry in of.all_entries()]
        return sorted((c.question, c.key or "", c.answer) for c in every)

    monkeypatch.setattr(fault_points, "reached", at(step, when))
    with pytest.raises(PulledPlug):
        bring(collection)
    monkeypatch.setattr(fault_points, "reached", lambda reached: None)
    there = len(held(collection))
    report = bring(collection)
    assert [failed.row for failed in report.failed] == [14]
    if mode == "add":
        assert (report.added, report.skipped) == (12 - there, there)
        with pytest.raises(AlreadyImported):
            bring(collection)
    whole = Collection(open_store(tmp_path / "whole.db"), WordCountEmbedder(), "ada")
    bring(whole)
    assert held(collection) == held(whole)
    whole.store.close()


def test_a_file_is_whole_before_its_report_is_out(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring() -> ImportReport:
        table = read_table(io.BytesIO(b"question\n" + b"same card\n" * 9))
        return import_entries(collection, table, "add", file="mark")

    monkeypatch.setattr(fault_points, "reached", at("import: done", 1))
    with pytest.raises(PulledPlug):
        bring()
    monkeypatch.setattr(fault_points, "reached", lambda reached: None)
    with pytest.raises(AlreadyImported):
        bring()
    assert collection.store.info().entries == 9


def at(step: str, when: int) -> Callable[[str], None]:
    passed = count(1)

    def reached(point: str) -> None:
        if point == step and next(passed) == when:
            raise PulledPlug

    return reached


def test_another_mode_or_other_bytes_begin_anew(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("question\nlost\n")
    mark = mark_of(path, {"question": "question"}, "add")
    assert mark == mark_of(path, {"question": "question"}, "add") != ""
    assert mark != mark_of(path, {"question": "question", "answer": "question"}, "add")
    assert mark != mark_of(path, {"question": "question"}, "add", "de")
    assert mark_of(path, {"question": "question"}, "skip") == ""
    path.write_text("question\nnew\n")
    assert mark != mark_of(path, {"question": "question"}, "add")


def test_an_import_ends_with_a_threshold(collection: Collection, tmp_path: Path) -> None:
    start(collection, TABLE, tmp_path)
    assert result(collection.store)["added"] == 2
    found = current(collection.store.state(), "balanced")
    assert found is not None and found.entries_held == 2


def test_an_import_is_done_where_no_threshold_can_be_chosen(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(texts: object, **how: object) -> NoReturn:
        raise EmbeddingError("The service does not answer.")

    monkeypatch.setattr(collection.embedder, "encode_queries", refuse)
    start(collection, TABLE, tmp_path)
    assert result(collection.store)["added"] == 2
    assert current(collection.store.state(), "balanced") is None
