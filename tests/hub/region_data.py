"""Commands over the real data of West Java."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from hub import cli


@dataclass(frozen=True)
class Commands:
    """Runs commands over one data folder."""

    data_dir: Path

    def __call__(self, *arguments: str | Path) -> Result:
        own = {"SIMPUL_DATA_DIR": str(self.data_dir), "DATABASE_URL": "", "COLUMNS": "200"}
        return CliRunner().invoke(cli.app, [*map(str, arguments)], env=own)
