"""The collection on the Hub: who can read it, what leaves the machine, and what comes back."""

import itertools
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embedding import Network
from faq.collection import Collection
from faq.transfer.dataset import export_dataset, parquet_entries
from faq.transfer.publishing import Publication, fetched, publish, why_not
from faq.transfer.table import UnreadableFile
from faq.transfer.vectors import import_embedded
from hub import HubError, is_name
from store import Content, Status, open_store
from tests.fakes import WordCountEmbedder
from tests.faq.texts import HOSTILE
from tests.hub.certificates import make_certificates
from tests.hub.stand_in_datasets import (
    LIMITED,
    TOKEN,
    Repository,
    StandInDatasets,
    served,
)
from tests.hub.stand_in_models import name_endpoint

NAME = "ada/faq"
WITH_TOKEN = Network(token=TOKEN)
ENDLESS = itertools.repeat
FIRST_STEPS = ("/api/", "/batch", "?signature")


TRUST = Network().trust()  # reading the system's certificates takes longer than everything else


@pytest.fixture
def hub(
    straight_way: None, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> Iterator[StandInDatasets]:
    monkeypatch.setattr(Network, "trust", lambda self: TRUST)
    with served() as hub:
        name_endpoint(monkeypatch, hub.url)
        yield hub


@pytest.fixture
def filled(collection: Collection) -> Collection:
    collection.add(Content("lost card", "Call us.", key="card", tags=("a", "b"), category="Cards"))
    collection.add(Content("new plan", phrasings=("another plan", "other plan"), source="Handbook"))
    return collection


def refused(collection: Collection, network: Network = WITH_TOKEN, **how: Any) -> str:
    """Try to publish; return why not, after a look at what that says and left behind."""
    with pytest.raises(HubError) as failed:
        publish(collection, network, how.pop("name", NAME), **how)
    cause: BaseException | None = failed.value
    while cause is not None:
        assert TOKEN not in f"{cause} {cause!r}"
        cause = cause.__cause__ or cause.__context__
    assert str(failed.value).endswith(".")
    return str(failed.value)


def contents(collection: Collection) -> list[Content]:
    return [entry.content for entry in collection.all_entries()]


def loaded(network: Network, folder: Path, name: str = NAME) -> list[Content]:
    """Return what a published dataset is in another collection, which embedded no question."""
    embedder = WordCountEmbedder()
    there = Collection(open_store(folder / "there.db"), embedder, "bo")
    with fetched(name, network) as data:
        entries = parquet_entries(data)
        assert entries is not None
        assert import_embedded(there, entries.rows).failed == []
    held = contents(there)
    assert there.store.upkeep.check().problems == ()
    there.store.close()
    return held


def test_what_was_published_is_the_same_collection_elsewhere(
    hub: StandInDatasets, filled: Collection, tmp_path: Path
) -> None:
    for text in HOSTILE.values():
        filled.add(Content(text, answer=text))
    made = publish(filled, WITH_TOKEN, NAME)
    sha = hub.repositories[NAME].sha
    assert made == Publication(f"{hub.url}/datasets/{NAME}", sha, 2 + len(HOSTILE), True)
    assert loaded(WITH_TOKEN, tmp_path) == contents(filled)


def test_the_folder_and_the_hub_hold_the_same(
    hub: StandInDatasets, filled: Collection, tmp_path: Path
) -> None:
    publish(filled, WITH_TOKEN, NAME)
    export_dataset(filled, tmp_path / "faq")
    held = hub.files(NAME)
    assert held["entries.parquet"] == (tmp_path / "faq" / "entries.parquet").read_bytes()
    assert f'load_dataset("{NAME}", split="train")' in held["README.md"].decode()
    assert sorted(held) == [".gitattributes", "README.md", "entries.parquet"]


@pytest.mark.parametrize(("private", "said"), [(True, "private"), (False, "public")])
def test_who_can_read_it_is_said_when_it_is_made_and_never_after(
    hub: StandInDatasets, filled: Collection, private: bool, said: str
) -> None:
    publish(filled, WITH_TOKEN, NAME, **({} if private else {"private": False}))
    [made] = [asked.json for asked in hub.asked if asked.path == "/api/repos/create"]
    assert made == {"name": "faq", "organization": "ada", "type": "dataset", "visibility": said}
    publish(filled, WITH_TOKEN, NAME, private=private)
    assert [asked.path for asked in hub.asked].count("/api/repos/create") == 1


def test_text_never_gets_into_a_public_dataset_that_was_to_be_private(
    hub: StandInDatasets, filled: Collection
) -> None:
    hub.repositories[NAME] = Repository("public")
    assert "is public: everybody could read" in refused(filled)
    hub.repositories.clear()
    hub.makes = "public"  # whatever was asked for
    assert "is public: everybody could read" in refused(filled)
    assert sent(hub) == b""


def test_a_private_dataset_is_not_made_public(hub: StandInDatasets, filled: Collection) -> None:
    publish(filled, WITH_TOKEN, NAME)
    hub.asked.clear()
    assert "is private. Publish it as private" in refused(filled, private=False)
    assert sent(hub) == b""
    assert hub.repositories[NAME].visibility == "private"


def sent(hub: StandInDatasets) -> bytes:
    """Return everything that was sent but the wish for a dataset."""
    return b"".join(asked.body for asked in hub.asked if asked.path != "/api/repos/create")


def test_drafts_and_archived_entries_stay_at_home(
    hub: StandInDatasets, filled: Collection, tmp_path: Path
) -> None:
    published = contents(filled)
    for status in (Status.DRAFT, Status.ARCHIVED):
        filled.add(Content("lost login", "Secret.", status=status, owner="grace"))
    assert publish(filled, WITH_TOKEN, NAME).entries == 2
    assert loaded(WITH_TOKEN, tmp_path) == published
    assert b"Secret." not in b"".join(hub.files(NAME).values())


def test_nothing_published_is_nothing_to_publish(
    hub: StandInDatasets, collection: Collection
) -> None:
    with pytest.raises(UnreadableFile, match="has no entries"):
        publish(collection, WITH_TOKEN, NAME)
    collection.add(Content("lost card", status=Status.DRAFT))
    with pytest.raises(UnreadableFile, match="has no published entries"):
        publish(collection, WITH_TOKEN, NAME)
    assert hub.asked == []


def test_the_token_goes_to_the_hub_alone(
    hub: StandInDatasets,
    filled: Collection,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    publish(filled, WITH_TOKEN, NAME)
    loaded(WITH_TOKEN, tmp_path)
    assert {asked.authorization for asked in hub.asked if asked.at_hub} == {f"Bearer {TOKEN}"}
    assert {asked.authorization for asked in hub.asked if not asked.at_hub} == {None}
    assert {asked.method for asked in hub.asked if not asked.at_hub} == {"PUT", "GET"}
    assert TOKEN.encode() not in b"".join(asked.body for asked in hub.asked)
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(capfd.readouterr())
    assert TOKEN.encode() not in b"".join(hub.files(NAME).values())


def test_a_second_publication_replaces_the_first_in_one_commit(
    hub: StandInDatasets, filled: Collection, tmp_path: Path
) -> None:
    publish(filled, WITH_TOKEN, NAME)
    before = len(hub.repositories[NAME].commits)
    [entry, _] = filled.all_entries()
    filled.edit(entry, Content("lost refund"))
    publish(filled, WITH_TOKEN, NAME)
    assert len(hub.repositories[NAME].commits) == before + 1
    assert loaded(WITH_TOKEN, tmp_path) == contents(filled)


def test_what_the_hub_has_already_is_not_sent_again(
    hub: StandInDatasets, filled: Collection
) -> None:
    publish(filled, WITH_TOKEN, NAME)
    publish(filled, WITH_TOKEN, NAME)
    assert len(hub.paths("PUT")) == 1


def test_who_publishes_at_the_same_time_is_not_overwritten(
    hub: StandInDatasets, filled: Collection
) -> None:
    publish(filled, WITH_TOKEN, NAME)
    filled.add(Content("cancel"))

    def overtaken(done: int, total: int) -> None:
        if done == total:
            hub.repositories[NAME].commits.append({"entries.parquet": b"theirs"})

    assert "Somebody else changed ada/faq at the same time" in refused(filled, on_bytes=overtaken)
    assert hub.files(NAME) == {"entries.parquet": b"theirs"}


def test_another_dataset_is_not_mixed_with_the_collection(
    hub: StandInDatasets, filled: Collection
) -> None:
    hub.repositories[NAME] = Repository("private", [{"README.md": b"x", "train.csv": b"y"}])
    assert "contains something else" in refused(filled)
    assert sent(hub) == b""
    with (
        pytest.raises(HubError, match="was not published by Askwell"),
        fetched(NAME, WITH_TOKEN),
    ):
        pass


@pytest.mark.parametrize(
    ("where", "status", "says"),
    [
        ("/api/datasets", 401, "does not accept the token in FAQ_TOKEN"),
        ("/api/repos", 401, "does not accept the token in FAQ_TOKEN"),
        ("/api/repos", 403, "does not allow that for ada/faq: no hf_ (token) no. Take one that"),
        ("/api/repos", 409, "which this token may not see: no hf_ (token) no. Choose another"),
        ("/batch", 403, "does not allow that for ada/faq"),
        ("?signature", 403, "does not allow that for ada/faq"),
        ("/commit/", 403, "does not allow that for ada/faq"),
        ("/commit/", 400, "refused the dataset ada/faq (400): no hf_ (token) no. Try"),
        ("/commit/", 500, "answered 500, so whether it has arrived is not known."),
        ("/commit/", 504, "answered 504, so whether it has arrived is not known."),
        *((where, 429, "has too much to do (429)") for where in ("/api/", "/batch", "/commit/")),
        *((where, 500, "refused the dataset ada/faq (500)") for where in FIRST_STEPS),
        ("/commit/", 307, "sends on to somewhere else (307)"),
    ],
)
def test_every_refusal_is_a_sentence_and_nothing_is_published(
    hub: StandInDatasets, filled: Collection, where: str, status: int, says: str
) -> None:
    answer = {"error": f"no hf_ {TOKEN} no."}
    hub.refusals = {where: ENDLESS((status, answer))}
    assert says in refused(filled)
    assert [*hub.repositories.values()] in ([], [Repository("private")])


@pytest.mark.parametrize("where", ["/api/", "/batch", "?signature", "/verify", "/commit/"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_hub_is_asked_again(
    hub: StandInDatasets, filled: Collection, where: str, status: int, pauses: list[float]
) -> None:
    hub.refusals = {where: iter([(status, {})] * 2)}
    publish(filled, WITH_TOKEN, NAME)
    assert len(pauses) == 2
    assert len(hub.repositories[NAME].commits) == 2


@pytest.mark.parametrize("where", ["/api/datasets", "/batch", "?signature", "/verify"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cut_connection_is_made_again(
    hub: StandInDatasets, filled: Collection, where: str, when: str, tmp_path: Path
) -> None:
    hub.cuts = {where: iter([when])}
    publish(filled, WITH_TOKEN, NAME)
    assert len(hub.repositories[NAME].commits) == 2
    assert loaded(WITH_TOKEN, tmp_path) == contents(filled)


def test_a_dataset_that_was_made_though_the_answer_was_lost_is_published_into(
    hub: StandInDatasets, filled: Collection
) -> None:
    hub.cuts = {"/api/repos": iter(["after"])}
    publish(filled, WITH_TOKEN, NAME)
    assert len(hub.repositories[NAME].commits) == 2


@pytest.mark.parametrize(("when", "commits"), [("before", 1), ("after", 2)])
def test_a_commit_that_was_cut_is_not_sent_twice(
    hub: StandInDatasets, filled: Collection, when: str, commits: int
) -> None:
    hub.cuts = {"/commit/": iter([when])}
    said = refused(filled)
    assert "was cut off before it answered, so whether it has arrived is not known. Look" in said
    assert len(hub.repositories[NAME].commits) == commits
    publish(filled, WITH_TOKEN, NAME)


def test_a_connection_that_is_cut_for_good_is_a_sentence(
    hub: StandInDatasets, filled: Collection
) -> None:
    hub.cuts = {"?signature": ENDLESS("before")}
    assert "could not be asked for the dataset ada/faq" in refused(filled)
    hub.cuts = {"/resolve/": ENDLESS("before")}
    publish(filled, WITH_TOKEN, NAME)
    with (
        pytest.raises(HubError, match="could not be asked for the dataset ada/faq"),
        fetched(NAME, WITH_TOKEN),
    ):
        pass


def test_something_else_than_a_hub_is_a_sentence(hub: StandInDatasets, filled: Collection) -> None:
    for where, answer in [("/api/datasets", {}), ("/commit/", {}), ("/batch", {})]:
        hub.refusals = {where: ENDLESS((200, answer))}
        assert "HF_ENDPOINT names another Hub" in refused(filled)


@pytest.mark.parametrize(
    ("network", "says"),
    [
        (Network(offline=True, token=TOKEN), "FAQ_OFFLINE forbids to open a connection"),
        (Network(), "There is no token"),
        (Network(token=" "), "There is no token"),
        (
            Network(token=TOKEN, endpoint="http://tei.local"),
            "belongs to the service in FAQ_ENDPOINT",
        ),
    ],
)
def test_what_the_settings_forbid_opens_no_connection(
    no_network: None, filled: Collection, network: Network, says: str
) -> None:
    assert says in why_not(network)
    assert refused(filled, network) == why_not(network)


def test_offline_nothing_is_fetched(no_network: None) -> None:
    with (
        pytest.raises(HubError, match="FAQ_OFFLINE forbids"),
        fetched(NAME, Network(offline=True)),
    ):
        pass


def test_the_token_of_a_service_is_not_shown_to_the_hub(
    hub: StandInDatasets, filled: Collection, tmp_path: Path
) -> None:
    publish(filled, WITH_TOKEN, NAME, private=False)
    hub.asked.clear()
    loaded(Network(token=TOKEN, endpoint="http://tei.local"), tmp_path)
    assert {asked.authorization for asked in hub.asked} == {None}


def test_a_token_that_may_only_read_reads(
    hub: StandInDatasets, filled: Collection, tmp_path: Path
) -> None:
    publish(filled, WITH_TOKEN, NAME)
    assert loaded(Network(token=LIMITED), tmp_path) == contents(filled)
    filled.add(Content("cancel"))
    assert "does not allow that" in refused(filled, Network(token=LIMITED))


def test_a_private_dataset_is_hidden_from_others(hub: StandInDatasets, filled: Collection) -> None:
    publish(filled, WITH_TOKEN, NAME)
    for name in (NAME, "ada/none"):
        with (
            pytest.raises(HubError, match="has no public dataset"),
            fetched(name, Network()),
        ):
            pass


def test_neither_text_nor_token_goes_where_no_setting_says(
    hub: StandInDatasets, filled: Collection
) -> None:
    commit = f"/api/datasets/{NAME}/commit"
    hub.redirects = {commit: f"{hub.elsewhere}/commit"}
    assert "sends on to somewhere else (307)" in refused(filled)
    hub.redirects = {}
    hub.large.clear()
    hub.verify = f"{hub.elsewhere}/verify"
    assert "which no setting names. HF_ENDPOINT names another Hub." in refused(filled)
    away = [asked for asked in hub.asked if not asked.at_hub]
    assert {(asked.method, asked.authorization) for asked in away} == {("PUT", None)}
    assert len(hub.repositories[NAME].commits) == 1


@pytest.mark.parametrize("where", ["/api/datasets", "/batch"])
def test_a_hub_that_asks_for_an_hour_gets_no_second_request(
    hub: StandInDatasets, filled: Collection, pauses: list[float], where: str
) -> None:
    hub.refusals = {where: ENDLESS((429, {}))}
    hub.refusal_headers = {"Retry-After": "3600"}
    assert "has too much to do (429). Try again later." in refused(filled)
    assert len([asked for asked in hub.asked if where in asked.path]) == 1
    assert pauses == []


def test_a_dataset_that_was_renamed_says_so(hub: StandInDatasets, filled: Collection) -> None:
    publish(filled, WITH_TOKEN, NAME)
    hub.repositories["ada/new"] = hub.repositories.pop(NAME)
    hub.redirects = {f"/api/datasets/{NAME}": "/api/datasets/ada/new"}
    assert "is called ada/new now" in refused(filled)


@pytest.mark.parametrize(
    "name",
    [
        "faq",
        "ada/",
        "/faq",
        "ada/faq/x",
        "ada/../x",
        "a b/c",
        "ada/f?x",
        "ada/-x",
        "a/b.",
        "a" * 97 + "/b",
    ],
)
def test_what_is_no_name_is_never_asked_for(
    no_network: None, filled: Collection, name: str
) -> None:
    assert not is_name(name)
    assert "is not a name of a dataset" in refused(filled, name=name)


@pytest.mark.parametrize("name", ["ada/faq", "a/b", "Ada_1/f-a.q", "ada/x_y-z"])
def test_what_is_a_name(name: str) -> None:
    assert is_name(name)


def test_it_goes_through_a_proxys_certificate(
    filled: Collection, tmp_path: Path, straight_way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates(tmp_path)
    with served(certificates.server) as hub:
        name_endpoint(monkeypatch, hub.url)
        assert "FAQ_CA_BUNDLE" in refused(filled)
        trusting = Network(token=TOKEN, ca_bundle=certificates.authority)
        publish(filled, trusting, NAME)
        assert loaded(trusting, tmp_path) == contents(filled)
        hub.elsewhere = hub.elsewhere.replace("https", "http")
        filled.add(Content("cancel"))
        assert "where everybody can read along" in refused(filled, trusting)


def test_progress_ends_at_the_whole(hub: StandInDatasets, filled: Collection) -> None:
    heard: list[tuple[int, int]] = []
    publish(filled, WITH_TOKEN, NAME, on_bytes=lambda done, total: heard.append((done, total)))
    size = len(hub.files(NAME)["entries.parquet"])
    assert heard[-1] == (size, size)


def test_who_hears_of_the_progress_can_stop_it(hub: StandInDatasets, filled: Collection) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        publish(filled, WITH_TOKEN, NAME, on_bytes=stop)
    assert len(hub.repositories[NAME].commits) == 1


def test_two_at_once_both_get_an_answer(hub: StandInDatasets, filled: Collection) -> None:
    ended: list[object] = []

    def go() -> None:
        try:
            ended.append(publish(filled, WITH_TOKEN, NAME))
        except HubError as error:
            ended.append(error)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [one for one in ended if isinstance(one, Publication)]
    assert len(made) >= 1
    assert len(hub.repositories[NAME].commits) == 1 + len(made)
