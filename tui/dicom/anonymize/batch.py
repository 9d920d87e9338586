"""Many files: found, shared among processes, and told of. A Job that can be stopped between files and gone on with."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tui.dicom.anonymize.apply import Task
from tui.dicom.anonymize.crew import Turn, work
from tui.dicom.anonymize.inputs import found_files
from tui.dicom.anonymize.order import Order
from tui.dicom.anonymize.outcome import EXISTS, NOT_DICOM, Outcome
from tui.dicom.anonymize.plan_rows import PlanRow
from tui.dicom.anonymize.project import forgotten
from tui.dicom.anonymize.report import Report, words_path
from tui.dicom.anonymize.state import State, open_state
from tui.dicom.errors import PolicyError, os_reason
from tui.dicom.job import Step
from tui.dicom.leftovers import remove_leftovers
from tui.dicom.save import flush_folders, new_file, private_folder
from tui.text import safe_text


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
        folder = os.path.dirname(os.path.abspath(path))
        made = _lies_in(output, os.path.realpath(folder))  # with the output folder
        if not os.access(folder, os.W_OK | os.X_OK) and (os.path.lexists(folder) or not made):
            raise PolicyError(f"{safe_text(path)} cannot be written: its folder is not there, or takes no new files", path)
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
        flush_folders(order.output)
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
    keys, earlier, waiting = dict[str, str](), dict[str, Outcome](), list[Turn]()
    for path in files:
        keys[path] = state.key_of(path) if state is not None else task.project.digest(path)
        before = state.done.get(keys[path]) if state is not None else None
        if before is not None and before.written and not os.path.exists(os.path.join(order.output, before.written)):
            before = None  # its name had not reached the disk when the power went
        if before is not None and (before.rule or not task.mapping):
            if before.rule == NOT_DICOM and path not in named:
                report.skipped += 1
            else:
                report.add(keys[path], before)
            continue
        if before is not None:
            earlier[path] = before
        waiting.append(Turn(path, order.dry or before is not None))  # done: again for the mapping table alone
    done = len(files) - len(waiting)
    if done:
        yield Step(done, len(files), "done by the run before")
    written = {outcome.written for outcome in state.done.values()} if state is not None else set()
    for path, outcome, rows in work(task, waiting, order.jobs):
        if path in earlier:
            outcome = replace(earlier[path], mapping=outcome.mapping)
        elif state is not None:
            if outcome.rule == EXISTS and state.resumed and outcome.taken and outcome.taken not in written:
                outcome = Outcome(written=outcome.taken)  # the run before was cut off just behind it
            written.add(outcome.written)
            state.add(keys[path], outcome)
        done += 1
        if outcome.rule == NOT_DICOM and path not in named:
            report.skipped += 1
        else:
            report.add(keys[path], outcome)
            yield Told(path, outcome, rows)
        yield Step(done, len(files), path)


def _write_mapping(path: str, mapping: set[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("kind", "original", "new"))
    rows.writerows(sorted(mapping))
    with new_file(path) as file:
        file.write(text.getvalue().encode("utf-8", "surrogateescape"))
