"""Counts how the public functions are named, and how often the prose uses banned words.

    python benchmarks/language.py

The benchmark counts the top-level functions of all packages, those with a name of one word, and
those that share their name with a function of another module. The banned words are those of
tests/test_language.py.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hub", "schema", "resolvers", "engine", "realtime", "storage", "facts", "regions")
WORDS = "told|tell|tells|telling|whoever|nobody|somebody|anew|alike|in vain"


def main() -> None:
    """Count, and print a line for each figure."""
    names = [name for path in tracked(*PACKAGES) for name in public_functions(path)]
    uses = Counter(names)
    one_word = sum("_" not in name for name in names)
    shared = sum(uses[name] > 1 for name in names)
    words = banned = 0
    for path in tracked("."):
        text = path.read_text()
        words += len(re.findall(r"[A-Za-z]+", text))
        banned += len(re.findall(rf"\b(?:{WORDS})\b", text, re.IGNORECASE))
    sys.stdout.write(
        f"public functions                        {len(names):6}\n"
        f"with a name of one word                 {one_word / len(names):6.1%}\n"
        f"with a name of another module's         {shared / len(names):6.1%}\n"
        f"words of the list per 1,000 words       {1000 * banned / words:6.2f}\n"
    )


def tracked(*folders: str) -> list[Path]:
    """The files in version control below these folders that hold code or prose."""
    patterns = [
        f"{folder}/*.{suffix}" for folder in folders for suffix in ("py", "md", "ts", "svelte")
    ]
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines()]


def public_functions(path: Path) -> list[str]:
    """The names of the functions at the top of a module that do not begin with an underscore."""
    if path.suffix != ".py" or "migrations" in path.parts:
        return []
    return [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and not node.name.startswith("_")
    ]


if __name__ == "__main__":
    main()
