"""A model turned into OpenVINO's form, whole: network, pooling, dense layers, normalisation.

Run as `python -m embedding.conversion MODEL_DIRECTORY NAME TARGET_DIRECTORY` in a process of its
own, so that torch and transformers never enter the memory of the program that uses the result.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedding.fingerprint import documented_prompts
from embedding.protocol import Model, ModelUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

NETWORK, READING = "model.xml", "reading.json"
LEAST_COSINE = 0.99999  # to sentence-transformers, on the probes below
PROBES = ("How do I get a new card?", "ok", "What happens to my plan when I move? " * 40)


def import_openvino() -> Any:
    """Return the module, with its telemetry off: otherwise importing it sends a message home."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def converted(model: Model, directory: Path, cache: Path) -> Path:
    """Return the folder with the converted model, converting it first where needed.

    The folder's name carries what the result depends on, and it appears whole or not at all: two
    processes that start at once do the work twice and keep one. Raises `ModelUnavailable`.
    """
    try:
        parts = [version(name) for name in ("openvino", "sentence-transformers", "torch")]
    except PackageNotFoundError as error:
        raise ModelUnavailable(
            f"OpenVINO cannot serve here: {error.name} is not installed. Install it: pip install "
            "-r requirements.txt"
        ) from None
    versions = "-".join(parts)
    target = cache / "openvino" / f"{model.fingerprint}-{versions}"
    if (target / NETWORK).exists():
        return target
    draft = target.with_name(f".{uuid.uuid4().hex}")
    try:
        draft.mkdir(parents=True)
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(directory), model.name, str(draft)],
            cwd=Path(__file__).parent.parent,
            env=os.environ | {"HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = done.stderr.strip().rpartition("\n")[2]
            raise ModelUnavailable(f"The model {model.name} was not converted: {reason}")
        try:
            draft.rename(target)
        except OSError:
            if not (target / NETWORK).exists():  # else another process was faster
                raise
        return target
    except OSError as error:
        raise ModelUnavailable(
            f"The folder {cache} for converted models cannot be written: {error.strerror}. Name "
            "another in FAQ_DATA_DIR."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def main(model_directory: str, name: str, target: str) -> None:
    """Convert a model, compare it with the original, and save it with how it reads text."""
    import torch
    from sentence_transformers import SentenceTransformer

    openvino = import_openvino()
    original = SentenceTransformer(
        model_directory,
        device="cpu",
        local_files_only=True,
        prompts=documented_prompts(Path(model_directory), name) or None,
        model_kwargs={"dtype": torch.float32},
    )
    example = torch.ones(2, 8, dtype=torch.long)
    network = openvino.convert_model(
        _whole(original), example_input={"input_ids": example, "attention_mask": example}
    )
    network.reshape({0: [-1, -1], 1: [-1, -1]})
    reading = _reading(original)
    folder = Path(target)
    (folder / READING).write_text(json.dumps(reading), encoding="utf-8")
    openvino.save_model(network, folder / NETWORK, compress_to_fp16=False)
    _compare(openvino, folder, original)


def _whole(original: "SentenceTransformer") -> Any:
    """Return a module from token ids to unit vectors."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.original = original

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors = self.original(features)["sentence_embedding"]
            cut = self.original.truncate_dim
            return torch.nn.functional.normalize(vectors[:, :cut] if cut else vectors, dim=-1)

    return Whole().eval()


def _reading(original: "SentenceTransformer") -> dict[str, Any]:
    """Return how the model wants text: what is put before it, and how rows are filled up."""
    tokenizer: Any = original.tokenizer
    prompts = {name: text for name, text in original.prompts.items() if text}
    pooling = [module for module in original if type(module).__name__ == "Pooling"]
    if prompts and not all(getattr(module, "include_prompt", True) for module in pooling):
        raise SystemExit("it leaves its prompts out of the mean, which only torch does")
    default = prompts.get(original.default_prompt_name or "", "")
    return {
        "query": prompts.get("query", default),
        "document": prompts.get("document", prompts.get("passage", default)),
        "padding": tokenizer.pad_token_id or 0,
        "lower": bool(getattr(original[0], "do_lower_case", False)),
    }


def _compare(openvino: Any, folder: Path, original: "SentenceTransformer") -> None:
    """Stop where the converted model does not give what the original gives."""
    compiled: openvino.CompiledModel = openvino.Core().compile_model(
        folder / NETWORK, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    expected = original.encode(list(PROBES), normalize_embeddings=True, show_progress_bar=False)
    tokens = original.tokenize(list(PROBES))
    got = compiled([tokens["input_ids"].numpy(), tokens["attention_mask"].numpy()])[0]
    least = float(np.sum(got * expected, axis=1).min())
    if not least >= LEAST_COSINE:
        raise SystemExit(f"its vectors differ from the original's (cosine {least:.6f})")


if __name__ == "__main__":
    main(*sys.argv[1:4])
