"""Recorded text is shown without what rewrites a terminal or hides what it is."""

from __future__ import annotations

import json

import pytest

from engine.spreadsheet.csv_cells import neutralise_row
from engine.visible_text import (
    escape_json_text,
    to_visible_line,
    to_visible_text,
    to_visible_values,
)

UNSAFE = {
    "an escape sequence": "\x1b[2J",
    "a bell": "\x07",
    "a control sequence of one character": "\x9b31m",
    "a right-to-left override": "\u202e",
    "a zero-width space": "\u200b",
    "a byte order mark": "\ufeff",
    "a tag": "\U000e0041",
    "half of a surrogate pair": "\ud800",
    "a separator of paragraphs": "\u2029",
    "NUL": "\x00",
}


@pytest.mark.parametrize("unsafe", UNSAFE.values(), ids=UNSAFE.keys())
def test_unsafe_characters_are_replaced(unsafe: str) -> None:
    shown = unsafe.replace(unsafe[0], "\ufffd")
    assert to_visible_text(f"Surat{unsafe} é\n\tDesa") == f"Surat{shown} é\n\tDesa"
    line = to_visible_line(f"Surat{unsafe}é")
    assert line == to_visible_text(line)
    assert line in (f"Surat{shown}é", "Surat é")


def test_a_name_cannot_begin_a_line_of_its_own() -> None:
    value = {"name": "Surat\r\nError: no database", "ids": ["a\nb", 1, None]}
    assert to_visible_values(value) == {"name": "Surat Error: no database", "ids": ["a b", 1, None]}


def test_json_shows_no_unsafe_character_and_means_the_same() -> None:
    value = {"name": "\x1b[2J \u202e é \U000e0041 \x9b\x7f 東"}
    document = escape_json_text(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(document) == value
    assert to_visible_text(document) == document
    assert "é \\udb40\\udc41" in document
    assert document.endswith('東"\n}')


def test_a_csv_row_is_neither_evaluated_nor_a_control_of_the_terminal() -> None:
    assert neutralise_row(["=1+1", "\tx", "\x1b[2J", "satu\r\ndua", None]) == [
        "'=1+1",
        "'\tx",
        "\ufffd[2J",
        "satu\r\ndua",
        "",
    ]
