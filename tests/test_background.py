import queue
import threading
from collections.abc import Iterator

import pytest

from tui.background import Background

WAIT_S = 20


class Asked:
    """A background that answers when it is told to, and what came of it."""

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.started: queue.Queue[str] = queue.Queue()
        self.delivered: queue.Queue[tuple[str, str]] = queue.Queue()
        self.failed: queue.Queue[BaseException] = queue.Queue()
        self.closed: list[str] = []
        self.background: Background[str, str] = Background(
            "test", self.answer, lambda question, answer: self.delivered.put((question, answer)), self.failed.put
        )

    def answer(self, question: str) -> Iterator[str | None]:
        try:
            self.started.put(question)
            if question == "bug":
                raise KeyError(question)
            for step in range(3):
                self.go.acquire(timeout=WAIT_S)
                yield f"{question}{step}"
        finally:
            self.closed.append(question)


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.background.stop()
    made.go.release(100)


def test_every_piece_of_an_answer_is_delivered_with_its_question(asked: Asked) -> None:
    asked.background.ask("a")
    asked.go.release(3)
    pieces = [asked.delivered.get(timeout=WAIT_S) for _ in range(3)]
    assert pieces == [("a", "a0"), ("a", "a1"), ("a", "a2")]


def test_the_newest_question_wins(asked: Asked) -> None:
    asked.background.ask("a")
    assert asked.started.get(timeout=WAIT_S) == "a"
    asked.background.ask("b")
    asked.background.ask("c")
    asked.go.release(10)
    assert asked.started.get(timeout=WAIT_S) == "c"
    assert asked.delivered.get(timeout=WAIT_S) == ("c", "c0")
    assert asked.closed[0] == "a"  # given up, and its generator closed


def test_a_bug_is_handed_on_and_not_swallowed(asked: Asked) -> None:
    asked.background.ask("bug")
    assert isinstance(asked.failed.get(timeout=WAIT_S), KeyError)


def test_nothing_is_answered_after_stop(asked: Asked) -> None:
    asked.background.ask("a")
    assert asked.started.get(timeout=WAIT_S) == "a"
    asked.background.stop()
    asked.go.release(10)
    asked.background.ask("b")
    with pytest.raises(queue.Empty):
        asked.delivered.get(timeout=0.2)
