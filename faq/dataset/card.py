"""The card of a dataset: what the README.md beside its data says to programs and to people."""

import json

from faq.dataset.parquet import Origin

CARD = "README.md"
DATA = "entries.parquet"


def card(title: str, load_from: str, entries: int, origin: Origin) -> str:
    """Return the card of a dataset that `load_from` names to `datasets.load_dataset`."""
    where = json.dumps(load_from, ensure_ascii=False)
    revision = f", revision={json.dumps(origin.revision)}" if origin.revision else ""
    model = json.dumps(origin.model, ensure_ascii=False)
    return f"""\
---
pretty_name: {json.dumps(title, ensure_ascii=False)}
task_categories:
- sentence-similarity
tags:
- faq
- askwell
configs:
- config_name: default
  data_files: {DATA}
---

# {" ".join(title.split())}

{entries:,} questions with their answers and their embeddings, in `{DATA}`. A row is an entry, for
an entry is what a question is to find: no answer stands there twice.

| column | what it holds |
|---|---|
| `key` | the entry's name, where it has one |
| `question`, `answer` | the texts |
| `category`, `tags` | what it is filed under |
| `phrasings` | other ways of asking the question |
| `source` | where the answer is from |
| `embedding` | the question's vector: {origin.dimension} numbers, of unit length |

## The embeddings

| | |
|---|---|
| model | `{origin.model}` |
| revision | `{origin.revision or "unknown"}` |
| fingerprint | `{origin.fingerprint}` |

The fingerprint is over the model's weights, tokenizer and settings. Vectors of another one cannot
be compared with these.

## How to use it

```python
from datasets import load_dataset

entries = load_dataset({where}, split="train")
```

The five entries that are nearest to a question, by cosine similarity, which is the inner product of
vectors of unit length:

```python
import faiss
from sentence_transformers import SentenceTransformer

model = SentenceTransformer({model}{revision})
query = model.encode_query("How can I reach you?", normalize_embeddings=True)
entries.add_faiss_index("embedding", metric_type=faiss.METRIC_INNER_PRODUCT)
scores, nearest = entries.get_nearest_examples("embedding", query, k=5)
```

The same without an index:

```python
from sentence_transformers.util import semantic_search

vectors = entries.with_format("torch")["embedding"][:]
[nearest] = semantic_search(query, vectors, top_k=5)
```

Written by Askwell, anew with every publication.
"""
