"""What local engines share: turns in the order of asking, and texts in batches."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedding.local import FairLock, batches


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

    def interrupted(_: object) -> None:
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


@given(st.lists(st.integers(0, 40_000), max_size=200))
def test_every_text_is_in_one_batch_and_batches_are_bounded(lengths: list[int]) -> None:
    found = list(batches(lengths, most=16_384))
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    flat = [lengths[i] for batch in found for i in batch]
    assert flat == sorted(flat, reverse=True)
    for batch in found:
        assert 1 <= len(batch) <= 64
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 16_384


def test_short_texts_fill_a_batch() -> None:
    assert [len(batch) for batch in batches([5] * 130, most=1024)] == [64, 64, 2]
