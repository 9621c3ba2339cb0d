"""Two dashboards with twenty sessions that ask and edit, and a primary that is killed: no
acknowledged entry is lost, and questions are answered throughout.

`make failover` runs it, for five minutes, or for so many seconds as ASKWELL_SECONDS says.
"""

import os
import random
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from embedding import Embedder
from faq.collection import Collection
from store import Content, normalised, open_store
from tests.browser.server import Server
from tests.postgres import pair
from tests.protocol import Session

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not os.environ.get("ASKWELL_LONG"), reason="takes minutes: make failover"),
]

SECONDS = float(os.environ.get("ASKWELL_SECONDS", 300))
ASKING, EDITING = 14, 6  # sessions
PAUSE = 1.5  # seconds on average between what a session does
FAILOVER = 15  # seconds from the kill on whose times are counted apart
TOPICS = ("lost card", "new password", "parking permit", "library hours", "train ticket")


class People:
    """What every session has done. Times are seconds, given with the moment of the question."""

    def __init__(self, urls: list[str]) -> None:
        self.urls = urls
        self.stop = threading.Event()
        self.asked: list[tuple[float, float]] = []
        self.saved: list[str] = []
        self.refused = 0
        self.wrong: list[str] = []

    def threads(self) -> list[threading.Thread]:
        works = [self.ask] * ASKING + [self.edit] * EDITING
        return [threading.Thread(target=self._do, args=(n, w)) for n, w in enumerate(works)]

    def _do(self, number: int, work: Callable[[Session, int], None]) -> None:
        chance = random.Random(number)
        try:
            with Session(self.urls[number % len(self.urls)]) as session:
                while not self.stop.wait(chance.uniform(0, 2 * PAUSE)):
                    work(session, number)
        except Exception as error:  # nothing else would see it
            self.wrong.append(f"session {number}: {error!r}")

    def ask(self, session: Session, number: int) -> None:
        topic = random.choice(TOPICS)
        if not session.widgets:
            session.open()
        began = monotonic()
        ask(session, topic)
        self.asked.append((began, monotonic() - began))
        if not answered(session, topic):
            self.wrong.append(f"{topic}: {session.texts[-12:]}")

    def edit(self, session: Session, number: int) -> None:
        question = f"Which form is number {random.getrandbits(60)}"
        session.open("entries").click("Add an entry")
        session.set("text_input", "Question", string_value=question).click("Save")
        if any(text.startswith("Saved") for text in session.texts):
            self.saved.append(question)
        else:
            self.refused += 1


def test_a_failover_loses_nothing_and_interrupts_nobody(
    tmp_path: Path, model_cache: Path, real_embedder: Embedder
) -> None:
    with pair() as servers, ExitStack() as ended:
        with closing(open_store(servers.address)) as store:
            collection = Collection(store, real_embedder, "grace")
            for topic in TOPICS:
                collection.add(Content(f"What about the {topic}?", f"All about the {topic}."))
        settings = {"FAQ_DATABASE": servers.address, "FAQ_DATABASE_REPLICA": servers.standby}
        dashboards = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            dashboards.append(Server(folder, model_cache, settings=settings))
            dashboards[-1].start()
            ended.callback(dashboards[-1].stop)
        people = People([one.url for one in dashboards])
        for url in people.urls:
            wait_for_answers(url)
        threads = people.threads()
        for thread in threads:
            thread.start()
        sleep(SECONDS / 2)
        killed = monotonic()
        servers.kill_first()
        sleep(2)
        servers.promote_standby()
        sleep(SECONDS / 2)
        people.stop.set()
        for thread in threads:
            thread.join()
        apart = killed, killed + FAILOVER
        p95, worst = (
            float(np.percentile([took for at, took in people.asked if there(at, apart)], 95))
            for there in (lambda at, t: not t[0] <= at < t[1], lambda at, t: t[0] <= at < t[1])
        )
        sys.stdout.write(
            f"\n{len(people.asked):,} questions, p95 {p95:.3f} s (wanted: 0.5), during the failover"
            f" {worst:.3f} s; {len(people.saved):,} entries saved, {people.refused:,} refused\n"
        )
        assert people.wrong == []
        assert not any("Uncaught" in one.log for one in dashboards)
        with closing(open_store(servers.address)) as store:
            assert store.entries.ids("question", [normalised(q) for q in people.saved]).keys() == {
                normalised(q) for q in people.saved
            }
            assert store.upkeep.check().problems == ()
        assert people.saved


def ask(session: Session, topic: str) -> None:
    session.set("text_input", "Ask a question", string_value=f"What about the {topic}?").run()


def answered(session: Session, topic: str) -> bool:
    """Return whether the page shows the answer on a topic, with marked words or without."""
    shown = [text.replace(":primary-background[", "").replace("]", "") for text in session.texts]
    return any(text.startswith(f"All about the {topic}") for text in shown)


def wait_for_answers(url: str) -> None:
    """Wait until a dashboard has its model."""
    with Session(url) as session:
        session.open()
        while not answered(session, TOPICS[0]):
            ask(session, TOPICS[0])
            sleep(0.5)
