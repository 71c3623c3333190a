"""Commands of the program for an instance in a data folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.proxies.site import REGION, Site


def fill_hub(data_dir: Path) -> None:
    """Make a database with the data that ships."""
    run_command(data_dir, "migrate")
    run_command(data_dir, "load")


def run_command(data_dir: Path, *arguments: str, **settings: str) -> str:
    """Run `simpul ARGUMENTS` and return its standard output."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SIMPUL_") and name not in ("DATABASE_URL", "REDIS_URL")
    }
    completed = subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        env={**inherited, "SIMPUL_DATA_DIR": str(data_dir), **settings},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return completed.stdout


def invite(site: Site, login: str) -> dict[str, Any]:
    """Return the invitation of a new account of a region's coordinator."""
    arguments = ["--name", "Ani Rahmawati", "--login", login, "--role", "REGION", "--json"]
    settings = {"SIMPUL_URL": f"{site.address}/graphql", "SIMPUL_ROOT_PATH": site.root_path}
    output = run_command(
        site.hub.data_dir, "account", "invite", *arguments, "--region", REGION, **settings
    )
    document: dict[str, Any] = json.loads(output)
    return document
