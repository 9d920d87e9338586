"""A child process that does what must not be done here: it may crash, hang or eat memory, and is then replaced.

It is started with ``subprocess`` (``multiprocessing`` fails inside a running Textual app), is spoken to over its standard
input and output, and ends when its input does. A message is four bytes of length, a JSON header, and the bytes whose number
the header gives as ``size``. The bytes of an answer come back through an unnamed descriptor, whose number is the child's
only argument: a pipe would be slower, and a named segment of shared memory could be read by others, fill /dev/shm and
outlive the program.
"""

import atexit
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Any, Final

from tui.dicom.unnamed import unnamed_memory

_LENGTH: Final = struct.Struct("<I")
_READ: Final = 1 << 20

Header = dict[str, Any]


class WorkerDiedError(Exception):
    """The child ended while it was working, or took too long and was ended; the message says which."""


def write_message(to: IO[bytes], header: Header, data: bytes = b"") -> None:
    """Write one message."""
    text = json.dumps(header | {"size": len(data)}).encode()
    to.write(_LENGTH.pack(len(text)) + text)
    to.write(data)
    to.flush()


def write_answer(to: IO[bytes], memory: int, header: Header, data: bytes = b"") -> None:
    """Write an answer: its header to `to`, its bytes to the descriptor `memory`."""
    at, rest = 0, memoryview(data)
    while at < len(rest):
        at += os.pwrite(memory, rest[at:], at)
    write_message(to, header | {"in_memory": len(data)})


def read_message(source: IO[bytes]) -> tuple[Header, bytes] | None:
    """Read one message; None at the end of the stream."""
    length = source.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    header: Header = json.loads(source.read(_LENGTH.unpack(length)[0]))
    return header, source.read(header["size"])


class Worker:
    """One child, started when first needed and kept warm; one question at a time.

    Parameters
    ----------
    module : str
        What it runs: ``python -m module``.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._busy = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._memory = -1
        atexit.register(self.close)

    def ask(self, header: Header, data: bytes, limit_s: float) -> tuple[Header, bytearray]:
        """Send one message, and return the answer.

        Raises
        ------
        WorkerDiedError
            It crashed, or did not answer within `limit_s` seconds; the next question gets a new child.
        """
        with self._busy:
            process = self._running()
            try:
                if process.stdin is None:
                    raise WorkerDiedError("it could not be started")
                write_message(process.stdin, header, data)
                return self._answer(process, time.monotonic() + limit_s)
            except (OSError, WorkerDiedError) as error:
                self.close()
                if isinstance(error, WorkerDiedError):
                    raise
                raise WorkerDiedError("it crashed") from error

    def close(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was not written yet is for nobody
                        pipe.close()
        memory, self._memory = self._memory, -1
        if memory >= 0:
            os.close(memory)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._memory = unnamed_memory()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module, str(self._memory)],
                pass_fds=(self._memory,),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # codecs print to it, over the screen
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            )
        return self._process

    def _answer(self, process: "subprocess.Popen[bytes]", until: float) -> tuple[Header, bytearray]:
        length = _LENGTH.unpack(self._read(process, _LENGTH.size, until))[0]
        header: Header = json.loads(self._read(process, length, until))
        return header, self._taken(header.pop("in_memory"))

    def _taken(self, size: int) -> bytearray:
        """Return the bytes of an answer, and give their memory back."""
        if size > os.fstat(self._memory).st_size:
            raise WorkerDiedError("its answer is not whole")
        data = bytearray(size)
        at, view = 0, memoryview(data)
        while at < size:
            at += os.preadv(self._memory, [view[at:]], at)
        os.ftruncate(self._memory, 0)
        return data

    @staticmethod
    def _read(process: "subprocess.Popen[bytes]", size: int, until: float) -> bytes:
        parts: list[bytes] = []
        if process.stdout is None:
            raise WorkerDiedError("it could not be started")
        fd = process.stdout.fileno()
        while size > 0:
            left = until - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise WorkerDiedError("it took too long and was stopped")
            part = os.read(fd, min(size, _READ))
            if not part:
                raise WorkerDiedError("it crashed")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
