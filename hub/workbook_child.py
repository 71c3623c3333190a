"""The process that reads one uploaded file: from standard input to standard output.

It has limits of its own, so that a file for which no check exists ends this process only.
"""

from __future__ import annotations

import pickle
import resource
import sys

from engine.spreadsheet.file_problem import FileInvalid
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import UPLOAD_LIMITS

MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 20


def main() -> None:
    """Read the file, and write the pickled workbook, or the code and values of its problem."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    content = sys.stdin.buffer.read()
    try:
        answer: object = parse_workbook(content, UPLOAD_LIMITS)
    except FileInvalid as invalid:
        answer = (invalid.code, dict(invalid.values))
    pickle.dump(answer, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
