"""How this installation is set up: read from the environment, once."""

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from embedding import Engine, Network, Precision
from faq.access import Role
from faq.sign_in import SettingsError, SignIn, is_loopback, read_sign_in
from store import Location, PostgresAddress, location_of

YES = ("yes", "1", "true", "on")
NO = ("no", "0", "false", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of this installation. docs/settings.md lists what each one does.

    `role` is what everybody may do where there is no sign-in, and the most that anybody may do
    where there is one.
    """

    database: Location
    replica: PostgresAddress | None
    data_dir: Path
    model: str | None
    network: Network
    engine: Engine
    precision: Precision
    accept_open_network: bool
    actor: str
    role: Role
    sign_in: SignIn | None = None
    metrics_token: str = ""

    def refusal(self, address: str | None) -> str:
        """Return why a server must not listen at an address (None: at every one); empty if it
        may."""
        if self.sign_in or self.accept_open_network or is_loopback(address or ""):
            return ""
        could = "read" if self.role is Role.READER else "read and change"
        return (
            f"Askwell is open to the network, and there is no sign-in: everyone who reaches it "
            f"could {could} the collection. Set sign-in up (docs/sign-in.md), start it on "
            "127.0.0.1, or accept the risk with FAQ_ACCEPT_OPEN_NETWORK=yes."
        )


def read_settings(environ: Mapping[str, str], auth: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings from `environ`; raise `SettingsError` where one cannot be used.

    `auth` is the block of the secrets on signing in, as a server reads it. Without it, nobody signs
    in: the command line is for those who have the files.
    """
    data_dir = Path(environ.get("FAQ_DATA_DIR") or "data")
    standby = environ.get("FAQ_DATABASE_REPLICA")
    return Settings(
        database=location_of(environ.get("FAQ_DATABASE") or str(data_dir / "faq.db")),
        replica=PostgresAddress(standby) if standby else None,
        data_dir=data_dir,
        model=environ.get("FAQ_MODEL") or None,
        network=Network(
            offline=_switch(environ, "FAQ_OFFLINE"),
            ca_bundle=Path(bundle) if (bundle := environ.get("FAQ_CA_BUNDLE")) else None,
            token=environ.get("FAQ_TOKEN") or environ.get("HF_TOKEN") or "",
            endpoint=environ.get("FAQ_ENDPOINT") or None,
        ),
        engine=_choice(environ, "FAQ_ENGINE", get_args(Engine)),
        precision=_choice(environ, "FAQ_PRECISION", get_args(Precision)),
        accept_open_network=_switch(environ, "FAQ_ACCEPT_OPEN_NETWORK"),
        # A name with bytes that are not text could not be saved.
        actor=(environ.get("FAQ_ACTOR") or _login_name()).encode(errors="replace").decode(),
        role=Role(_choice(environ, "FAQ_ROLE", list(Role))),
        metrics_token=environ.get("FAQ_METRICS_TOKEN", ""),
        sign_in=None if auth is None else read_sign_in(environ, auth),
    )


def _switch(environ: Mapping[str, str], key: str) -> bool:
    return _choice(environ, key, [*NO, *YES], "yes or no") in YES


def _choice(
    environ: Mapping[str, str], key: str, choices: Sequence[Any], expected: str = ""
) -> Any:
    """Return the value of a setting with few values; the first is the default."""
    value = environ.get(key, "").strip().lower() or choices[0]
    if value in choices:
        return value
    expected = expected or " or ".join(choices)
    raise SettingsError(
        f"{key} is {environ[key]!r}, expected {expected}. Change it and start again."
    )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in a container: OSError since 3.13, KeyError before
        return "unknown"
