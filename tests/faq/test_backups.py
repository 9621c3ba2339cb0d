"""Backups of the collection, wherever Askwell put them."""

from pathlib import Path

from faq.backups import known_backups, restore
from faq.settings import read_settings
from store import Store, open_store


def test_what_a_restore_replaced_is_known_behind_a_link_too(store: Store, tmp_path: Path) -> None:
    store.upkeep.backup(tmp_path / "copy.db")
    link = tmp_path / "somewhere" / "team.db"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "faq.db")
    opened = open_store(link)
    restored = restore(opened, tmp_path / "copy.db", link, lambda done, total: None)
    known = known_backups(read_settings({"FAQ_DATA_DIR": str(tmp_path / "data")}), link)
    assert [one.path for one in known] == [restored.kept]
    opened.close()
