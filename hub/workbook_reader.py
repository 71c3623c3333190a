"""Reads files with tables: at once for commands, in processes of their own for the server.

The server marks the faulty cells of an uploaded file in such a process, too.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import resource
import subprocess
import sys
from collections.abc import Iterable, Mapping

from engine.spreadsheet.file_format import OLE_SIGNATURE
from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import COMMAND_LIMITS, UPLOAD_LIMITS
from engine.spreadsheet.workbook import Workbook
from hub.marked_workbook import CellMark
from resolvers.cpu_meter import current_meter

READ_SECONDS = 30.0
_PROCESSES_MOST = 2  # of one worker; further files wait

logger = logging.getLogger(__name__)


def read_workbook(content: bytes) -> Workbook:
    """Return the tables of a file that is passed to a command.

    An .xls workbook is read in a process of its own, because the native reader ends its process if
    such a file is damaged in certain ways.

    Raises:
        FileInvalid: the file is of another kind, damaged or beyond the limits of commands.
    """
    if not content.startswith(OLE_SIGNATURE) or len(content) > COMMAND_LIMITS.file_bytes:
        return parse_workbook(content, COMMAND_LIMITS)
    try:
        process = subprocess.run(
            _child_command("read-command"),
            input=content,
            capture_output=True,
            timeout=READ_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as expiry:
        raise _too_slow() from expiry
    return _workbook_of(process.stdout if process.returncode == 0 else b"")


class WorkbookReader:
    """Reads and marks uploaded files in processes with limits, so that no file harms the server."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(_PROCESSES_MOST)
        self._child_seconds = _child_seconds()  # of this process's children, up to the last read

    async def read(self, content: bytes, name: str) -> Workbook:
        """Return the tables of an uploaded file. Its name is for the log only.

        Raises:
            FileInvalid: the file is of another kind, damaged or beyond the limits of uploads.
        """
        if len(content) > UPLOAD_LIMITS.file_bytes:
            raise FileInvalid(
                FileProblemCode.TOO_LARGE,
                most=UPLOAD_LIMITS.file_bytes,
                found=len(content),
            )
        return _workbook_of(await self._run_apart("read", content, name))

    async def mark(
        self,
        content: bytes,
        workbook: Workbook,
        marks: Iterable[CellMark],
        corrections: Mapping[tuple[str, int, int], str],
        name: str,
    ) -> bytes:
        """Return the marked file, as `write_marked_workbook` does.

        Raises:
            FileInvalid: the file needs more time or memory than there is.
        """
        arguments = (content, workbook, list(marks), dict(corrections))
        answer = _unpickle(await self._run_apart("mark", pickle.dumps(arguments), name))
        assert isinstance(answer, bytes)
        return answer

    async def _run_apart(self, task: str, content: bytes, name: str) -> bytes:
        """Return the output of the process; nothing if it exceeds its limits.

        Its CPU time is that of the operation that waits for it.
        """
        async with self._slots:
            try:
                return await _run_process(task, content, name)
            finally:
                meter = current_meter()
                seconds = self._new_child_seconds()
                if meter is not None:
                    meter.add_process_seconds(seconds)

    def _new_child_seconds(self) -> float:
        """Return the CPU time of the processes that have ended since the last call.

        The system only knows the sum of all processes. If two end at the same moment, the one that
        is asked for first gets the time of both.
        """
        previous, self._child_seconds = self._child_seconds, _child_seconds()
        return self._child_seconds - previous


async def _run_process(task: str, content: bytes, name: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *_child_command(task),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(READ_SECONDS):
            output, _ = await process.communicate(content)
    except TimeoutError:
        output = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        logger.warning("reading %r has ended with the code %s", name, process.returncode)
        return b""
    return output


def _child_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _child_command(task: str) -> list[str]:
    return [sys.executable, "-m", "hub.workbook_child", task]


def _workbook_of(output: bytes) -> Workbook:
    answer = _unpickle(output)
    if isinstance(answer, Workbook):
        return answer
    assert isinstance(answer, tuple)
    code, values = answer
    raise FileInvalid(code, **values)


def _unpickle(output: bytes) -> object:
    if not output:
        raise _too_slow()
    return pickle.loads(output)  # the output of this module's own process


def _too_slow() -> FileInvalid:
    return FileInvalid(FileProblemCode.TOO_SLOW, seconds=int(READ_SECONDS))
