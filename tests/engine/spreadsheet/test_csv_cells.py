"""Tests for cells of CSV files that spreadsheet programs must not evaluate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spreadsheet.csv_cells import neutralise_cell, neutralise_row, restore_cell
from engine.spreadsheet.csv_reader import read_csv
from engine.spreadsheet.read_limits import ReadLimits


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=SUM(A1:A9)", "'=SUM(A1:A9)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@kominfo", "'@kominfo"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-", "'-"),
        ("+62 812 000", "'+62 812 000"),
        ("'=1", "''=1"),
        ("-5", "-5"),
        ("+62812000", "+62812000"),
        ("-1.250,5", "-1.250,5"),
        ("a=b", "a=b"),
        ("Jum'at", "Jum'at"),
        ("'kutipan'", "'kutipan'"),
        ("", ""),
    ],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str, cell: str) -> None:
    assert neutralise_cell(text) == cell
    assert restore_cell(cell) == text


@given(st.text(alphabet="='+-@\t\r\n1a", max_size=6))
def test_restores_every_text(text: str) -> None:
    assert restore_cell(neutralise_cell(text)) == text


def test_a_row_holds_texts_only() -> None:
    assert neutralise_row(["=a", None, 3, -2.5, True]) == ["'=a", "", "3", "-2.5", "True"]


LIMITS = ReadLimits(
    file_bytes=1000, unpacked_bytes=1000, strings=10, rows=10, columns=10, cells=100
)


def test_the_reader_of_csv_leaves_the_apostrophe_out() -> None:
    workbook = read_csv("nama,catatan\n'=1+1,'kutipan'\n'-, '@dinas\n", None, LIMITS)
    assert workbook.sheets[0].rows == (
        (1, ["nama", "catatan"]),
        (2, ["=1+1", "'kutipan'"]),
        (3, ["-", "@dinas"]),
    )
