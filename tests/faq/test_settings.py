"""Settings from the environment: defaults that work, mistakes that are named."""

from pathlib import Path

import pytest

from embedding import Network
from faq.access import Role
from faq.settings import Settings, read_settings
from faq.sign_in import SettingsError
from store import PostgresAddress


def test_nothing_needs_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert read_settings({}) == Settings(
        database=Path("data/faq.db"),
        replica=None,
        data_dir=Path("data"),
        model=None,
        network=Network(),
        engine="auto",
        precision="exact",
        accept_open_network=False,
        actor="ada",
        role=Role.ADMIN,
    )


def test_every_setting_is_taken() -> None:
    environ = {
        "FAQ_DATABASE": "/somewhere/else.db",
        "FAQ_DATABASE_REPLICA": "postgresql://standby/faq",
        "FAQ_DATA_DIR": "/elsewhere",
        "FAQ_MODEL": "models/mine",
        "FAQ_OFFLINE": "yes",
        "FAQ_ENGINE": "torch",
        "FAQ_PRECISION": "Fast",
        "FAQ_ACCEPT_OPEN_NETWORK": "1",
        "FAQ_ACTOR": "bo",
        "FAQ_ROLE": "Reader",
        "UNRELATED": "x",
    }
    assert read_settings(environ) == Settings(
        database=Path("/somewhere/else.db"),
        replica=PostgresAddress("postgresql://standby/faq"),
        data_dir=Path("/elsewhere"),
        model="models/mine",
        network=Network(offline=True),
        engine="torch",
        precision="fast",
        accept_open_network=True,
        actor="bo",
        role=Role.READER,
    )


def test_the_database_is_in_the_data_folder() -> None:
    assert read_settings({"FAQ_DATA_DIR": "elsewhere"}).database == Path("elsewhere/faq.db")


@pytest.mark.parametrize("name", ["FAQ_DATABASE", "FAQ_DATA_DIR", "FAQ_MODEL", "FAQ_ACTOR"])
def test_an_empty_setting_is_none(name: str) -> None:
    assert read_settings({name: ""}) == read_settings({})


@pytest.mark.parametrize(
    ("value", "offline"),
    [
        *((value, True) for value in ("1", "TRUE", " on ", "yes")),
        *((value, False) for value in ("", "0", "False", "no", "OFF")),
    ],
)
def test_a_switch_is_yes_or_no(value: str, offline: bool) -> None:
    assert read_settings({"FAQ_OFFLINE": value}).network.offline is offline


@pytest.mark.parametrize("name", ["FAQ_OFFLINE", "FAQ_ACCEPT_OPEN_NETWORK"])
def test_any_other_value_of_a_switch_is_refused(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({name: "maybe"})
    assert str(refused.value) == (
        f"{name} is 'maybe', expected yes or no. Change it and start again."
    )


@pytest.mark.parametrize("error", [OSError("no user"), KeyError("uid not found: 1234")])
def test_a_user_without_a_name_is_unknown(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def nameless() -> str:
        raise error

    monkeypatch.setattr("getpass.getuser", nameless)
    assert read_settings({}).actor == "unknown"


def test_a_name_that_is_no_text_can_still_be_kept() -> None:
    read_settings({"FAQ_ACTOR": "caf\udce9"}).actor.encode()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FAQ_ENGINE", "cuda", "FAQ_ENGINE is 'cuda', expected auto or openvino or torch"),
        ("FAQ_PRECISION", "half", "FAQ_PRECISION is 'half', expected exact or fast"),
        ("FAQ_ROLE", "boss", "FAQ_ROLE is 'boss', expected admin or editor or reader"),
    ],
)
def test_a_choice_that_there_is_not_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        read_settings({name: value})
