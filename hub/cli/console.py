"""Output of commands: tables and progress bars, JSON, error messages and exit codes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _Stream(io.FileIO):
    """A standard stream whose reader may close the pipe early, as `head` does.

    Python ignores SIGPIPE, because the signal would also end a program that loses a network
    connection. The libraries that print would turn the failed write into exit code 1, so this class
    catches it below them. All further output is discarded, also what Python flushes at its exit.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)

    def write(self, content: ReadableBuffer, /) -> int:
        try:
            return super().write(content)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return self.abandoned(content)

    def abandoned(self, content: ReadableBuffer) -> int:
        """Return how many bytes count as written after the reader has closed the pipe."""
        return memoryview(content).nbytes


class _Output(_Stream):
    """Standard output; the command exits when its reader closes the pipe."""

    def abandoned(self, content: ReadableBuffer) -> NoReturn:
        sys.exit(ExitCode.PIPE)


def open_streams() -> None:
    """Make a closed pipe on standard output end the command without an error message.

    On standard error the message is discarded, and the exit code still states the kind of error.
    """
    if sys.stdout is not None:
        open_output(1)
    if sys.stderr is not None:
        sys.stderr = _text(_Stream(2), sys.stderr)


def open_output(descriptor: int) -> None:
    """Redirect standard output to this file descriptor."""
    sys.stdout = _text(_Output(descriptor), sys.stdout)


def _text(stream: _Stream, before: Any) -> io.TextIOWrapper:
    """Return a text stream with the buffering and encoding of the previous one."""
    return io.TextIOWrapper(
        io.BufferedWriter(stream),
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


def exit_with_error(message: str, code: ExitCode) -> NoReturn:
    """Print the message to standard error and exit with this code."""
    err.print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def print_result(value: dict[str, Any], *, as_json: bool, say: Callable[[], None]) -> None:
    """Print `value` as JSON, or call `say` to print it for a person."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
    else:
        say()


def progress_callback(progress: Progress, what: str) -> Callable[[int, int], None]:
    """Return a callback `(done, total)` that moves a new bar; rich draws it only on a terminal."""
    task = progress.add_task(what, total=None)

    def move(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return move
