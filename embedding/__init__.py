"""Text to unit vectors. Knows nothing of entries, databases or screens."""

from embedding.engines import open_embedder as open_embedder
from embedding.protocol import REMOTE as REMOTE
from embedding.protocol import Delegating as Delegating
from embedding.protocol import Download as Download
from embedding.protocol import Embedder as Embedder
from embedding.protocol import EmbeddingError as EmbeddingError
from embedding.protocol import Engine as Engine
from embedding.protocol import Model as Model
from embedding.protocol import ModelUnavailable as ModelUnavailable
from embedding.protocol import Precision as Precision
from embedding.protocol import Runtime as Runtime
from embedding.protocol import ServiceUnreachable as ServiceUnreachable
from embedding.protocol import TokenCount as TokenCount
from embedding.protocol import Vector as Vector
from embedding.protocol import Vectors as Vectors
from hub.network import Network as Network
