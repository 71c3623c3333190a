"""How commands speak: tables and bars for a person, JSON for a program, exit codes for both."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Exit(IntEnum):
    """Exit codes; 1 is Python's own for what nobody expected."""

    OK = 0
    INPUT = 2  # an argument, a setting or a file is not as it must be
    STATE = 3  # the instance is not in a state that allows this
    BROKEN = 4  # the log is not as it was written


def fail(message: str, code: Exit) -> NoReturn:
    """Say what is wrong on stderr and end."""
    err.print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def answer(value: dict[str, Any], *, as_json: bool, say: Callable[[], None]) -> None:
    """Print `value` as JSON, or let `say` print it for a person."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
    else:
        say()


def bar(progress: Progress, what: str) -> Callable[[int, int], None]:
    """Return a callback that moves a bar of `progress`; rich draws it on a terminal only."""
    task = progress.add_task(what, total=None)

    def move(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return move
