"""Files in and out of the Entries screen, without a browser."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from faq.jobs import IMPORT
from faq.transfer.import_job import kept_report, start_import
from faq.transfer.import_report import FailedRow, ImportReport, NearDuplicate
from store import Content, EntryFilter, Job, Status, Store
from tests.pages.conftest import PATIENCE, OpenPage, error_of, texts
from ui.entries import import_progress


def opened_dialog(data: bytes, name: str = "table.csv") -> AppTest:
    """The import dialog alone: a page that runs again would close it here."""

    def dialog_alone() -> None:
        from ui.entries import import_dialog

        import_dialog._import_dialog()

    app = AppTest.from_function(dialog_alone, default_timeout=PATIENCE).run()
    assert not app.button
    app.file_uploader(key="import_file").set_value((name, data, "text/csv")).run()
    assert not app.exception
    return app


def opened_dialog_for_text(text: str) -> AppTest:
    """The dialog with a text that was pasted."""
    app = opened_dialog(b"question\nx\n")
    app.file_uploader(key="import_file").set_value([]).run()
    app.text_area(key="import_text").set_value(text).run()
    assert not app.exception
    return app


def ended(store: Store) -> Job:
    for _ in range(500):
        job = store.jobs.latest(IMPORT)
        if job is not None and job.state != "running":
            return job
        sleep(0.02)
    raise AssertionError("it goes on for ever")


def test_a_file_is_shown_as_entries_and_imported(store: Store, tmp_path: Path) -> None:
    app = opened_dialog("Title;Response;Notes\nWo ist die Tür?;Dort.;x\n;a;b\n".encode("cp1252"))
    assert app.dataframe[0].value.to_dict("records") == [
        {"Question": "Wo ist die Tür?", "Answer": "Dort.", "Problem": ""},
        {"Question": "", "Answer": "a", "Problem": "The entry has no question. Write one."},
    ]
    assert (
        "Read as CSV, separated by semicolons, in Windows-1252. Question from Title, "
        "Answer from Response. Not used: Notes."
    ) in texts(app)
    assert not app.expander[0].proto.expanded
    app.button(key="import_start").click().run()
    assert ended(store).state == "done"
    [entry] = store.entries.page(EntryFilter()).entries
    assert entry.content == Content("Wo ist die Tür?", answer="Dort.")


def test_without_a_question_the_column_is_asked_for(store: Store) -> None:
    app = opened_dialog(b"Wording,Antwort\nlost card,yes\n")
    assert error_of(app).startswith("The file has no column 'question'; its first line has 'Wor")
    assert app.expander[0].proto.expanded
    assert not app.button
    field = next(box for box in app.selectbox if box.label == "Question")
    assert field.options == ["(none)", "Wording", "Antwort"]
    field.select("Wording").run()
    assert not app.error
    app.button(key="import_start").click().run()
    assert ended(store).state == "done"
    assert [e.content.question for e in store.entries.page(EntryFilter()).entries] == ["lost card"]


def test_a_list_without_names_is_explained() -> None:
    app = opened_dialog(b"Lost card\nNew plan\n")
    assert "If it is a list of questions, write 'question' above them;" in error_of(app)


def test_a_list_of_questions_comes_in_as_it_is(store: Store) -> None:
    app = opened_dialog(b"Lost card?\nNew plan?\n")
    app.button(key="import_start").click().run()
    assert ended(store).state == "done"
    entries = store.entries.page(EntryFilter()).entries
    assert {entry.content.question for entry in entries} == {"Lost card?", "New plan?"}


def test_a_missing_answer_is_asked_for(store: Store) -> None:
    app = opened_dialog(b"question,floor\nWho cleans the hall?,2\n")
    assert "**No column was recognised as the answer.** Choose it above, under Columns." in texts(
        app
    )
    assert not app.button
    app.checkbox[0].check().run()
    app.button(key="import_start").click().run()
    assert ended(store).state == "done"
    assert [e.content.answer for e in store.entries.page(EntryFilter()).entries] == [""]


def test_pasted_text_comes_in_like_a_file(store: Store) -> None:
    app = opened_dialog_for_text("Q: Who cleans the hall?\nA: Everyone.\n")
    app.button(key="import_start").click().run()
    assert ended(store).state == "done"
    [entry] = store.entries.page(EntryFilter()).entries
    assert entry.content == Content("Who cleans the hall?", answer="Everyone.")


def test_encoding_and_language_can_be_chosen(store: Store) -> None:
    data = "question_de;answer_de;question_en;answer_en\nTür?;Dort.;Door?;There.\n".encode("cp1252")
    app = opened_dialog(data)
    shown = {box.label: box for box in app.selectbox}
    assert shown["Language"].options == ["The first: de", "de", "en"]
    assert "Of several languages 'de' is taken; not used: en." in " ".join(texts(app))
    shown["Encoding, if letters look wrong"].select("Windows-1251").run()
    assert app.dataframe[0].value.to_dict("records") == [{"Question": "Tьr?", "Answer": "Dort."}]
    next(box for box in app.selectbox if box.label == "Language").select("en").run()
    app.button(key="import_start").click().run()
    assert ended(store).state == "done"
    [entry] = store.entries.page(EntryFilter()).entries
    assert entry.content == Content("Door?", answer="There.")


def test_a_file_that_was_added_whole_asks_before_it_is_added_again(store: Store) -> None:
    data = b"question,answer\nlost card,yes\n"
    for again in (False, True):
        app = opened_dialog(data)
        app.radio(key="import_on_duplicate").set_value("add").run()
        if again:
            assert "imported before, whole" in app.checkbox(key="import_twice").label
            assert app.button(key="import_start").disabled
            app.checkbox(key="import_twice").check().run()
        app.button(key="import_start").click().run()
        assert ended(store).state == "done"
    assert store.info().entries == 2


def test_an_import_that_was_cut_is_named_on_the_next_visit(
    open_page: OpenPage, store: Store, collection: Collection
) -> None:
    job = store.jobs.start(
        IMPORT, owner="gone", actor="ada", total=5, silent_after=timedelta(minutes=1)
    )
    store.jobs.beat(job.id, owner="gone", done=2, total=5)
    store.jobs.finish(job.id, owner="gone", state="failed", result="killed")
    app = open_page("entries")
    [line] = [text for text in texts(app) if text.startswith("The import of ada on ")]
    assert line.endswith(
        " stopped after 2 of 5 rows; those are kept. The same file again brings in the rest."
    )
    app.button(key="import_cut_close").click().run()
    assert not any("stopped after" in text for text in texts(app))


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (
            b"PK\x03\x04",
            "x.xlsx",
            "The file is not a whole Excel workbook; it may have been cut short.",
        ),
        (b"", "x.csv", "The file has no column 'question'; its first line has nothing."),
        (b"%PDF-1.7", "x.csv", "The file is a PDF."),
    ],
)
def test_a_file_that_is_no_table_gives_a_sentence(data: bytes, name: str, says: str) -> None:
    app = opened_dialog(data, name)
    assert error_of(app).startswith(says)
    assert not app.button


def test_an_import_that_is_under_way_cannot_be_started_again(store: Store) -> None:
    hour = timedelta(hours=1)
    store.jobs.start(IMPORT, owner="x", actor="bo", total=9, silent_after=hour)
    app = opened_dialog(b"question\nlost\n")
    app.button(key="import_start").click().run()
    assert error_of(app).startswith("bo started this already and it is still running.")


def test_the_page_shows_how_far_it_is_whoever_started_it(open_page: OpenPage, store: Store) -> None:
    job = store.jobs.start(IMPORT, owner="x", actor="bo", total=90, silent_after=timedelta(hours=1))
    store.jobs.beat(job.id, owner="x", done=30, total=90)
    app = open_page("entries")
    assert not app.exception
    store.jobs.finish(job.id, owner="x", state="failed", result="No memory is left.")
    app.run()
    assert error_of(app) == (
        "The import stopped after 30 rows: No memory is left. The same file again brings in the "
        "rest."
    )


def job_at(done: int, total: int | None) -> Job:
    now = datetime.now(UTC)
    return Job(1, IMPORT, "running", "x", "bo", done, total, "", now, now)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "says"),
    [
        (0, None, 5, "Reading the file"),
        (600, None, 5, "Importing: 600 rows"),
        (0, 3000, 5, "Importing: 0 of 3,000 rows"),
        (500, 3000, 10, "Importing: 500 of 3,000 rows, 50 a second, 50 s left"),
        (500, 90_000, 10, "Importing: 500 of 90,000 rows, 50 a second, 30 min left"),
        (500, 900_000, 10, "Importing: 500 of 900,000 rows, 50 a second, 5.0 h left"),
        (3000, 3000, 10, "Looking for entries that are very similar to each other"),
    ],
)
def test_progress_shows_rows_rate_and_time_left(
    done: int, total: int | None, seconds: int, says: str
) -> None:
    job = job_at(done, total)
    assert import_progress.progress(job, job.started_at + timedelta(seconds=seconds)) == says


def test_the_report_lists_bad_rows_and_similar_entries(
    open_page: OpenPage, store: Store, collection: Collection, tmp_path: Path
) -> None:
    app = open_page("entries")
    job = start_import(
        collection,
        io.BytesIO(b"question,answer\nlost card,\n,yes\ncard lost,\nLost card,Call.\n"),
        "x.csv",
        {"question": "question", "answer": "answer"},
        "skip",
        tmp_path / "data",
    )
    ended(store)
    app.session_state["import_followed"] = job.id
    app.run()
    assert not app.exception
    failed, similar = app.dataframe[0].value, app.dataframe[1].value
    assert failed.to_dict("records") == [
        {"row": 3, "error": "The entry has no question. Write one."},
        {"row": 5, "error": "Row 2 asks the same and has another answer."},
    ]
    assert similar[["Row", "Imported", "Very similar to"]].to_dict("records") == [
        {"Row": 4, "Imported": "card lost", "Very similar to": "lost card"}
    ]
    assert "1 imported row is very similar to another entry" in texts(app)
    assert [link.label for link in app.get("page_link")] == [
        "Decide in the Inbox, under Duplicates"
    ]


def test_a_report_as_a_job_keeps_it_is_short() -> None:
    report = ImportReport(failed=[FailedRow(n, "bad") for n in range(5_000)], more_failed=7)
    report.near.append(NearDuplicate(1, 2, "a", 1, "b", 0.9))
    kept = json.loads(kept_report(report))
    assert (len(kept["failed"]), kept["more_failed"]) == (1_000, 4_007)
    assert kept["near"][0]["like"] == "b"


def test_the_filters_can_be_exported_alone(open_page: OpenPage, collection: Collection) -> None:
    collection.add(Content("lost card", category="Cards"))
    collection.add(Content("draft", status=Status.DRAFT))
    app = open_page("entries")
    assert [radio.label for radio in app.radio] == ["File type"]
    app.pills(key="entries_status").set_value("draft").run()
    assert app.radio(key="export_which").options == [
        "What the filters show",
        "The whole collection",
    ]
    app.radio(key="export_kind").set_value("Excel").run()
    assert not app.exception
    assert any("32,767" in text for text in texts(app))
    app.pills(key="entries_status").set_value("Bin").run()
    app.pills(key="entries_category").set_value("Cards").run()
    assert [radio.label for radio in app.radio] == ["File type"]  # the bin stays at home
