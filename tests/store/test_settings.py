"""Settings in every store: named texts, some of them in folders."""

import pytest

from store import SettingChanged, Store


def test_settings_are_kept_until_they_are_deleted(store: Store) -> None:
    token = store.state().changes
    assert store.state().settings == {}
    store.settings.write({"actor": "ada", "threshold": "0.5"})
    store.settings.write({"actor": "bo", "threshold": None, "never": None})
    assert store.state().settings == {"actor": "bo"}
    assert store.state().changes == token


def test_a_folder_keeps_its_settings_apart(store: Store) -> None:
    store.settings.write({"dismissed/stale 2": "", "dismissed/stale 1": "at, ada", "actor": "ada"})
    store.settings.write({"dismissed": "no folder", "dismissed%/x": "x", "other/dismissed/x": "x"})
    assert store.settings.read("dismissed") == {"stale 1": "at, ada", "stale 2": ""}
    assert store.settings.read("dismissed%") == {"x": "x"}
    assert store.settings.read("other") == {"dismissed/x": "x"}
    assert store.settings.read("none such") == {}
    assert store.state().settings == {"actor": "ada", "dismissed": "no folder"}
    store.settings.write({"dismissed/stale 2": None, "dismissed/stale 3": None})
    assert store.settings.read("dismissed") == {"stale 1": "at, ada"}


def test_the_newest_of_a_folder_are_the_last_by_name(store: Store) -> None:
    for time in ("2026-11-02", "2026-11-10", "2026-11-01"):
        store.settings.write({f"speed reports/{time}": f"measured on {time}"})
    assert list(store.settings.read("speed reports")) == ["2026-11-01", "2026-11-02", "2026-11-10"]
    newest = store.settings.read("speed reports", newest=2)
    assert list(newest.items()) == [
        ("2026-11-02", "measured on 2026-11-02"),
        ("2026-11-10", "measured on 2026-11-10"),
    ]
    assert len(store.settings.read("speed reports", newest=9)) == 3
    assert store.settings.read("speed reports", newest=0) == {}


def test_nothing_is_written_over_what_somebody_else_wrote_in_between(store: Store) -> None:
    store.settings.write({"actor": "ada"}, before={"actor": None})
    store.settings.write({"actor": "bo", "other": "x"}, before={"actor": "ada", "other": None})
    for before in ({"actor": "ada"}, {"actor": None}, {"actor": "bo", "other": None}):
        with pytest.raises(SettingChanged):
            store.settings.write({"actor": "cy", "other": None}, before=before)
    assert store.state().settings == {"actor": "bo", "other": "x"}
