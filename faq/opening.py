"""From settings to a model: what screens and the command line have in common at the start."""

from embedding import Embedder, open_embedder
from faq.settings import Settings
from store import Store


def embedder_for(settings: Settings, store: Store | None = None) -> Embedder:
    """Return the embedder that the settings name, else the collection's own model's.

    Nothing is loaded yet.
    """
    own = store.model() if store else None
    return open_embedder(
        settings.model or (own.name if own else None),
        network=settings.network,
        engine=settings.engine,
        precision=settings.precision,
        cache=settings.data_dir,
    )
