"""A lock in the order of asking."""

import threading
import time

import pytest

from fair_lock import FairLock


def test_who_asked_first_is_served_first() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(0)

    def wait(number: int) -> None:
        assert lock.acquire(10)
        order.append(number)
        lock.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        deadline = time.monotonic() + 10
        while len(lock._waiting) <= number + 1 and time.monotonic() < deadline:
            time.sleep(0.001)
    assert not lock.acquire(0.01)  # and who gives up is no hindrance
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert lock.acquire(0)


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


def test_who_is_interrupted_while_waiting_lets_the_others_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock = FairLock()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with lock:
        with monkeypatch.context() as patch:
            patch.setattr(lock._changed, "wait_for", interrupted)
            with pytest.raises(KeyboardInterrupt), lock:
                pytest.fail("it has the lock")
        following = threading.Thread(target=lock.__enter__)
        following.start()
    following.join(10)
    assert not following.is_alive()
