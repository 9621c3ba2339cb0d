"""A service that loads its model, has too much to do, drops connections or is not there."""

import threading
from time import monotonic

import pytest

from embedding import ModelUnavailable
from embedding.remote import AT_A_QUESTION, UNTIL_LOADED, RemoteEmbedder
from embedding.remote import service as remote_service
from tests.embedding.remote.playing import BUSY, LOADING, FakeTime, counted, network, sentence
from tests.embedding.remote.stand_in_service import DROPPED, SILENT, Answer, StandInService, running
from tests.fakes import WORDS


@pytest.fixture(params=["hugging face", "openai"])
def api(request: pytest.FixtureRequest) -> str:
    spoken: str = request.param
    return spoken


def test_a_model_that_loads_is_waited_for(
    embedder: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.extend([LOADING, Answer(503), LOADING])
    embedder.load()
    assert embedder.ready
    assert time.slept == [7.5 + 0.25, 0.5, 7.5 + 0.25]


def test_a_guess_of_hours_does_not_keep_from_asking(
    embedder: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.append(Answer(503, {"estimated_time": 1e9}))
    embedder.load()
    assert time.passed < 31


@pytest.mark.parametrize("guess", [None, "soon", -1, float("nan"), [3], {}])
def test_a_guess_that_is_none_is_passed_over(
    embedder: RemoteEmbedder, service: StandInService, time: FakeTime, guess: object
) -> None:
    service.next_answers.append(Answer(503, {"estimated_time": guess}))
    embedder.load()
    assert time.slept == [0.25]


@pytest.mark.parametrize(
    "answer", [LOADING, Answer(429), Answer(502, b"<html>"), Answer(503), Answer(504), DROPPED]
)
def test_what_passes_is_tried_again(
    loaded: RemoteEmbedder, service: StandInService, time: FakeTime, answer: Answer
) -> None:
    service.next_answers.extend([answer] * 2)
    assert loaded.encode_query("lost card").shape == (len(WORDS),)
    assert len(service.asked) == 3
    assert len(time.slept) == 2


def test_silence_is_tried_again(
    loaded: RemoteEmbedder, service: StandInService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_service, "ANSWER_SECONDS", 0.1)
    service.next_answers.append(SILENT)
    started = monotonic()
    assert loaded.encode_query("lost card").shape == (len(WORDS),)
    assert len(service.asked) == 2
    assert monotonic() - started < 4  # the silence itself would last longer


def test_a_busy_service_is_left_alone_as_long_as_it_asks(
    loaded: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.extend([BUSY, BUSY])
    loaded.encode_query("lost card")
    assert time.slept == [3.25, 3.25]


def test_a_question_is_given_up_before_somebody_has_left(
    loaded: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.extend([LOADING] * 99)
    said = sentence(loaded)
    assert "loading the model (503)" in said
    assert "20 seconds at most" in said
    assert time.passed <= AT_A_QUESTION.seconds
    assert len(service.asked) <= AT_A_QUESTION.tries


def test_a_long_job_has_more_patience(
    loaded: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.extend([Answer(503)] * 99)
    with pytest.raises(ModelUnavailable, match="180 seconds at most"):
        loaded.encode_documents(["lost card"])
    assert len(service.asked) == UNTIL_LOADED.tries
    assert AT_A_QUESTION.seconds < time.passed <= UNTIL_LOADED.seconds


def test_who_asks_for_too_long_a_pause_gets_no_second_request(
    loaded: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.append(Answer(429, None, {"Retry-After": "500"}))
    assert "(429), and wants to be asked again in 500 seconds" in sentence(loaded)
    assert len(service.asked) == 1
    assert time.slept == []


def test_a_service_that_comes_back_serves_again(
    embedder: RemoteEmbedder, service: StandInService
) -> None:
    service.next_answers.extend([Answer(503)] * UNTIL_LOADED.tries)
    with pytest.raises(ModelUnavailable):
        embedder.load()
    assert not embedder.ready
    embedder.load()
    assert embedder.ready


def test_nobody_there_is_said_with_the_host(time: FakeTime, straight_way: None) -> None:
    with running(StandInService(counted)) as gone:
        pass
    embedder = RemoteEmbedder(None, network(gone), time.clock)
    said = sentence(embedder)
    assert gone.address.removeprefix("http://") in said
    assert "onnection refused" in said
    assert len(time.slept) == UNTIL_LOADED.tries - 1


def test_a_question_waits_for_no_long_job(loaded: RemoteEmbedder, service: StandInService) -> None:
    service.next_answers.append(SILENT)
    job = threading.Thread(target=loaded.encode_documents, args=(["lost card"] * 3,))
    job.start()
    while not service.asked:
        pass
    loaded.encode_query("lost card")
    assert job.is_alive()
    service.ended.set()
    job.join()
