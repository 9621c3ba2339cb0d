"""Many people at one collection: sessions that ask and edit at the same time."""

import random
import threading
from collections.abc import Callable
from time import monotonic, sleep

from faq.collection import Collection
from store import Content
from tests.protocol import Session

TOPICS = ("lost card", "new password", "parking permit", "library hours", "train ticket")


class People:
    """Sessions that ask and edit at the same time, `pause` seconds on average between what each
    does, and what they have done. Times are seconds, given with the moment of the question."""

    def __init__(self, urls: list[str], *, asking: int, editing: int, pause: float) -> None:
        self.urls = urls
        self._works = [self.ask] * asking + [self.edit] * editing
        self._pause = pause
        self.stop = threading.Event()
        self.asked: list[tuple[float, float]] = []
        self.saved: list[str] = []
        self.refused: list[str] = []
        self.wrong: list[str] = []

    def threads(self) -> list[threading.Thread]:
        every = enumerate(self._works)
        return [threading.Thread(target=self._do, args=(n, work)) for n, work in every]

    def _do(self, number: int, work: Callable[[Session, int], None]) -> None:
        chance = random.Random(number)
        try:
            with Session(self.urls[number % len(self.urls)]) as session:
                while not self.stop.wait(chance.uniform(0, 2 * self._pause)):
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
            self.refused.append(" / ".join(session.texts[-40:]))


def add_topics(collection: Collection) -> None:
    """Add what is asked about."""
    for topic in TOPICS:
        collection.add(Content(f"What about the {topic}?", f"All about the {topic}."))


def ask(session: Session, topic: str) -> None:
    """Ask about a topic."""
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
