"""The process that reads or marks one uploaded file: from standard input to standard output.

It has limits of its own, so that a file for which no check exists ends this process only.
"""

from __future__ import annotations

import pickle
import resource
import sys

from engine.spreadsheet.file_problem import FileInvalid
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import COMMAND_LIMITS, UPLOAD_LIMITS

MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 20


def main() -> None:
    """Do the task of the argument, and write the pickled result.

    `read` gets a file, and returns its workbook, or the code and values of its problem; so does
    `read-command`, with the limits of commands. `mark` gets the pickled arguments of
    `write_marked_workbook`, and returns the marked file.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    answer: object
    if sys.argv[1] == "mark":
        from hub.marked_workbook import write_marked_workbook

        answer = write_marked_workbook(*pickle.load(sys.stdin.buffer))
    else:
        limits = UPLOAD_LIMITS if sys.argv[1] == "read" else COMMAND_LIMITS
        try:
            answer = parse_workbook(sys.stdin.buffer.read(), limits)
        except FileInvalid as invalid:
            answer = (invalid.code, dict(invalid.values))
    pickle.dump(answer, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
