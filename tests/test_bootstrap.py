"""The set-up script: what it installs has a hash, and the bill of materials lists the lock."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import bootstrap

ROOT = Path(bootstrap.__file__).parent


def components(path: Path) -> dict[str, Any]:
    """Return the packages of a bill of materials by name, each with its version."""
    document = json.loads(path.read_text())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    return {component["name"]: component["version"] for component in document["components"]}


def test_uv_is_installed_by_the_hashes_of_one_version() -> None:
    text = bootstrap.UV_REQUIREMENTS.read_text().replace("\\\n", "")
    [requirement] = [line for line in text.splitlines() if not line.startswith("#")]
    name, *hashes = requirement.split()
    assert re.fullmatch(r"uv==\d+\.\d+\.\d+", name)
    assert len(hashes) == len(set(hashes)) > 10
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", digest) for digest in hashes)


def test_the_python_bill_lists_what_the_program_runs_with_and_no_tool(tmp_path: Path) -> None:
    bootstrap.write_python_sbom(tmp_path / "sbom.json")
    listed = components(tmp_path / "sbom.json")
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    versions = {package["name"]: package["version"] for package in lock["package"]}
    [project] = [package for package in lock["package"] if package["name"] == "simpul"]
    direct = {dependency["name"] for dependency in project["dependencies"]}
    tools = {dependency["name"] for dependency in project["dev-dependencies"]["web"]}
    assert {name: listed.get(name) for name in direct} == {name: versions[name] for name in direct}
    assert {name: version for name, version in listed.items() if versions[name] != version} == {}
    assert tools & set(listed) == set()
