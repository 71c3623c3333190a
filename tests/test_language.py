"""The language of the project: no banned word in a file, and a docstring for every public name."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from benchmarks.language import PACKAGES, WORDS

ROOT = Path(__file__).resolve().parent.parent
BANNED = re.compile(rf"\b(?:{WORDS})\b", re.IGNORECASE)
ALLOWED = {
    "benchmarks/language.py": "the list itself",
    "tests/fixtures/postgresql.py": "the account of the system with that name",
}


def list_tracked_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines()]


def find_banned_words() -> dict[str, list[str]]:
    """The lines of each file that hold a word of the list."""
    lines_by_file: dict[str, list[str]] = {}
    for path in list_tracked_files(
        "*.py", "*.md", "*.ts", "*.svelte", "*.mjs", "*.css", "Makefile"
    ):
        lines = [
            f"{number}: {line.strip()}"
            for number, line in enumerate(path.read_text().splitlines(), start=1)
            if BANNED.search(line)
        ]
        if lines:
            lines_by_file[str(path.relative_to(ROOT))] = lines
    return lines_by_file


def test_no_file_uses_a_banned_word() -> None:
    lines_by_file = find_banned_words()
    assert {name: lines for name, lines in lines_by_file.items() if name not in ALLOWED} == {}


def test_every_allowed_use_is_still_needed() -> None:
    assert ALLOWED.keys() <= find_banned_words().keys()


def public_definitions(path: Path) -> list[tuple[str, str | None]]:
    """The module and what is public in it, each with its docstring."""
    module = ast.parse(path.read_text())
    definitions: list[tuple[str, str | None]] = [("the module", ast.get_docstring(module))]
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            # The decorator of a GraphQL type has its description, which the schema's tests check.
            is_graphql = any(
                "strawberry" in ast.unparse(decorator) for decorator in node.decorator_list
            )
            if not node.name.startswith("_") and not is_graphql:
                definitions.append((node.name, ast.get_docstring(node)))
    return definitions


@pytest.mark.parametrize("package", PACKAGES)
def test_all_that_is_public_has_a_docstring(package: str) -> None:
    paths = [
        path for path in list_tracked_files(f"{package}/*.py") if "migrations" not in path.parts
    ]
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name, docstring in public_definitions(path)
        if not docstring
    ]
    assert len(paths) > 1
    assert missing == []
