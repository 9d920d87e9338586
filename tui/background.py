"""Questions that touch a disk or take time: one daemon thread per kind of question, a mailbox of one.

The newest question wins: one that waits is replaced, one that is being answered is given up at its next step. An answer
carries its question, so that a late answer to an old question can be told and dropped.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Background(Generic[Question, Answer]):
    """Answers one kind of question.

    Parameters
    ----------
    name : str
        Of the thread.
    answer : callable
        A generator: what it yields is delivered, each piece as it comes; None is a step without an answer.
    deliver : callable
        Called in the thread with the question and a piece of its answer.
    failed : callable
        Called in the thread with an error that `answer` did not expect: a bug, to be raised where it is seen.
    """

    def __init__(
        self,
        name: str,
        answer: Callable[[Question], Iterator[Answer | None]],
        deliver: Callable[[Question, Answer], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._name = name
        self._answer = answer
        self._deliver = deliver
        self._failed = failed
        self._changed = threading.Condition()
        self._waiting: list[Question] = []
        self._thread: threading.Thread | None = None
        self._stopped = False

    def ask(self, question: Question) -> None:
        """Ask; what was asked before and is not answered yet is given up."""
        with self._changed:
            self._waiting[:] = [question]
            self._changed.notify()
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Answer nothing more. The thread is a daemon: a file system that hangs cannot keep the program."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                question = self._waiting.pop()
            try:
                for answer in self._answer(question):
                    if self._waiting or self._stopped:
                        break
                    if answer is not None:
                        self._deliver(question, answer)
            except BaseException as error:  # noqa: BLE001 - not caught: handed to the program's own thread, which raises it
                if not self._stopped:
                    self._failed(error)
                return
