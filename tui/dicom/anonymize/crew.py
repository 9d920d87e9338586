"""Who does the files of a batch: this process, or some beside it."""

import gc
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tui.dicom.anonymize.apply import Task, anonymize_file, as_message, plan_file, planned_outcome
from tui.dicom.anonymize.outcome import Outcome, outcome_of
from tui.dicom.anonymize.plan_rows import PlanRow
from tui.dicom.processes import Worker, WorkerDiedError

_MODULE: Final = "tui.dicom.anonymize.worker"
_LIMIT_S: Final = 3600.0
_MOST_JOBS: Final = 32
_LEAST_SHARE: Final = 50  # files: for fewer, another process takes longer to start than it saves


class Turn(NamedTuple):
    """A file whose turn it is, and whether it is only planned."""

    path: str
    dry: bool


Done = tuple[str, Outcome, tuple[PlanRow, ...]]


def work(task: Task, turns: Sequence[Turn], jobs: int) -> Iterator[Done]:
    """Do files here, or share them among processes; plans come back only from here."""
    dry = all(turn.dry for turn in turns)
    jobs = 1 if dry else max(1, min(jobs or (os.cpu_count() or 1), _MOST_JOBS, len(turns) // _LEAST_SHARE))
    if jobs > 1:
        yield from _shared(task, turns, jobs)
        return
    gc.freeze()  # what there is stays: looking through it again and again is a twentieth of the time
    for path, planned in turns:
        if planned and not task.mapping:
            made = plan_file(task, path)
            yield (path, made, ()) if isinstance(made, Outcome) else (path, planned_outcome(task, made), made.rows)
        else:
            yield path, anonymize_file(task, path, dry=planned), ()


class _Crew:
    """Threads that each speak to a process of their own, until all files are done or nobody wants more."""

    def __init__(self, task: Task, turns: Sequence[Turn], jobs: int) -> None:
        self.answers: queue.SimpleQueue[tuple[str, Outcome] | None] = queue.SimpleQueue()  # None of a thread that ended
        self._turns = iter(turns)
        self._lock = threading.Lock()
        self._ended = False
        self._message = as_message(task)
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def _next(self) -> Turn | None:
        with self._lock:
            return None if self._ended else next(self._turns, None)

    def _run(self) -> None:
        worker = Worker(_MODULE)
        try:
            while (turn := self._next()) is not None:
                self.answers.put((turn.path, self._asked(worker, turn)))
        finally:
            worker.close()
            self.answers.put(None)

    def _asked(self, worker: Worker, turn: Turn) -> Outcome:
        question = {"path": turn.path, "dry": turn.dry}
        try:
            answer, _ = worker.ask(question, b"", _LIMIT_S)
            if "needs" in answer:
                answer, _ = worker.ask(question | {"task": self._message}, b"", _LIMIT_S)
        except WorkerDiedError as error:
            return Outcome(rule="cannot be read", reason=f"the process that was at it ended: {error}")
        return outcome_of(answer)

    @property
    def works(self) -> bool:
        """Return whether answers may still come."""
        return any(thread.is_alive() for thread in self._threads) or not self.answers.empty()

    def end(self) -> None:
        """Let every thread finish its file, and no more."""
        with self._lock:
            self._ended = True
        for thread in self._threads:
            thread.join()


def _shared(task: Task, turns: Sequence[Turn], jobs: int) -> Iterator[Done]:
    crew = _Crew(task, turns, jobs)
    try:
        waiting = len(turns)
        while waiting:
            answer = crew.answers.get()
            if answer is not None:
                waiting -= 1
                yield *answer, ()
            elif not crew.works:
                raise RuntimeError("the threads that share the files ended before their time")
    finally:
        crew.end()
