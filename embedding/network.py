"""How Askwell reaches other machines, and that it does so only where it may."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Network:
    """What a model may be fetched, or asked, through. Proxies come from the environment.

    With `offline`, no connection is ever opened. `ca_bundle` is a PEM file whose certificates are
    trusted beside the usual ones, in every request: that of a company's proxy which reads along,
    say. `token` goes to the Hub or the remote service and nowhere else; it is never shown.
    `endpoint` is the address of the service that the remote engine asks; None: Hugging Face's own.
    """

    offline: bool = False
    ca_bundle: Path | None = None
    token: str = field(default="", repr=False)
    endpoint: str | None = None
