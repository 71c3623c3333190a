"""Parsing of inventory sheets that have every column about an application."""

from __future__ import annotations

import pytest

from engine.model import ApplicationStatus
from engine.spreadsheet import import_sheet, sheet
from engine.spreadsheet.columns import HEADERS_BY_FIELD, is_blank_cell
from engine.spreadsheet.import_sheet import ApplicationSheet
from engine.spreadsheet.sheet import SheetInvalid
from engine.spreadsheet.status_words import parse_status


def parse(text: str) -> ApplicationSheet:
    return import_sheet.parse_application_sheet(sheet.parse_csv_rows(text))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Aktif", ApplicationStatus.ACTIVE),
        ("ya", ApplicationStatus.ACTIVE),
        ("Tidak  Aktif", ApplicationStatus.INACTIVE),
        ("Nonaktif", ApplicationStatus.INACTIVE),
        ("Non-Aktif", ApplicationStatus.INACTIVE),
        ("naktif", ApplicationStatus.INACTIVE),
        ("Sudah tidak dipakai", ApplicationStatus.INACTIVE),
        ("Pensiun", ApplicationStatus.RETIRED),
        ("Decommissioned", ApplicationStatus.RETIRED),
        ("Rencana", None),
        ("", None),
    ],
)
def test_a_status_has_many_spellings(word: str, status: ApplicationStatus | None) -> None:
    assert parse_status(word) is status


@pytest.mark.parametrize(
    ("cell", "is_empty"),
    [
        *((cell, True) for cell in ("", "-", "–", "--", "n/a", "#N/A", "Tidak ada", "nihil", "0")),
        *((cell, True) for cell in ("https://-", "http://", "Belum ada aplikasi", "!!!")),
        *((cell, False) for cell in ("112", "A", "LAPOR!", "https://a.id", "tidak ada apa", "x")),
    ],
)
def test_cells_with_a_placeholder_count_as_empty(cell: str, is_empty: bool) -> None:
    assert is_blank_cell(cell) is is_empty


@pytest.mark.parametrize(
    ("field", "spelling"),
    [(field, spelling) for field, spellings in HEADERS_BY_FIELD.items() for spelling in spellings],
)
def test_every_spelling_of_a_column_is_found(field: str, spelling: str) -> None:
    recognised = {name for name in import_sheet.FIELDS if name == field}
    parsed = parse(f"nama aplikasi,{spelling.title()}\n") if field != "name" else parse(spelling)
    assert set(parsed.columns) == {"name"} | recognised


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Uji KIR;Dishub;2020;x;y", "row 2: expected 3 cells as in the header, got 5"),
        ("Uji KIR;Dishub;sejak 2016", "row 2, column Tahun: expected a year, such as 2021, got"),
        (";Dishub;2020", "row 2, column Nama: expected the name of an application, got nothing"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(row: str, problem: str) -> None:
    with pytest.raises(SheetInvalid) as raised:
        parse(f"Nama;OPD;Tahun;;\n{row}\n")
    assert problem in str(raised.value.problems[0])


def test_empty_cells_beyond_the_header_are_ignored() -> None:
    assert parse("Nama;OPD;;\nUji KIR;Dishub;;;;\n").rows[0].name == "Uji KIR"
