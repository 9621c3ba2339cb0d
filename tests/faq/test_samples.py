"""The sample collection that a newcomer tries."""

from faq.collection import Collection
from faq.samples import KEY_PREFIX, PUBLISHED_QUESTION, load_sample, sample_ids
from store import Content, Status


def test_thirteen_questions_each_with_answer_source_and_category(collection: Collection) -> None:
    report = load_sample(collection)
    assert (report.added, report.skipped, report.failed) == (13, 0, [])
    contents = [entry.content for entry in collection.all_entries()]
    assert len({content.question for content in contents}) == 13
    for content in contents:
        assert content.answer and content.source and content.category and content.tags
        assert content.key is not None and content.key.startswith(KEY_PREFIX)
        assert content.status is Status.PUBLISHED
    assert collection.search(PUBLISHED_QUESTION).matches


def test_loading_it_again_adds_nothing_and_changes_nothing(collection: Collection) -> None:
    load_sample(collection)
    entry = collection.get(1)
    assert entry is not None
    mine = collection.edit(entry, Content("My own question", key=entry.content.key))
    report = load_sample(collection)
    assert (report.added, report.updated, report.skipped) == (0, 0, 13)
    assert collection.get(1) == mine
    assert collection.store.info().entries == 13


def test_its_entries_are_told_from_others_and_can_be_taken_out(collection: Collection) -> None:
    mine = collection.add(Content("lost card", key="mine"))
    load_sample(collection)
    ids = sample_ids(collection.store)
    assert len(ids) == 13 and mine.id not in ids
    collection.remove(ids)
    assert sample_ids(collection.store) == []
    assert [entry.id for entry in collection.all_entries()] == [mine.id]
