"""Runs commands over the real data of West Java."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from hub.cli.main import app

SECONDS = 30


@dataclass(frozen=True)
class Commands:
    """Runs commands with one data folder."""

    data_dir: Path

    def __call__(self, *arguments: str | Path) -> Result:
        own = {"SIMPUL_DATA_DIR": str(self.data_dir), "DATABASE_URL": "", "COLUMNS": "200"}
        return CliRunner().invoke(app, [*map(str, arguments)], env=own)


def on_terminal(arguments: list[str], environment: dict[str, str], answer: str) -> str:
    """Run a command on a terminal, as a person does, type `answer`, and return the output."""
    main, other = pty.openpty()
    command = [sys.executable, "-m", "hub", *arguments]
    unset = {"DATABASE_URL": "", "COLUMNS": "200"}
    with subprocess.Popen(
        command, stdin=other, stdout=subprocess.PIPE, env={**os.environ, **unset, **environment}
    ) as process:
        os.close(other)
        os.write(main, f"{answer}\n".encode())
        printed, _ = process.communicate(timeout=SECONDS)
    os.close(main)
    return printed.decode()
