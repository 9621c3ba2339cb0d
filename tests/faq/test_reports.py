"""Reports that the collection keeps."""

from dataclasses import dataclass

from faq import reports
from store import Store
from tests.stores import keep_report


@dataclass(frozen=True)
class Result:
    count: int


def test_the_newest_of_a_kind_comes_first_and_what_cannot_be_read_is_skipped(store: Store) -> None:
    first = reports.keep(store, "speed", Result(20), "ada")
    keep_report(store, "speed", '{"count": "many"}', "ada")
    keep_report(store, "speed", "no JSON", "ada")
    reports.keep(store, "other", Result(1), "ada")
    second = reports.keep(store, "speed", Result(100), "grace")
    kept = reports.kept(store, "speed", Result)
    assert [(one.id, one.actor, one.result) for one in kept] == [
        (second, "grace", Result(100)),
        (first, "ada", Result(20)),
    ]
    assert kept[0].at >= kept[1].at
