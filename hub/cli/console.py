"""How commands speak: tables and bars for a person, JSON for a program, exit codes for both."""

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
    """A standard stream whose reader may leave: `head` takes what it wants and goes.

    Python ignores SIGPIPE, since it would also end a program whose network connection is lost, and
    the libraries that print for us turn the error of the write into exit code 1. So it is caught
    below all of them. The rest goes nowhere, also what Python writes at its end.
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
        """Return how many bytes count as written, now that nothing reads them."""
        return memoryview(content).nbytes


class _Output(_Stream):
    """Standard output: the command has nothing left to do when its answer is not read."""

    def abandoned(self, content: ReadableBuffer) -> NoReturn:
        sys.exit(ExitCode.PIPE)


def open_streams() -> None:
    """Let a closed pipe end the command quietly where it prints its answer.

    An error message that cannot be printed is dropped, and the exit code still says what it was.
    """
    if sys.stdout is not None:
        open_output(1)
    if sys.stderr is not None:
        sys.stderr = _text(_Stream(2), sys.stderr)


def open_output(descriptor: int) -> None:
    """Print answers to this descriptor from now on."""
    sys.stdout = _text(_Output(descriptor), sys.stdout)


def _text(stream: _Stream, before: Any) -> io.TextIOWrapper:
    """Return a stream of text that buffers and encodes as the one before it."""
    return io.TextIOWrapper(
        io.BufferedWriter(stream),
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


def exit_with_error(message: str, code: ExitCode) -> NoReturn:
    """Say what is wrong on stderr and end."""
    err.print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def print_result(value: dict[str, Any], *, as_json: bool, say: Callable[[], None]) -> None:
    """Print `value` as JSON, or let `say` print it for a person."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
    else:
        say()


def progress_callback(progress: Progress, what: str) -> Callable[[int, int], None]:
    """Return a callback that moves a bar of `progress`; rich draws it on a terminal only."""
    task = progress.add_task(what, total=None)

    def move(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return move
