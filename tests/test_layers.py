"""The layers of docs/architecture.md hold; the import contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_every_import_contract_is_kept() -> None:
    completed = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout


# The packages that a contract is not about. A new package has to be in each contract, or here.
OMITTED = {
    "Data flows down: hub, schema, resolvers, storage, facts, engine": {"clients"},
    "Only storage speaks SQL": {"storage", "engine"},  # another contract keeps the engine from it
    "Clients know the wire, not the code": {"clients", "engine"},  # its vocabulary is on the wire
    "No cycles inside a package": {"schema", "clients"},  # the types of a graph refer to each other
    "Only the assembly depends on a client": {"hub", "clients"},
}


@pytest.mark.parametrize("name", OMITTED)
def test_a_contract_names_every_package_that_it_does_not_omit(name: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [contract] = [candidate for candidate in settings["contracts"] if candidate["name"] == name]
    key = {"layers": "layers", "acyclic_siblings": "ancestors"}.get(contract["type"])
    listed = contract.get(key or "source_modules", [])
    if name == "Clients know the wire, not the code":
        listed = contract["forbidden_modules"]
    packages = {package.strip() for layer in listed for package in layer.split("|")}
    assert packages == set(settings["root_packages"]) - OMITTED[name]
