"""The packages resolve to this repository, although their names are plain and not reserved."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

LOCATE = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]).origin)"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_resolves_inside_the_repository(package: str, tmp_path: Path) -> None:
    # From another folder and isolated, because the current folder would hide a name conflict.
    completed = subprocess.run(
        [sys.executable, "-I", "-c", LOCATE, package],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(completed.stdout.strip()) == ROOT / package / "__init__.py"


def test_every_package_is_shipped_typed_and_under_contract() -> None:
    folders = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    assert sorted(PACKAGES) == folders
    assert sorted(PROJECT["tool"]["mypy"]["packages"]) == folders
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == folders


def test_uvicorn_is_pinned_to_its_minor_version() -> None:
    # The hub extends classes that may change in any release: docs/decisions/0011-*.md.
    [requirement] = [
        dependency
        for dependency in PROJECT["project"]["dependencies"]
        if dependency.startswith("uvicorn")
    ]
    minor = int(requirement.partition(">=0.")[2].partition(",")[0])
    assert requirement == f"uvicorn>=0.{minor},<0.{minor + 1}"


def test_tests_are_no_packages() -> None:
    # An __init__.py in tests/engine would shadow the package `engine`.
    assert list((ROOT / "tests").glob("[!n]*/**/__init__.py")) == []
