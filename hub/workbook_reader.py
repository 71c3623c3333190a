"""Reads files with tables: at once for commands, in processes of their own for the server.

The server marks the faulty cells of an uploaded file in such a process, too.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import sys
from collections.abc import Iterable, Mapping

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import COMMAND_LIMITS, UPLOAD_LIMITS
from engine.spreadsheet.workbook import Workbook
from hub.marked_workbook import CellMark

READ_SECONDS = 30.0
_PROCESSES_MOST = 2  # of one worker; further files wait

logger = logging.getLogger(__name__)


def read_workbook(content: bytes) -> Workbook:
    """Return the tables of a file that is passed to a command.

    Raises:
        FileInvalid: the file is of another kind, damaged or beyond the limits of commands.
    """
    return parse_workbook(content, COMMAND_LIMITS)


class WorkbookReader:
    """Reads and marks uploaded files in processes with limits, so that no file harms the server."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(_PROCESSES_MOST)

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
        async with self._slots:
            answer = await _run_apart("read", content, name)
        if isinstance(answer, Workbook):
            return answer
        assert isinstance(answer, tuple)
        code, values = answer
        raise FileInvalid(code, **values)

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
        async with self._slots:
            answer = await _run_apart("mark", pickle.dumps(arguments), name)
        assert isinstance(answer, bytes)
        return answer


async def _run_apart(task: str, content: bytes, name: str) -> object:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub.workbook_child",
        task,
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
    if process.returncode != 0 or not output:
        logger.warning("reading %r has ended with the code %s", name, process.returncode)
        raise FileInvalid(FileProblemCode.TOO_SLOW, seconds=int(READ_SECONDS))
    return pickle.loads(output)  # the output of this module's own process
