"""An entry learns other ways of asking it, and can forget them."""

import pytest

from faq.collection import Collection
from faq.inbox.suggestions import learn, unlearn
from store import Content, UnknownEntry


def test_what_an_entry_learns_finds_it(collection: Collection) -> None:
    entry = collection.add(Content("lost card", phrasings=("card gone",)))
    learned = learn(collection, entry.id, ["new  plan\nprice", "CARD gone", "new plan price"])
    assert learned.phrasings == ("new plan price",)
    assert learned.entry.content.phrasings == ("card gone", "new plan price")
    assert collection.search("new plan price").answered


def test_forgetting_leaves_what_was_changed_meanwhile(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    learned = learn(collection, entry.id, ["new plan"])
    again = learn(collection, entry.id, ["refund"])
    unlearn(collection, learned)
    standing = collection.get(entry.id)
    assert standing is not None
    assert standing.content.phrasings == ("refund",)
    assert standing.version == again.entry.version + 1
    unlearn(collection, learned)  # nothing is left to forget


def test_an_entry_in_the_bin_learns_nothing(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    learned = learn(collection, entry.id, ["new plan"])
    collection.remove([entry.id])
    for attempt in (
        lambda: learn(collection, entry.id, ["x"]),
        lambda: unlearn(collection, learned),
    ):
        with pytest.raises(UnknownEntry, match="not there any more"):
            attempt()
