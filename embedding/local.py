"""What engines share that run a model's files on this machine."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property

from embedding.fingerprint import tokenizer_file
from embedding.protocol import Loaded, LoadedOnce, Model, TokenCount, Vector, Vectors
from embedding.tokens import TokenizerTokens, encodable, open_tokenizer
from embedding.weights import Weights

MOST_TEXTS = 64


class LocalEmbedder(LoadedOnce[Loaded]):
    """An `Embedder` except for loading and computing."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights = weights

    @property
    def model(self) -> Model:
        return self._weights.model()

    @abstractmethod
    def _encode(self, texts: list[str], *, as_queries: bool) -> Vectors:
        """Return the vectors of texts that can be encoded as UTF-8, `(len(texts), dimension)`."""

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self.encode_queries([text], waiting=True)[0]
        return vector

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        return self._encode([encodable(text) for text in texts], as_queries=True)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode([encodable(text) for text in texts], as_queries=False)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return self._tokens.count(texts)

    def tokenize(self, text: str) -> list[str]:
        return self._tokens.split(text)

    def is_word(self, text: str) -> bool:
        return self._tokens.is_word(text)

    def words(self) -> tuple[str, ...]:
        return self._tokens.words

    @cached_property
    def _tokens(self) -> TokenizerTokens:
        tokenizer = open_tokenizer(tokenizer_file(self._weights.files().path))
        return TokenizerTokens(tokenizer, self.model.max_tokens)


def batches(sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield the places of texts of these sizes, largest first, so many at a time that their number
    times the largest size is at most `most`, and never more than 64.

    Neighbours in a batch are of similar size, because each is padded to the largest. A text too
    large for any batch gets one of its own.
    """
    waiting = sorted(range(len(sizes)), key=lambda place: sizes[place], reverse=True)
    start = 0
    while start < len(waiting):
        largest = max(sizes[waiting[start]], 1)
        count = min(MOST_TEXTS, max(most // largest, 1))
        yield waiting[start : start + count]
        start += count
