"""Real models of random weights, made on disk in a second."""

from pathlib import Path


def make_model(folder: Path, dimension: int, *, seed: int = 0) -> Path:
    """Save a SentenceTransformer that reads letters: 32 tokens, a prompt; return its directory.

    The same arguments make the same weights, so the same fingerprint.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", *letters]
    words += [f"##{letter}" for letter in letters]
    network, path = folder / "network", folder / f"tiny-{dimension}"
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(network)
        dense = Dense(16, dimension)
    BertTokenizerFast(vocab={w: i for i, w in enumerate(words)}).save_pretrained(network)
    SentenceTransformer(
        modules=[
            Transformer(str(network), max_seq_length=32),
            Pooling(16, "mean"),
            dense,
            Normalize(),
        ],
        prompts={"query": "query: "},
        device="cpu",
    ).save(str(path))
    return path
