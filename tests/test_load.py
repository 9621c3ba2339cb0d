"""Twenty people at one server: eighteen ask, two write. Everybody is answered, quickly, and the
server does not grow.

`make load` runs it for ten minutes over 10,000 entries; `make test` for half a minute over few,
where only the answers are looked at: another test may have the processor.
"""

import os
import sys
from contextlib import closing
from pathlib import Path
from time import sleep

import httpx2
import numpy as np
import pytest

from embedding import Embedder
from faq.collection import Collection
from store import Content, open_store
from tests.browser.server import Server
from tests.people import People, add_topics, wait_for_answers

pytestmark = pytest.mark.browser

AT_LENGTH = bool(os.environ.get("ASKWELL_LONG"))
SECONDS = float(os.environ.get("ASKWELL_SECONDS", 600 if AT_LENGTH else 30))
ENTRIES = 10_000 if AT_LENGTH else 200
MOST_SECONDS, MOST_GROWTH = 0.5, 1.05


def test_twenty_people_notice_nothing_of_each_other(
    tmp_path: Path, model_cache: Path, real_embedder: Embedder
) -> None:
    server = Server(tmp_path, model_cache, settings={"FAQ_METRICS_TOKEN": "token"})
    with closing(open_store(server.database)) as store:
        collection = Collection(store, real_embedder, "grace")
        add_topics(collection)
        contents = [Content(f"Where is form {number}?", "Here.") for number in range(ENTRIES)]
        for start in range(0, ENTRIES, 1000):
            some = contents[start : start + 1000]
            collection.add_many(some, collection.embed([one.question for one in some]))
    server.start()
    try:
        people = People([server.url], asking=18, editing=2, pause=2.0)
        wait_for_answers(server.url)
        threads = people.threads()
        for thread in threads:
            thread.start()
        sleep(SECONDS / 3)
        before = size(server)
        sleep(SECONDS * 2 / 3)
        after = size(server)
        people.stop.set()
        for thread in threads:
            thread.join()
        token = {"Authorization": "Bearer token"}
        counted = httpx2.get(f"{server.url}/metrics", headers=token).text
    finally:
        server.stop()
    times = [took for _, took in people.asked]
    p95 = float(np.percentile(times, 95))
    sys.stdout.write(
        f"\n{len(times):,} questions, p50 {np.median(times):.3f} s, p95 {p95:.3f} s; "
        f"{len(people.saved):,} entries saved; memory {before[0] / 1e6:,.0f} MB, then "
        f"{after[0] / 1e6:,.0f}; descriptors {before[1]}, then {after[1]}\n"
    )
    assert people.wrong == [] and people.refused == 0
    assert people.saved and not server.failed
    assert "askwell_page_errors_total 0" in counted
    assert "askwell_sessions 0\n" in counted
    if AT_LENGTH:
        assert p95 < MOST_SECONDS
        assert after[0] < before[0] * MOST_GROWTH
        assert after[1] <= before[1] * MOST_GROWTH


def size(server: Server) -> tuple[int, int]:
    """Return how much memory a server has, in bytes, and how many descriptors."""
    assert server.process is not None
    process = Path(f"/proc/{server.process.pid}")
    pages = int((process / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(list((process / "fd").iterdir()))
