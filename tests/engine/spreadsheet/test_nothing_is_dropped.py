"""Each cell of a workbook is in a value, in a column that is not read, set apart or reported."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.spreadsheet.headers import HEADERS_BY_FIELD
from engine.spreadsheet.import_sheet import ApplicationWorkbook, parse_application_workbook
from engine.spreadsheet.placeholders import is_blank_cell
from engine.spreadsheet.workbook import Worksheet, cell_reference
from tests.engine.spreadsheet.sheets import to_sheet, to_workbook

HEADERS = st.one_of(
    st.sampled_from([header for headers in HEADERS_BY_FIELD.values() for header in headers[:4]]),
    st.sampled_from(["No", "Keterangan", "", "Alamat IP", "Jenis"]),
)
CELLS = st.one_of(
    st.just(""),
    st.sampled_from(
        (
            *("-", "tidak ada", "0", "https://-", "Uji KIR", "Dinas Perhubungan", "kir.uji.id"),
            *("a.uji.id b.uji.id", "sejak 2016", "1.200", "Rp 1,5 juta", "Tidak Aktif", "Entah"),
            *("Jumlah", "Sumber: x", "Mengetahui,", "1", "2", "3", "(1)", "#REF!", "Ya", "dan"),
            *("SIMPEG, SIPD dan Srikandi", "Nama", "contoh: a", "NIP. 198001012005011001"),
        )
    ),
    st.text(st.characters(exclude_categories=("C", "Z")), max_size=12),
)


@st.composite
def worksheets(draw: st.DrawFn, name: str) -> Worksheet:
    width = draw(st.integers(1, 8))
    titles = draw(st.lists(st.lists(CELLS, max_size=2), max_size=4))
    header = draw(st.lists(HEADERS, min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(CELLS, max_size=width + 1), max_size=8))
    texts = [*titles, header, *rows]
    first = draw(st.integers(1, len(texts)))
    last = draw(st.integers(first, len(texts)))
    column = draw(st.integers(1, width))
    for cells in texts[first:last]:  # only the first cell of a merged range has a text
        if len(cells) >= column:
            cells[column - 1] = ""
    merged = [(first, column, last, column)] if last > first else []
    return to_sheet(texts, name, merged=merged)


@given(worksheets("Satu"), worksheets("Dinas Dua"))
def test_each_cell_is_read_or_reported(first: Worksheet, second: Worksheet) -> None:
    parsed = parse_application_workbook(to_workbook(first, second))
    assert [reading.name for reading in parsed.sheets] == ["Satu", "Dinas Dua"]
    for worksheet, reading in zip((first, second), parsed.sheets, strict=True):
        if not reading.is_read:
            assert reading.reason is not None
            continue
        for number, cells in worksheet.rows:
            for column, text in enumerate(cells, start=1):
                if text:
                    assert is_accounted_for(parsed, worksheet.name, number, column, text)


def is_accounted_for(
    parsed: ApplicationWorkbook, sheet: str, number: int, column: int, text: str
) -> bool:
    """Whether a cell is in a value or is reported."""
    reading = next(reading for reading in parsed.sheets if reading.name == sheet)
    if number in reading.header_rows or number in {row.row for row in reading.set_apart}:
        return True
    row = next(row for row in parsed.rows if (row.sheet, row.row) == (sheet, number))
    if column > len(reading.columns):
        return any(problem.code.value == "TOO_MANY_CELLS" for problem in row.problems)
    field = reading.columns[column - 1].field
    if field is None:
        return True
    reference = cell_reference(number, column)
    assert row.cells[field] == reference
    is_reported = any(problem.cell == reference for problem in row.problems)
    is_placeholder = field in row.cleared and (is_blank_cell(text) or field == "integrated_with")
    is_use = field == "function" and row.values.use != "" and row.cells["use"] == reference
    return field in row.stated or is_reported or is_placeholder or is_use
