"""Two entries that say the same become one."""

from dataclasses import replace

from faq.collection import Collection
from faq.content import validated
from store import Content, Edit, Entry, normalised


def merge(collection: Collection, kept: Entry, absorbed: Entry) -> Entry:
    """Let one entry take over every way of asking another, which goes to the bin with its history;
    return the former as it stands now. All of it happens or nothing.

    Raises `StaleEdit` or `UnknownEntry` where one of them is another by now, `EmbeddingError` where
    the model is not to be had.
    """
    content = validated(merged(kept.content, absorbed.content))
    known = set(kept.content.ways_of_asking)
    embeddings = collection.embed(
        (text for text in content.ways_of_asking if text not in known), content.answer_texts
    )
    edit = Edit(kept.id, kept.version, content)
    return collection.store.merge(edit, absorbed.id, absorbed.version, embeddings, collection.actor)


def unmerge(collection: Collection, standing: Entry, kept: Entry, absorbed: Entry) -> None:
    """Undo a merge; `standing` is what it returned. Raises `StaleEdit` where somebody edited that
    since."""
    collection.edit(standing, kept.content)
    collection.restore([absorbed.id])


def merged(kept: Content, absorbed: Content) -> Content:
    """Return content with the phrasings, tags and tests of both; what the first leaves empty comes
    from the other. A query that must find one of them is no test against both."""
    must_find = (*kept.must_find, *absorbed.must_find)
    wanted = {normalised(text) for text in must_find}
    unwanted = (*kept.must_not_find, *absorbed.must_not_find)
    return replace(
        kept,
        answer=kept.answer or absorbed.answer,
        key=kept.key or absorbed.key,
        category=kept.category or absorbed.category,
        tags=tuple(dict.fromkeys((*kept.tags, *absorbed.tags))),
        phrasings=(*kept.phrasings, *absorbed.ways_of_asking),
        owner=kept.owner or absorbed.owner,
        source=kept.source or absorbed.source,
        review_by=kept.review_by or absorbed.review_by,
        must_find=must_find,
        must_not_find=tuple(text for text in unwanted if normalised(text) not in wanted),
    )
