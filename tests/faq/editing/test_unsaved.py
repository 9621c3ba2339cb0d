"""What people wrote and did not save: kept in the collection, each for themselves."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.collection import Collection
from faq.editing import unsaved
from faq.editing.unsaved import Unsaved
from store import Content, Status, open_store
from tests.fakes import WordCountEmbedder

TEXTS = st.text(max_size=20)
MANY = st.lists(TEXTS, max_size=3).map(tuple)
CONTENTS = st.builds(
    Content,
    question=TEXTS,
    answer=TEXTS,
    key=st.none() | TEXTS,
    tags=MANY,
    phrasings=MANY,
    status=st.sampled_from(Status),
    review_by=st.none() | st.dates(date(2000, 1, 1)),
    must_find=MANY,
)
TODAY = datetime.now(UTC)


@given(CONTENTS)
def test_any_text_comes_back_as_it_was_written(content: Content) -> None:
    assert Content.from_json(content.as_json()) == content


def test_it_outlives_the_server_and_is_for_its_writer_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    ada = Collection(store, WordCountEmbedder(), "ada")
    first = Unsaved("ada", Content("lost card", tags=("a",)), at=TODAY)
    second = Unsaved("ada", Content("new plan"), at=TODAY + timedelta(minutes=1))
    for one in (second, first, Unsaved("grace", Content("login"))):
        unsaved.keep(ada, one)
    store.close()
    store = open_store(tmp_path / "faq.db")
    ada = Collection(store, WordCountEmbedder(), "ada")
    assert unsaved.own(ada) == [second, first]
    unsaved.discard(ada, second.id)
    assert unsaved.own(ada) == [first]
    store.close()


def test_what_is_old_is_not_offered_and_then_forgotten(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    ada = Collection(store, WordCountEmbedder(), "ada")
    unsaved.keep(ada, Unsaved("ada", Content("lost"), at=TODAY - timedelta(days=32)))
    ada = Collection(store, WordCountEmbedder(), "ada")
    assert unsaved.own(ada) == []
    assert any(name.startswith(unsaved.PREFIX) for name in ada.state.settings)
    new = Unsaved("grace", Content("new"))
    unsaved.keep(ada, new)
    names = Collection(store, WordCountEmbedder(), "ada").state.settings
    assert [n for n in names if n.startswith(unsaved.PREFIX)] == [unsaved.PREFIX + new.id]
    store.close()


def test_what_is_written_on_takes_the_place_of_what_was_kept(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    ada = Collection(store, WordCountEmbedder(), "ada")
    unsaved.keep(ada, Unsaved("ada", Content("lost"), id="1"))
    unsaved.keep(ada, Unsaved("ada", Content("lost card"), id="1"))
    assert [one.content.question for one in unsaved.own(ada)] == ["lost card"]
    store.close()


@pytest.mark.parametrize("gone", [False, True])
def test_one_goes_on_from_the_version_that_was_read(tmp_path: Path, gone: bool) -> None:
    store = open_store(tmp_path / "faq.db")
    collection = Collection(store, WordCountEmbedder(), "grace")
    entry = collection.add(Content("lost card"))
    left = Unsaved("ada", Content("lost card", "Call."), entry.id, entry.version)
    theirs = collection.edit(entry, Content("lost card", "Write."))
    if gone:
        collection.remove([entry.id])
        assert unsaved.basis(store, left) is None  # the text can still become a new entry
    else:
        basis = unsaved.basis(store, left)
        assert basis is not None and basis.id == theirs.id
        assert (basis.version, basis.content) == (entry.version, entry.content)
    store.close()
