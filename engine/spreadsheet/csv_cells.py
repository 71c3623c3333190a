"""Keeps spreadsheet programs from running the text of a CSV cell as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.visible_text import to_visible_cell

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")  # spreadsheet programs evaluate a cell that begins so
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*%?")


def neutralise_cell(text: str) -> str:
    """Return a cell for a CSV file that a person may open in a spreadsheet program.

    A text that begins like a formula gets an apostrophe in front, unless it is a number such as -5.
    `restore_cell` is the inverse.
    """
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def neutralise_row(cells: Iterable[object]) -> list[str]:
    """Return the cells of a row as texts that are not evaluated; None is an empty cell.

    Control and format characters are replaced, because a terminal may show the row.
    """
    return ["" if cell is None else neutralise_cell(to_visible_cell(str(cell))) for cell in cells]


def restore_cell(text: str) -> str:
    """Return the text of a cell without the apostrophe that `neutralise_cell` put in front."""
    return text[1:] if _NEUTRALISED.match(text) else text
