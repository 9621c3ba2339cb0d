"""Named steps of the work that writes, at which a test can kill the program.

Call it through the module, `fault_points.reached(...)`, so that a test can put a killing function
in its place.
"""

from typing import Literal

FaultPoint = Literal[
    "add: written",
    "add: committed",
    "edit: written",
    "edit: committed",
    "remove: written",
    "remove: committed",
    "purge: written",
    "purge: committed",
    "fill: written",
    "fill: committed",
    "switch: written",
    "switch: committed",
    "repair: written",
    "repair: committed",
    "backup: copied",
    "backup: verified",
    "backup: named",
    "copy: written",
    "copy: committed",
    "restore: checked",
    "restore: kept the old one",
    "restore: replaced",
    "migration: backed up",
    "migration: step written",
    "migration: committed",
    "import: part embedded",
    "import: part committed",
    "import: done",
    "export: written",
]
"""Work and step. `written` is inside the transaction, `committed` after it."""


def reached(step: FaultPoint) -> None:
    """Mark that work has reached a step. In the program itself this does nothing."""
