"""Many files: found, shared among processes, and told of. A Job that can be stopped between files and gone on with."""

import csv
import io
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tui.dicom.anonymize.apply import Task, anonymize_file, as_message, plan_file, planned_outcome
from tui.dicom.anonymize.inputs import found_files
from tui.dicom.anonymize.order import Order
from tui.dicom.anonymize.outcome import EXISTS, NOT_DICOM, Outcome, outcome_of
from tui.dicom.anonymize.plan_rows import PlanRow
from tui.dicom.anonymize.project import forgotten
from tui.dicom.anonymize.report import Report, words_path
from tui.dicom.anonymize.state import State, open_state
from tui.dicom.errors import PolicyError, os_reason
from tui.dicom.job import Step
from tui.dicom.processes import Worker, WorkerDiedError
from tui.dicom.save import new_file, private_folder, remove_leftovers
from tui.text import safe_text

_MODULE: Final = "tui.dicom.anonymize.worker"
_LIMIT_S: Final = 3600.0
_MOST_JOBS: Final = 32
_LEAST_SHARE: Final = 50  # files: for fewer, another process takes longer to start than it saves


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file, and of a dry run its plan; `path` is for who asked, and in no report."""

    path: str
    outcome: Outcome
    rows: tuple[PlanRow, ...] = ()


def check_order(order: Order) -> None:
    """Refuse an order that would write among its inputs, or over something.

    Raises
    ------
    PolicyError
        It cannot be done; nothing was read or written.
    """
    if not order.paths:
        raise PolicyError("there is nothing to anonymize")
    for path in order.paths:
        if not os.path.lexists(path):
            raise PolicyError(f"{safe_text(path)}: there is no such file or folder", path)
    if order.dry:
        return
    if not order.output:
        raise PolicyError("an output folder is needed")
    output = os.path.realpath(order.output)
    if os.path.islink(order.output.rstrip(os.sep)):
        raise PolicyError(f"{safe_text(order.output)} is a link: name the folder that it leads to", order.output)
    if os.path.lexists(output) and not os.path.isdir(output):
        raise PolicyError(f"{safe_text(order.output)} is no folder", order.output)
    _check_places(order, output)


def _check_places(order: Order, output: str) -> None:
    """Refuse an output folder among the inputs, and other files in it, or in the place of others."""
    for path in order.paths:
        read = os.path.realpath(path)
        folder = read if os.path.isdir(read) else os.path.dirname(read)
        if output == read or _lies_in(output, folder) or _lies_in(folder, output):
            raise PolicyError(
                f"the output folder {safe_text(order.output)} must be neither in, nor above, nor the same as what is read "
                f"({safe_text(path)})",
                order.output,
            )
    wanted = [order.report_path, words_path(order.report_path), *([order.mapping] if order.mapping else [])]
    for path in wanted:
        if os.path.lexists(path):
            raise PolicyError(f"{safe_text(path)} exists: it is not replaced", path)
        if _lies_in(os.path.realpath(path), output):
            raise PolicyError(f"{safe_text(path)} would lie in the output folder, which is given away", path)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def anonymize(order: Order) -> Iterator[Step | Told | Report]:
    """Anonymize what an order names, a Job.

    Yields
    ------
    Step, Told or Report
        What becomes of each file, a Step behind each; at last the report, which is written by then.

    Raises
    ------
    PolicyError, WriteError
        Nothing can be done.
    """
    check_order(order)
    files, named = list[str](), {path for path in order.paths if not os.path.isdir(path)}
    for found in found_files(order.paths):
        if isinstance(found, Step):
            yield found
        else:
            files.append(found)
    report = Report(order.policy, project=order.project is not None, dry=order.dry)
    if order.dry:
        task = Task(order.policy, order.project or forgotten(), "", order.boxes, decided=order.decided)
        yield from _run(order, task, files, named, report, None)
        report.complete = True
        yield report
        return
    _make_output(order)
    report.leftovers = sum(len(remove_leftovers(folder)) for folder, _, _ in os.walk(order.output))
    with open_state(order.state_path, order.command, order.project) as state:
        report.resumed = state.resumed
        task = Task(order.policy, state.project, order.output, order.boxes, order.mode, bool(order.mapping), order.decided)
        mapping: set[tuple[str, str, str]] = set()
        for told in _run(order, task, files, named, report, state):
            if isinstance(told, Told):
                mapping.update(told.outcome.mapping)
            yield told
        report.complete = True
        if order.mapping:
            _write_mapping(order.mapping, mapping)
        report.write(order.report_path)
    os.unlink(order.state_path)  # and with it the key, where no project keeps it
    yield report


def _make_output(order: Order) -> None:
    try:
        private_folder(os.path.abspath(order.output))
        if order.mode & 0o077:
            os.chmod(order.output, 0o700 | (order.mode & 0o044) | (order.mode & 0o044) >> 2)
    except OSError as error:
        raise PolicyError(f"{safe_text(order.output)} cannot be made: {os_reason(error)}", order.output) from error


def _run(
    order: Order, task: Task, files: list[str], named: set[str], report: Report, state: State | None
) -> Iterator[Step | Told]:
    """Do all files that are not done; tell of each, and count it. What is no DICOM is refused only where it was named."""
    earlier, waiting = dict[str, Outcome](), list[_Turn]()
    for path in files:
        before = state.done.get(state.key_of(path)) if state is not None else None
        if before is not None and (before.rule or not task.mapping):
            if before.rule == NOT_DICOM and path not in named:
                report.skipped += 1
            else:
                report.add(task.project.digest(path), before)
            continue
        if before is not None:
            earlier[path] = before
        waiting.append(_Turn(path, order.dry or before is not None))  # done: again for the mapping table alone
    done = len(files) - len(waiting)
    if done:
        yield Step(done, len(files), "done by the run before")
    written = {outcome.written for outcome in state.done.values()} if state is not None else set()
    for path, outcome, rows in _work(task, waiting, order.jobs):
        if path in earlier:
            outcome = replace(earlier[path], mapping=outcome.mapping)
        elif state is not None:
            if outcome.rule == EXISTS and state.resumed and outcome.taken and outcome.taken not in written:
                outcome = Outcome(written=outcome.taken)  # the run before was cut off just behind it
            written.add(outcome.written)
            state.add(path, outcome)
        done += 1
        if outcome.rule == NOT_DICOM and path not in named:
            report.skipped += 1
        else:
            report.add(task.project.digest(path), outcome)
            yield Told(path, outcome, rows)
        yield Step(done, len(files), path)


class _Turn(NamedTuple):
    """A file whose turn it is, and whether it is only planned."""

    path: str
    dry: bool


_Done = tuple[str, Outcome, tuple[PlanRow, ...]]


def _work(task: Task, turns: Sequence[_Turn], jobs: int) -> Iterator[_Done]:
    """Do files here, or share them among processes; plans come back only from here."""
    dry = all(turn.dry for turn in turns)
    jobs = 1 if dry else max(1, min(jobs or (os.cpu_count() or 1), _MOST_JOBS, len(turns) // _LEAST_SHARE))
    if jobs > 1:
        yield from _shared(task, turns, jobs)
        return
    for path, planned in turns:
        if planned and not task.mapping:
            made = plan_file(task, path)
            yield (path, made, ()) if isinstance(made, Outcome) else (path, planned_outcome(task, made), made.rows)
        else:
            yield path, anonymize_file(task, path, dry=planned), ()


class _Crew:
    """Threads that each speak to a process of their own, until all files are done or nobody wants more."""

    def __init__(self, task: Task, turns: Sequence[_Turn], jobs: int) -> None:
        self.answers: queue.SimpleQueue[tuple[str, Outcome] | None] = queue.SimpleQueue()  # None of a thread that ended
        self._turns = iter(turns)
        self._lock = threading.Lock()
        self._ended = False
        self._message = as_message(task)
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def _next(self) -> _Turn | None:
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

    def _asked(self, worker: Worker, turn: _Turn) -> Outcome:
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


def _shared(task: Task, turns: Sequence[_Turn], jobs: int) -> Iterator[_Done]:
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


def _write_mapping(path: str, mapping: set[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("kind", "original", "new"))
    rows.writerows(sorted(mapping))
    with new_file(path) as file:
        file.write(text.getvalue().encode("utf-8", "surrogateescape"))
