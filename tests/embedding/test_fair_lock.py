"""Turns are taken in the order they were asked for."""

import threading
import time

import pytest

from embedding.fair_lock import FairLock


def test_a_busy_thread_lets_the_next_one_in() -> None:
    lock, order = FairLock(), list[str]()

    def bulk() -> None:
        for _ in range(20):
            with lock:
                order.append("bulk")
                time.sleep(0.005)

    thread = threading.Thread(target=bulk)
    thread.start()
    while len(order) < 3:
        time.sleep(0.001)
    asked = len(order)
    with lock:
        order.append("question")
    thread.join()
    assert order.index("question") <= asked + 1
    assert len(order) == 21


def test_one_at_a_time() -> None:
    lock, inside, most = FairLock(), [0], [0]

    def work() -> None:
        for _ in range(200):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert most == [1]


def test_an_error_inside_frees_the_lock() -> None:
    lock = FairLock()
    with pytest.raises(KeyError), lock:
        raise KeyError
    with lock:
        pass
