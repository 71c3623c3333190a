"""The pages of the web client share code only through `shared`, which imports no page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "clients/web/src"
IMPORT = re.compile(r"""\b(?:from|import)[\s(]+["'](\.[^"']+)["']""")
SOURCES = (".ts", ".svelte")
IMPORTED = {
    "shared": {"shared"},
    "wall": {"wall", "shared"},
    "region": {"region", "shared"},
    "import": {"import", "shared"},
    "explorer": {"explorer", "shared"},
    "signin": {"signin", "shared"},
    "account": {"account", "shared"},
    "people": {"people", "shared"},
}


def list_imports(folder: str) -> list[tuple[str, str]]:
    """List each file of the folder with each folder of the web client that it imports from."""
    files = [path for path in (WEB / folder).rglob("*") if path.suffix in SOURCES]
    targets = [
        (file, (file.parent / target).resolve())
        for file in files
        for target in IMPORT.findall(file.read_text())
    ]
    return [
        (file.relative_to(WEB).as_posix(), target.relative_to(WEB).parts[0])
        for file, target in targets
        if target.is_relative_to(WEB)
    ]


def test_every_file_lies_in_a_folder_with_a_rule() -> None:
    assert {path.name for path in WEB.iterdir()} == IMPORTED.keys()


@pytest.mark.parametrize("folder", IMPORTED)
def test_a_page_imports_only_its_own_files_and_shared_ones(folder: str) -> None:
    imported = list_imports(folder)
    forbidden = [(file, target) for file, target in imported if target not in IMPORTED[folder]]
    assert (forbidden, {target for _, target in imported}) == ([], IMPORTED[folder])
