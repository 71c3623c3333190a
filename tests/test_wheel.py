"""The contents of the built wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = ("--no-build-isolation", "--offline")  # hatchling comes from the dev group
UV = shutil.which("uv", path=Path(sys.executable).parent)
SHIPPED = (
    "clients/web/dist",
    "facts",
    "storage/migrations",
    "hub/cli/locale",
    "schema",
)
SUFFIXES = {
    *(".py", ".csv", ".json", ".graphql", ".mako", ".mo", ".po"),
    *(".html", ".js", ".css", ".svg", ".woff2"),
}


@pytest.mark.integration
def test_the_wheel_holds_the_facts_the_contract_and_the_pages(tmp_path: Path) -> None:
    if UV is None:
        pytest.skip("expected uv next to the Python interpreter, where `make test` installs it")
    subprocess.run(
        [UV, "build", "--wheel", *OFFLINE, "--python", sys.executable, "--out-dir", tmp_path, ROOT],
        capture_output=True,
        check=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for folder in SHIPPED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts
    }
    assert expected - names == set()
    sources = ("tests/", "clients/web/src", "clients/resume")
    assert {name for name in names if name.startswith(sources)} == set()
    assert not any("node_modules" in name for name in names)
