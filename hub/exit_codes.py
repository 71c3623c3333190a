"""The exit codes of the command `simpul`, the same for all commands and for the server."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes; 1 is Python's own for what nobody expected."""

    OK = 0
    INPUT = 2  # an argument, a setting or a file is not as it must be
    STATE = 3  # the instance is not in a state that allows this
    BROKEN = 4  # the log is not as it was written
    PIPE = 141  # what read the output has closed it; a shell says so of a program that SIGPIPE ends
