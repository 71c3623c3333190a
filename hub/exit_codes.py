"""The exit codes of `simpul`, which scripts rely on; a crash exits with 1."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes. Python itself exits with 1 after an unhandled exception."""

    OK = 0
    INPUT = 2  # an argument, a setting or a file is invalid
    STATE = 3  # the state of the instance does not allow the command
    BROKEN = 4  # the log or a promise of the feed contract is broken
    PIPE = 141  # the reader closed the output: 128 + SIGPIPE, as in a shell
