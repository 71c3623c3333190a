"""Runs commands of the command line, in this process and on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from hub.cli.main import app

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Commands:
    """Runs commands with one data folder."""

    data_dir: Path

    def __call__(self, *arguments: str | Path) -> Result:
        environment = {"SIMPUL_DATA_DIR": str(self.data_dir), "DATABASE_URL": "", "COLUMNS": "200"}
        return CliRunner().invoke(app, [*map(str, arguments)], env=environment)


def run_on_terminal(arguments: list[str], environment: dict[str, str], answer: str) -> str:
    """Run a command on a terminal, as a person does, type `answer`, and return the output."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "hub", *arguments]
    defaults = {"DATABASE_URL": "", "COLUMNS": "200"}
    with subprocess.Popen(
        command,
        stdin=terminal,
        stdout=subprocess.PIPE,
        env={**os.environ, **defaults, **environment},
    ) as process:
        os.close(terminal)
        os.write(controller, f"{answer}\n".encode())
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    os.close(controller)
    return output.decode()
