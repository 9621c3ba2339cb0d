"""Two dashboards with twenty sessions that ask and edit, and a primary that is killed: no
acknowledged entry is lost, and questions are answered throughout.

`make failover` runs it, for five minutes, or for so many seconds as ASKWELL_SECONDS says.
"""

import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from embedding import Embedder
from faq.collection import Collection
from store import normalised, open_store
from tests.browser.server import Server
from tests.people import People, add_topics, wait_for_answers
from tests.postgres import pair

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not os.environ.get("ASKWELL_LONG"), reason="takes minutes: make failover"),
]

SECONDS = float(os.environ.get("ASKWELL_SECONDS", 300))
ASKING, EDITING = 14, 6  # sessions
PAUSE = 1.5  # seconds on average between what a session does
FAILOVER = 15  # seconds from the kill on whose times are counted apart


def test_a_failover_loses_nothing_and_interrupts_nobody(
    tmp_path: Path, model_cache: Path, real_embedder: Embedder
) -> None:
    with pair() as servers, ExitStack() as ended:
        with closing(open_store(servers.address)) as store:
            collection = Collection(store, real_embedder, "grace")
            add_topics(collection)
        settings = {"FAQ_DATABASE": servers.address, "FAQ_DATABASE_REPLICA": servers.standby}
        dashboards = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            dashboards.append(Server(folder, model_cache, settings=settings))
            dashboards[-1].start()
            ended.callback(dashboards[-1].stop)
        urls = [one.url for one in dashboards]
        people = People(urls, asking=ASKING, editing=EDITING, pause=PAUSE)
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
            f" {worst:.3f} s; {len(people.saved):,} entries saved, {len(people.refused)} refused\n"
        )
        assert people.wrong == []
        assert not any("Uncaught" in one.log for one in dashboards)
        with closing(open_store(servers.address)) as store:
            assert store.entries.ids("question", [normalised(q) for q in people.saved]).keys() == {
                normalised(q) for q in people.saved
            }
            assert store.upkeep.check().problems == ()
        assert people.saved
