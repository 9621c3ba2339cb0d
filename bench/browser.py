"""How long a person waits, in a real Chromium: from the start to the page and to the first answer,
and from a settled key to painted results. Most of a start is Streamlit's own, so the page is also
compared with one that holds nothing but a text field.

    python -m bench.browser [DATA]

The collection is BANKING77 with all its phrasings, 9,999 of them. Exit 1 where a target is missed,
2 where there is no data or no browser.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, perf_counter, sleep

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.report import Figure, machine, print_figures
from bench.retrieval import DATA
from embedding import open_embedder
from faq.collection import Collection
from faq.transfer.files import opened_table
from faq.transfer.importing import import_entries
from setup import chromium
from store import open_store

ROOT = Path(__file__).resolve().parents[1]
Started = tuple[str, float]  # the server's address, and when its process was started
EMPTY_PAGE = 'import streamlit as st\nst.text_input("Ask a question")\n'
QUERIES = 100
STARTS = 3
# Notes, for a query that is being typed, when its results are painted: the frame after the best
# match shows the question that is expected.
WATCH = """expected => new Promise(resolve => {
  const look = () => {
    const best = document.querySelector('.st-key-best h4')
    if (best && best.textContent.trim() === expected)
      requestAnimationFrame(() => resolve(performance.now() - window.lastKey))
    else requestAnimationFrame(look)
  }
  look()
})"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.browser", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA, help="folder of collections")
    folder: Path = parser.parse_args(arguments).data / "banking77"
    browser = chromium.find(Path(sys.executable))
    if not folder.is_dir() or browser is None:
        print(
            f"There is no {folder}, or no Chromium. Name the folder of collections.",
            file=sys.stderr,
        )
        return 2
    print(machine())
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        database = Path(temporary) / "faq.db"
        typed = _prepare(folder, database)
        options = [
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        launched = playwright.chromium.launch(executable_path=browser, args=options)
        figures = _starts(launched, database, typed[0])
        figures += _keys(launched, database, typed)
        launched.close()
    print_figures(figures)
    return int(any(figure.short for figure in figures))


def _prepare(folder: Path, database: Path) -> list[tuple[str, str]]:
    """Fill the collection; return queries with the question that each should bring to the top, no
    two neighbours with the same one."""
    collection = Collection(open_store(database), open_embedder(), "bench")
    with opened_table(folder / "entries.csv") as table:
        import_entries(collection, table)
    with opened_table(folder / "queries.csv") as table:
        texts = [cells["query"] for _, cells in table.named("query") if isinstance(cells, dict)]
    rng = np.random.default_rng(1)
    typed: list[tuple[str, str]] = []
    for place in rng.permutation(len(texts)):
        query = texts[int(place)].strip()
        result = collection.search(query)
        question = " ".join(result.matches[0].entry.content.question.split())
        if result.answered and (not typed or typed[-1][1] != question):
            typed.append((query, question))
        if len(typed) == QUERIES:
            break
    collection.store.close()
    return typed


@contextmanager
def _server(database: Path, command: Sequence[str] = ("run.py", "--port")) -> Iterator[Started]:
    """Start Askwell as `make run` does, or what `command` names."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"FAQ_DATABASE": str(database), "STREAMLIT_SERVER_HEADLESS": "true"}
    started = perf_counter()
    server = subprocess.Popen(
        [sys.executable, *command, str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}", started
    finally:
        server.terminate()
        server.wait(30)


def _open(page: Page, address: str) -> None:
    """Open the page as soon as the server answers, as the browser that Streamlit opens does."""
    deadline = monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            break
        except OSError:  # nothing listens yet
            if monotonic() > deadline:
                raise
            sleep(0.02)
    page.goto(address)


def _starts(browser: Browser, database: Path, typed: tuple[str, str]) -> list[Figure]:
    script = database.with_name("empty.py")
    script.write_text(EMPTY_PAGE)
    empty = ("-m", "streamlit", "run", str(script), "--server.address=127.0.0.1", "--server.port")
    compared, painted, answered = [], [], []
    for _ in range(STARTS):
        with _server(database, empty) as (address, started):
            page = _painted(browser, address)
            compared.append(perf_counter() - started)
            page.close()
        with _server(database) as (address, started):
            page = _painted(browser, address)
            painted.append(perf_counter() - started)
            page.get_by_label("Ask a question").fill(typed[0])
            page.locator(".st-key-best").wait_for(timeout=60_000)
            answered.append(perf_counter() - started)
            page.close()
    first, least = float(np.median(painted)), float(np.median(compared))
    return [
        Figure("an empty page of Streamlit, start to painted", least, "s"),
        Figure("start to the first painted page", first, "s", 3),
        Figure("the same, against the empty page", first / least, "times", 1.15),
        Figure("start to the first answer", float(np.median(answered)), "s", 2.5),
    ]


def _painted(browser: Browser, address: str) -> Page:
    page = browser.new_page()
    _open(page, address)
    page.get_by_label("Ask a question").wait_for()
    return page


def _keys(browser: Browser, database: Path, typed: Sequence[tuple[str, str]]) -> list[Figure]:
    times = []
    with _server(database) as (address, _):
        page = browser.new_page()
        _open(page, address)
        page.evaluate(
            "addEventListener('input', () => { window.lastKey = performance.now() }, true)"
        )
        field = page.get_by_label("Ask a question")
        field.fill(typed[-1][0])
        page.locator(".st-key-best").wait_for(timeout=60_000)
        for query, question in typed:
            page.wait_for_timeout(300)  # the page is at rest
            field.fill(query)  # arrives as one key does; another entry is on top before
            times.append(float(page.evaluate(WATCH, question)))
    p50, p95 = np.percentile(times, [50, 95])
    return [
        Figure("settled key to painted results, p50", float(p50), "ms", 150),
        Figure("settled key to painted results, p95", float(p95), "ms", 250),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
