"""Describes the problems of uploaded files in Indonesian, in the words of the command line."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

from engine.spreadsheet.file_problem import FILE_PROBLEM_TEXTS, FileInvalid
from engine.spreadsheet.sheet import SheetProblem

_LOCALE = Path(__file__).parent / "cli" / "locale"  # the catalogue of the command line
_DOMAIN = "messages"


def indonesian_problem(problem: SheetProblem) -> str:
    """Return what a cell should have, what it has, and how to repair it."""
    translate = _catalogue().gettext
    expected = translate(problem.expected).format(**problem.values)
    found = translate(problem.found) if problem.found else ""
    if problem.found_values is not None:
        found = found.format(**problem.found_values)
    text = translate("expected {expected}, got {found}").format(expected=expected, found=found)
    if problem.advice:
        text = f"{text}; {translate(problem.advice).format(**problem.values)}"
    return text


def indonesian_file_problem(invalid: FileInvalid) -> str:
    """Return why a file cannot be read."""
    translate = _catalogue().gettext
    values = {
        name: translate(value) if name == "reason" and isinstance(value, str) else value
        for name, value in invalid.values.items()
    }
    return translate(FILE_PROBLEM_TEXTS[invalid.code]).format(**values)


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation(_DOMAIN, _LOCALE, ["id"])
