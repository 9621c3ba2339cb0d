"""How an item of the Inbox is told from others, once and for all."""

import hashlib


def key(section: str, *parts: object) -> str:
    """Return the key under which an item is dismissed, the same in every process.

    It says nothing of the words that it is made from: whoever deletes the log deletes them all.
    """
    told = "\0".join(str(part) for part in parts)
    return f"{section}:{hashlib.sha256(told.encode(errors='replace')).hexdigest()[:24]}"
