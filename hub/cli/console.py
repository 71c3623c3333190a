"""Output of commands: tables and progress bars, JSON, error messages and exit codes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from engine.visible_text import escape_json_text, to_visible_text
from hub.exit_codes import ExitCode

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from rich.table import Table
    from rich.text import Text


class _SafeConsole(Console):
    """A console on which recorded text cannot move the cursor, ring, or hide what it is."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(to_visible_text(text), **options)


out = _SafeConsole(highlight=False)
err = _SafeConsole(stderr=True, highlight=False)

WIDEST_TABLE = 10_000  # characters
YES = ("y", "yes", "ya")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _Stream(io.FileIO):
    """A standard stream whose reader may close the pipe early, as `head` does.

    Python ignores SIGPIPE, because the signal would also end a program that loses a network
    connection. The libraries that print would turn the failed write into exit code 1, so this class
    catches it below them. All further output is discarded, including what Python flushes at exit.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)

    def write(self, content: ReadableBuffer, /) -> int:
        try:
            return super().write(content)
        except BrokenPipeError:
            null_device = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null_device, self.fileno())
            os.close(null_device)
            return self.discard(content)

    def discard(self, content: ReadableBuffer) -> int:
        """Return how many bytes count as written after the reader has closed the pipe."""
        return memoryview(content).nbytes


class _Output(_Stream):
    """Standard output; the command exits when its reader closes the pipe."""

    def discard(self, content: ReadableBuffer) -> NoReturn:
        sys.exit(ExitCode.PIPE)


def open_streams() -> None:
    """Make a closed pipe on standard output end the command without an error message.

    On standard error the message is discarded, and the exit code still states the kind of error.
    """
    if sys.stdout is not None:
        open_output(1)
    if sys.stderr is not None:
        sys.stderr = _text_stream(_Stream(2), sys.stderr)


def open_output(descriptor: int) -> None:
    """Redirect standard output to this file descriptor."""
    sys.stdout = _text_stream(_Output(descriptor), sys.stdout)


def _text_stream(stream: _Stream, previous: Any) -> io.TextIOWrapper:
    """Return a text stream with the buffering and encoding of the previous one."""
    return io.TextIOWrapper(
        io.BufferedWriter(stream),
        encoding=previous.encoding,
        errors=previous.errors,
        line_buffering=previous.line_buffering,
        write_through=previous.write_through,
    )


def print_line(text: str) -> None:
    """Print a line of any length without markup."""
    out.print(text, markup=False, soft_wrap=True)


def print_note(text: str) -> None:
    """Print a line on standard error, where it does not mix with the result of the command."""
    err.print(text, markup=False, soft_wrap=True)


def print_whole_table(table: Table) -> None:
    """Print a table without cutting a value.

    A terminal folds the columns that are not `no_wrap`; in a pipe or a file, a row is one line.
    """
    for column in table.columns:
        column.overflow = "fold"
    console = out if out.is_terminal else _SafeConsole(width=WIDEST_TABLE, highlight=False)
    console.print(table)


def exit_with_error(message: str, code: ExitCode) -> NoReturn:
    """Print the message to standard error and exit with this code."""
    err.print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def confirm(question: str) -> bool:
    """Ask a question on standard error; anything but a yes, in English or Indonesian, is a no."""
    prompt = _("{question} [y/N]").format(question=question)
    try:
        answer: str = typer.prompt(
            to_visible_text(prompt), default="", show_default=False, err=True
        )
    except typer.Abort:
        exit_with_error(_("expected an answer, got none: --yes needs none"), ExitCode.INPUT)
    return answer.strip().lower() in YES


def print_result(value: dict[str, Any], *, as_json: bool, print_text: Callable[[], None]) -> None:
    """Print `value` as JSON, or call `print_text` to print it as text."""
    if as_json:
        document = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
        sys.stdout.buffer.write(f"{escape_json_text(document)}\n".encode())
        sys.stdout.flush()
    else:
        print_text()


def progress_callback(progress: Progress, label: str) -> Callable[[int, int], None]:
    """Return a callback `(done, total)` for a new progress bar, which only a terminal shows."""
    task = progress.add_task(label, total=None)

    def update_bar(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return update_bar
