"""Whole answers: what is far behind in one is found, and those of older collections are divided."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embedding import Embedder, EmbeddingError, Vectors
from faq.collection import Collection, recorded
from faq.reembedding import complete, reembed, switch
from faq.repair import examine, repair
from store import UNDIVIDED, Content, Health, Store, open_store
from tests.fakes import Contrary, WordCountEmbedder
from tests.store.old_files import put_old

# What is said behind the thousandth token of an answer, and how somebody asks for it.
HIDDEN = {
    "Rabbits may travel in a basket in the luggage van.": "can I bring my rabbit",
    "The swimming pool is heated to 27 degrees from May on.": "is the pool warm",
    "Umbrellas that were left behind are kept for a month.": "I left my umbrella behind",
    "Wheelchairs are lent at the north gate.": "where do I get a wheelchair",
    "Gluten-free bread must be ordered a day before.": "do you have bread without gluten",
    "Drones are forbidden above the garden.": "may I fly a drone",
    "Wedding photographs need a permit from the office.": "taking pictures of a marriage",
    "The choir rehearses on Thursday evenings.": "when do the singers practise",
    "Broken bicycles are repaired for free on Mondays.": "who fixes my bike",
    "The telescope is open to guests when the sky is clear.": "can I look at the stars",
    "Teachers pay half of the museum's entrance fee.": "discount for teachers at the museum",
    "Firewood is stored behind the eastern barn.": "where is wood for the stove",
    "Lost keys are replaced by the locksmith for 40 euros.": "what does a new key cost",
    "A vaccination against rabies is required for dogs.": "which vaccine does my dog need",
    "Chess boards can be borrowed at the bar.": "can we play chess",
    "The last ferry to the island leaves at ten.": "when is the final boat",
    "Tattoos must be covered during the ceremony.": "is my tattoo a problem",
    "Parcels heavier than 30 kilograms are collected by van.": "how do I send a heavy package",
    "Snow tyres are mandatory from November to March.": "do I need winter tires",
    "The printer accepts paper up to size A3.": "largest paper to print on",
}
SAID = (
    "The management reserves the right to change these terms at any time and without notice.",
    "Every guest receives a written confirmation within two working days.",
    "Section four of the general conditions applies in the same way to all locations.",
    "Further information is available from the person responsible for your region.",
    "Payments are due within fourteen days after the date of the invoice.",
    "Requests are processed in the order in which they arrive at the central office.",
    "Please keep this document together with your other contracts.",
)


@pytest.mark.model
def test_what_is_behind_the_thousandth_token_is_found_first(
    tmp_path: Path, real_embedder: Embedder
) -> None:
    collection = Collection(open_store(tmp_path / "faq.db"), real_embedder, "ada")
    contents = []
    for number, hidden in enumerate(HIDDEN):
        before = [SAID[(number + place) % len(SAID)] for place in range(85)]
        after = [SAID[(number * place) % len(SAID)] for place in range(20)]
        assert real_embedder.count_tokens([" ".join(before)])[0].count > 1000
        contents.append(Content(f"Terms, part {number}", " ".join([*before, hidden, *after])))
    texts = [text for content in contents for text in content.texts]
    collection.add_many(contents, collection.embed(texts))
    found = {query: collection.search(query).matches[0].entry for query in HIDDEN.values()}
    wrong = [query for hidden, query in HIDDEN.items() if hidden not in found[query].content.answer]
    assert wrong == []
    assert not any(count.truncated for count in real_embedder.count_tokens(texts))
    assert examine(collection.store, real_embedder) == Health()
    collection.store.close()


# Collections of before


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Collection]:
    """A collection with two answers that were read only at their beginning; the second is in the
    bin."""
    opened = Collection(open_store(put_old(8, tmp_path / "faq.db")), WordCountEmbedder(), "ada")
    opened.remove([12])
    yield opened
    opened.store.close()


def quietly(done: int, total: int) -> None:
    assert done <= total


def whole(collection: Collection, entry_id: int) -> bool:
    """Return whether every passage of an answer has its own vector, and nothing else has."""
    [entry] = collection.store.entries.get([entry_id])
    vectors = collection.resident().answer_of(entry_id)
    own = collection.embedder.encode_documents(entry.content.answer_texts)
    return vectors.shape == own.shape and np.allclose(vectors, own)


def test_answers_are_read_to_their_end_once_those_in_the_bin_too(old: Collection) -> None:
    resident, missing = old.resident(), old.store.vectors.sets()[0].missing
    assert missing > 4
    said: list[tuple[int, int]] = []
    done = complete(old.store, old.embedder, lambda *how: said.append(how))
    assert done == f"Missing vectors embedded: {missing}."
    assert (said[0], said[-1]) == ((0, missing), (missing, missing))
    assert UNDIVIDED not in old.store.state().settings
    assert whole(old, 10)
    assert len(resident.answer_of(10)) == 1  # what somebody read stays as it was
    old.restore([12])
    assert whole(old, 12)
    assert [entry.version for entry in old.store.entries.get([10])] == [2]
    assert complete(old.store, old.embedder, quietly) == ""
    assert examine(old.store, old.embedder) == Health()


class Offline(WordCountEmbedder):
    def encode_documents(self, texts: object) -> Vectors:
        raise EmbeddingError("No model is to be had.")


def test_until_then_an_answer_counts_as_before(old: Collection) -> None:
    before = old.resident().answer_of(10)
    with pytest.raises(EmbeddingError):
        complete(old.store, Offline(), quietly)
    assert UNDIVIDED in old.store.state().settings
    assert len(before) == 1
    assert examine(old.store, old.embedder) == Health()
    # A part of the passages adds to it, and only all of them replace it.
    texts = old.store.vectors.texts("answer", 2, missing_in=old.embedder.model.fingerprint)
    vectors = old.embedder.encode_documents([text for _, text in texts])
    old.store.vectors.fill(recorded(old.embedder.model), "answer", texts, vectors)
    after = old.resident().answer_of(10)
    np.testing.assert_allclose(after, [*before, *vectors])
    assert examine(old.store, old.embedder) == Health()


def test_what_was_edited_in_between_is_completed(old: Collection) -> None:
    [entry] = old.store.entries.get([10])
    old.edit(entry, Content(entry.content.question, entry.content.answer + " And a new plan."))
    assert 0 < len(old.resident().answer_of(10)) < len(entry.content.passages)
    complete(old.store, old.embedder, quietly)
    assert whole(old, 10)


def test_a_repair_reads_answers_to_their_end(old: Collection) -> None:
    missing = old.store.vectors.sets()[0].missing
    done = repair(old.store, old.embedder, quietly)
    assert done.repaired == (f"Missing vectors embedded: {missing}.",)
    assert whole(old, 10)


def test_another_model_reads_answers_to_their_end(old: Collection) -> None:
    new = Contrary()
    reembed(old.store, Offline(), new, lambda done, total: None)
    switch(old.store, new)
    assert whole(Collection(old.store, new, "ada"), 10)
    assert old.store.upkeep.check() == Health()


def test_the_same_model_again_reads_answers_to_their_end(old: Collection) -> None:
    reembed(old.store, old.embedder, old.embedder, lambda done, total: None)
    assert whole(old, 10)


def test_passages_that_are_not_the_answer_are_written_anew(
    store: Store, collection: Collection
) -> None:
    long = Content("lost card", "Call the new desk. " * 200)
    entry = collection.add(long)
    other = collection.add(Content("price"))
    with store.entries._database.writing() as connection:  # type: ignore[attr-defined]
        connection.execute("UPDATE passage SET stop = stop - 1 WHERE position = 1")
        connection.execute(
            "INSERT INTO passage (entry_id, position, start, stop) VALUES (?, 0, 0, 3)", (other.id,)
        )
    assert store.upkeep.check().problems == (
        f"Entries whose passages are not their whole answer: {entry.id}, {other.id}.",
    )
    done = repair(store, collection.embedder, quietly)
    assert done.repaired[0] == "Answers divided into passages anew: 2."
    assert done.problems == ()
    assert whole(collection, entry.id)
    assert examine(store, collection.embedder) == Health()
