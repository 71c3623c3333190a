"""Parsing of uploaded sheets of levels."""

from __future__ import annotations

import pytest

from engine.assessment import level_sheet
from engine.assessment.instrument import Instrument
from engine.spreadsheet.file_problem import FileInvalid
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import COMMAND_LIMITS
from engine.spreadsheet.sheet import SheetInvalid
from engine.spreadsheet.workbook import FileFormat, Workbook, Worksheet
from facts.instrument import instrument_by_id

PEMDI = instrument_by_id("pemdi-2026")
SPBE_2018 = instrument_by_id("spbe-2018")
ALL_THREES = dict.fromkeys(range(1, 21), 3)


def parse_text(text: str, instrument: Instrument) -> dict[int, int]:
    workbook = parse_workbook(text.encode(), COMMAND_LIMITS)
    return level_sheet.parse_level_sheet(workbook, instrument)


def sheet(rows: list[str], header: str = "number,level", end: str = "\n") -> str:
    return end.join([header, *rows]) + end


def threes(separator: str = ",") -> list[str]:
    return [f"{number}{separator}3" for number in range(1, 21)]


@pytest.mark.parametrize(
    "text",
    [
        sheet(threes()),
        "\ufeff" + sheet(threes(), end="\r\n"),
        sheet(threes(";"), "number;level"),
        sheet(threes("\t"), "number\tlevel"),
        "\n" + sheet(["", *threes(), ",", "  "]),
        sheet([f'"{number}", 3 ,catatan' for number in range(1, 21)], " Number , LEVEL , note"),
        sheet([f"3,{number}" for number in range(1, 21)], "level,number"),
        sheet([f"IK-{number:02},3" for number in range(1, 21)]),
    ],
    ids=["plain", "bom", "semicolon", "tab", "blank", "note", "order", "code"],
)
def test_the_formats_of_spreadsheets_are_parsed(text: str) -> None:
    assert parse_text(text, PEMDI) == ALL_THREES


def test_an_indicator_of_2018_is_also_identified_by_its_code() -> None:
    rows = [f"{indicator.code},0" for indicator in SPBE_2018.indicators]
    assert parse_text(sheet(rows), SPBE_2018) == dict.fromkeys(range(1, 38), 0)


def problems_of(text: str) -> list[str]:
    with pytest.raises(SheetInvalid) as raised:
        parse_text(text, PEMDI)
    return [str(problem) for problem in raised.value.problems]


def test_every_invalid_row_is_named_with_column_expected_and_received() -> None:
    rows = threes()
    rows[1] = "2,6"
    rows[2] = "3,2.5"
    rows[3] = "4,"
    rows[4] = "21,3"
    rows[5] = "enam,tinggi"
    rows[6] = "1,4"
    rows[7] = "8"
    assert problems_of(sheet(rows)) == [
        "row 3, column level: expected a whole level from 1 to 5, got '6'",
        "row 4, column level: expected a whole level from 1 to 5, got '2.5'",
        "row 5, column level: expected a whole level from 1 to 5, got nothing",
        "row 6, column number: expected an indicator of pemdi-2026 (1 to 20), got '21'",
        "row 7, column number: expected an indicator of pemdi-2026 (1 to 20), got 'enam'",
        "row 7, column level: expected a whole level from 1 to 5, got 'tinggi'",
        "row 8, column number: expected each indicator once (first in row 2), got '1'",
        "row 9, column level: expected a whole level from 1 to 5, got nothing",
        "column number: expected all 20 indicators of pemdi-2026, got none for 5, 6, 7",
    ]


@pytest.mark.parametrize("level", ["0", "-1", "+3", "2,5", "3-4", "1e0", "٣", "³", "9" * 5000])
def test_a_level_is_plain_digits_inside_the_scale(level: str) -> None:
    (problem,) = problems_of(sheet([f'1,"{level}"', *threes()[1:]]))
    assert problem == (
        f"row 2, column level: expected a whole level from 1 to 5, got {level[:80]!r}"
    )


@pytest.mark.parametrize(
    ("text", "received"),
    [("urutan,hasil\n1,3\n", "'urutan,hasil'"), ("a,b\n" * 20 + "number,level\n", "'a,b'")],
)
def test_a_sheet_without_its_header_is_refused_for_both_columns(text: str, received: str) -> None:
    problems = problems_of(text)
    assert problems == [
        f"row 1, column number: expected a header with this column once, got {received}",
        f"row 1, column level: expected a header with this column once, got {received}",
    ]


def test_a_column_given_twice_is_refused() -> None:
    assert problems_of("number,level,level\n1,3,4\n") == [
        "row 1, column level: expected a header with this column once, got 'number,level,level'"
    ]


@pytest.mark.parametrize("header", ["No;Nama Indikator;Tingkat Kematangan", "Nomor;Aspek;Nilai"])
def test_indonesian_headers_below_title_lines_are_found(header: str) -> None:
    title = "Penilaian mandiri, tahun 2026\n\n"
    rows = [f"Indikator {number};Keterangan {number};Level 3" for number in range(1, 21)]
    assert parse_text(title + sheet(rows, header), PEMDI) == ALL_THREES


def test_a_number_precedes_a_name_under_the_header_indikator() -> None:
    rows = [f"{number},Kebijakan tata kelola,3.00" for number in range(1, 21)]
    assert parse_text(sheet(rows, "No.,Indikator,Capaian"), PEMDI) == ALL_THREES


@pytest.mark.parametrize("level", ["3", "3,00", "3.0", "Level 3", "level 3,0", "Tingkat 3"])
def test_a_whole_level_is_read_as_people_write_it(level: str) -> None:
    assert parse_text(sheet([f'1,"{level}"', *threes()[1:]]), PEMDI) == ALL_THREES


def test_the_first_sheet_with_both_columns_is_read_and_a_formula_error_named() -> None:
    rows = [
        (1, ["number", "level"]),
        *((number + 1, [str(number), "3"]) for number in range(2, 21)),
    ]
    levels = Worksheet("Nilai", (rows[0], (2, ["1"]), *rows[1:]), error_cells={(2, 2): "#REF!"})
    cover = Worksheet("Sampul", ((1, ["Penilaian mandiri"]),))
    with pytest.raises(SheetInvalid) as raised:
        level_sheet.parse_level_sheet(Workbook((cover, levels), FileFormat.XLSX), PEMDI)
    assert str(raised.value) == (
        "row 2, column level: expected a whole level from 1 to 5, got '#REF!'"
    )


def test_an_invalid_csv_file_is_refused_with_its_row() -> None:
    with pytest.raises(FileInvalid) as raised:
        parse_text(sheet(['1,"' + "x" * 200_000 + '"']), PEMDI)
    assert str(raised.value) == (
        "expected rows of a CSV file, got field larger than field limit (131072) in row 2; "
        "save the table as .xlsx"
    )
