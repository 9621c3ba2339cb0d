"""The command that asks the collection."""

from collections.abc import Iterator

from embedding import EmbeddingError
from faq.cli.command import DONE, Result, Run, message
from faq.collection import ReadableCollection, SearchResult
from faq.content import InvalidEntry
from faq.transfer.files import opened_table
from faq.transfer.table import UnreadableFile
from store import StoreUnavailable


def search(run: Run) -> int:
    given, collection = run.arguments, run.readable_collection()
    asked = {
        "k": given.k,
        "category": None if given.category is None else _text(given.category),
        "ranking": None if given.ranking is None else collection.ranking(given.ranking),
        "as_typed": given.as_typed,
    }
    if given.file:
        with opened_table(given.file) as table:
            for result in collection.search_many(_queries(table.named("query")), **asked):
                run.show({"query": result.query} | _as_json(result), _as_text(result))
        return DONE
    query = _text(given.query)
    if not query.strip():
        raise InvalidEntry("The query is empty. Ask something.")
    result = _asked(collection, query, asked)
    if result.note:
        message(f"{result.note}\nOnly words were compared.")
    run.show(_as_json(result), _as_text(result))
    try:
        collection.log(result)
    except StoreUnavailable as error:  # an answer that could not be logged is still an answer
        message(f"The query was not logged: {error}")
    return DONE


def _asked(collection: ReadableCollection, query: str, asked: Result) -> SearchResult:
    try:
        collection.embedder.load()  # the start of the program is no part of an answer's time
    except EmbeddingError as error:
        return collection.search_words(query, asked["k"], asked["category"], why=str(error))
    return collection.search(query, **asked)


def _queries(rows: Iterator[tuple[int, dict[str, str] | str]]) -> Iterator[str]:
    for number, cells in rows:
        if isinstance(cells, str):
            raise UnreadableFile(f"Row {number}: {cells}")
        yield _text(cells.get("query", ""))


def _text(given: str) -> str:
    """Return text to search for; bytes that are not text become question marks."""
    return given.encode(errors="surrogateescape").decode(errors="replace")


def _as_json(result: SearchResult) -> Result:
    return {
        "answered": result.answered,
        "corrected": result.corrected,
        "matches": [
            {
                "id": match.entry.id,
                "key": match.entry.content.key,
                "question": match.entry.content.question,
                "answer": match.entry.content.answer,
                "category": match.entry.content.category,
                "score": match.score,
                "cosine": match.cosine,
                "matched": match.matched,
            }
            for match in result.matches
        ],
        "timing": {
            "embed_ms": round(result.timing.embed_seconds * 1000, 3),
            "search_ms": round(result.timing.search_seconds * 1000, 3),
            "total_ms": round(result.timing.total_seconds * 1000, 3),
        },
    }


def _as_text(result: SearchResult) -> str:
    lines = [result.query]
    if result.corrected:
        lines.append(f"  Also asked as: {result.corrected}")
    if not result.answered:
        lines.append("  No close match. Nearest entries:" if result.matches else "  No entries.")
    lines += [f"  {match.score:.3f}  {match.entry.content.question}" for match in result.matches]
    return "\n".join(lines)
