"""Each format of a file with tables is read into the same sheets, by its content."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter

from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import UPLOAD_LIMITS
from engine.spreadsheet.workbook import (
    FileFormat,
    FileInvalid,
    MergedRange,
    Workbook,
    Worksheet,
)
from tests.engine.spreadsheet.written_files import write_ods, write_xls, write_xlsx

HEADER, ROW = ["Nama", "Alamat"], ["SIMPEG", "https://simpeg.uji.go.id"]
TABLE = ((1, HEADER), (2, ROW))


def read(content: bytes) -> Workbook:
    return parse_workbook(content, UPLOAD_LIMITS)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"Nama,Alamat\nSIMPEG,https://simpeg.uji.go.id\n", None),
        (b"\xef\xbb\xbfNama;Alamat\r\nSIMPEG;https://simpeg.uji.go.id\r\n", None),
        (b"Nama\tAlamat\rSIMPEG\thttps://simpeg.uji.go.id\r", None),
        ("\ufeffNama\tAlamat\nSIMPEG\thttps://simpeg.uji.go.id".encode("utf-16-le"), "UTF-16-LE"),
        ("\ufeffNama\tAlamat\nSIMPEG\thttps://simpeg.uji.go.id".encode("utf-16-be"), "UTF-16-BE"),
        ("Nama;Alamat\nSIMPEG;https://simpeg.uji.go.id".encode("utf-16-le"), "UTF-16-LE"),
    ],
    ids=["comma", "semicolon", "mac", "utf-16-le", "utf-16-be", "utf-16 without a mark"],
)
def test_the_forms_of_csv_give_the_same_table(content: bytes, encoding: str | None) -> None:
    assert read(content) == Workbook((Worksheet("", TABLE),), FileFormat.CSV, encoding)


def test_windows_1252_is_read_and_named() -> None:
    workbook = read("Nama;OPD\n“Pajak” – é;Bapenda\n".encode("windows-1252"))
    assert workbook.encoding == "Windows-1252"
    assert workbook.sheets[0].rows[1] == (2, ["“Pajak” – é", "Bapenda"])


def test_a_sep_line_is_obeyed_and_counted() -> None:
    rows = read(b"sep=;\r\nNama;Alamat\r\n\r\nA, B;x\r\n").sheets[0].rows
    assert rows == ((2, HEADER), (4, ["A, B", "x"]))


def test_the_delimiter_is_found_below_a_title_with_commas() -> None:
    rows = read(b"Daftar aplikasi, tahun 2026, Garut\nNama;Alamat\nA;x\nB;y\n").sheets[0].rows
    assert rows[1:] == ((2, HEADER), (3, ["A", "x"]), (4, ["B", "y"]))


def test_white_space_in_cells_is_single_spaces() -> None:
    rows = read('Nama,Alamat\n"SIM\u00a0 Pajak\r\nDaerah ",x\n'.encode()).sheets[0].rows
    assert rows[1] == (2, ["SIM Pajak Daerah", "x"])


def test_xlsx_has_all_sheets_with_merged_cells_links_and_errors() -> None:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Aplikasi")
        sheet.merge_range("B3:B4", "Dinas Kesehatan")
        sheet.write_row("C3", [2021.0, 2.5, True])
        sheet.write_url("C4", "https://a.uji.go.id/?a=1&b=2", string="buka")
        sheet.write_formula("D4", "=1/0", value="#DIV/0!")
        sheet.write_formula("E4", '=HYPERLINK("https://b.uji.go.id","b")', value="b")
        sheet.write_datetime("F4", datetime(2021, 5, 3), workbook.add_format({"num_format": 14}))
        sheet.write_blank("XFD1", None, workbook.add_format({"bold": True}))
        workbook.add_worksheet("Kode").hide()
        workbook.add_chartsheet("Grafik")
    first, hidden = read(content.getvalue()).sheets
    assert first == Worksheet(
        name="Aplikasi",
        rows=(
            (3, ["", "Dinas Kesehatan", "2021", "2.5", "true", ""]),
            (4, ["", "", "buka", "", "b", "2021-05-03"]),
        ),
        merged=(MergedRange(3, 2, 4, 2),),
        links={(4, 3): "https://a.uji.go.id/?a=1&b=2", (4, 5): "https://b.uji.go.id"},
        error_cells={(4, 4): "#DIV/0!"},
    )
    assert (hidden.name, hidden.is_hidden, hidden.rows) == ("Kode", True, ())


def test_a_formula_without_a_stored_value_is_named() -> None:
    workbook, content = openpyxl.Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Tahun", "=2020+1"])
    workbook.save(content)
    (worksheet,) = read(content.getvalue()).sheets
    assert worksheet.rows == ((1, ["Tahun"]),)
    assert worksheet.error_cells == {(1, 2): "formula"}


def test_xlsx_cells_without_names_are_read() -> None:
    sheet = "<sheetData><row><c><v>1</v></c><c/><c><v>2</v></c></row></sheetData>"
    assert read(write_xlsx(sheet)).sheets[0].rows == ((1, ["1", "", "2"]),)


def test_xls_is_read_with_its_errors_and_says_that_links_are_not() -> None:
    error = b"\x05\x02\x08\x00\x01\x00\x01\x00\x00\x00\x17\x01"
    workbook = read(write_xls([(0, 0, 2021.0), (1, 0, 2.5)], more=error))
    assert workbook == Workbook(
        (
            Worksheet(
                "Data",
                ((1, ["2021", ""]), (2, ["2.5", ""])),
                are_links_read=False,
                error_cells={(2, 2): "#REF!"},
            ),
        ),
        FileFormat.XLS,
    )


def test_ods_has_all_sheets_with_merged_cells_links_and_errors() -> None:
    styles = (
        '<style:style style:name="ta2"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    tables = """\
<table:table table:name="Aplikasi">
<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row>
<table:table-cell table:number-rows-spanned="2" office:value-type="string">
<office:annotation><text:p>catatan</text:p></office:annotation><text:p>Dinas</text:p>
<text:p>Kesehatan</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2021-05-03"><text:p>3 Mei</text:p>
</table:table-cell>
<table:table-cell office:value-type="float" office:value="2.5" table:number-columns-repeated="2">
<text:p>2,5</text:p></table:table-cell>
</table:table-row>
<table:table-row><table:covered-table-cell/>
<table:table-cell office:value-type="string"><text:p><text:a xlink:href="https://a.uji.go.id">buka
</text:a></text:p></table:table-cell>
<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#REF!</text:p>
</table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048572">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>
<table:table table:name="Kode" table:style-name="ta2"/>"""
    first, hidden = read(write_ods(tables, styles)).sheets
    assert first == Worksheet(
        name="Aplikasi",
        rows=(
            (3, ["Dinas Kesehatan", "2021-05-03", "2.5", "2.5"]),
            (4, ["", "buka", ""]),
        ),
        merged=(MergedRange(3, 1, 4, 1),),
        links={(4, 2): "https://a.uji.go.id"},
        error_cells={(4, 3): "#REF!"},
    )
    assert (hidden.name, hidden.is_hidden) == ("Kode", True)


def test_html_tables_are_read_under_any_name() -> None:
    page = """\
<html><head><style>td {color: red}</style></head><body>
<table border=1><tr><th>OPD<th>Nama<th>Alamat</tr>
<tr><td rowspan="2">Dinas<br>Kesehatan</td><td>A &amp; B</td><td><a href="https://a.uji.go.id">
buka</a></td></tr><tr><td colspan=2>C</td></tr></table>
<table><tr><td>Mengetahui</td></tr></table><table><tr><td></td></tr></table></body></html>"""
    workbook = read(page.encode())
    assert workbook.format == FileFormat.HTML
    first, second = workbook.sheets
    assert first == Worksheet(
        name="Tabel 1",
        rows=(
            (1, ["OPD", "Nama", "Alamat"]),
            (2, ["Dinas Kesehatan", "A & B", "buka"]),
            (3, ["", "C", ""]),
        ),
        merged=(MergedRange(2, 1, 3, 1), MergedRange(3, 2, 3, 3)),
        links={(2, 3): "https://a.uji.go.id"},
    )
    assert (second.name, second.rows) == ("Tabel 2", ((1, ["Mengetahui"]),))


def test_a_workbook_of_3000_rows_is_the_same_in_xlsx_and_csv() -> None:
    rows = [[f"Aplikasi {number}", str(2000 + number % 26)] for number in range(3000)]
    workbook, content = openpyxl.Workbook(write_only=True), BytesIO()
    sheet = workbook.create_sheet("Data")
    for name, year in rows:
        sheet.append([name, int(year)])
    workbook.save(content)
    text = "".join(f"{name};{year}\n" for name, year in rows)
    assert read(content.getvalue()).sheets[0].rows == read(text.encode()).sheets[0].rows


def test_dates_and_times_of_xlsx_are_iso() -> None:
    workbook, content = openpyxl.Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet.append([date(2021, 5, 3), datetime(2021, 5, 3, 7, 30)])
    workbook.save(content)
    assert read(content.getvalue()).sheets[0].rows == ((1, ["2021-05-03", "2021-05-03 07:30:00"]),)


LONG_TEXT = "a" * 32_768


@pytest.mark.parametrize(
    ("content", "sheet"),
    [
        (f"Nama,Fungsi\nSIMPEG,{LONG_TEXT}\n".encode(), ""),
        (
            f"<table><tr><td>Nama<td>Fungsi<tr><td>SIMPEG<td>{LONG_TEXT}</table>".encode(),
            "",
        ),
        (
            write_xlsx(
                '<sheetData><row r="2"><c r="B2" t="inlineStr">'
                f"<is><t>{LONG_TEXT}</t></is></c></row></sheetData>"
            ),
            "Data",
        ),
        (
            write_ods(
                '<table:table table:name="Data"><table:table-row/><table:table-row>'
                '<table:table-cell/><table:table-cell office:value-type="string">'
                f"<text:p>{LONG_TEXT}</text:p></table:table-cell></table:table-row></table:table>"
            ),
            "Data",
        ),
    ],
    ids=["CSV", "HTML", ".xlsx", ".ods"],
)
def test_a_text_that_no_spreadsheet_program_can_hold_is_refused(content: bytes, sheet: str) -> None:
    with pytest.raises(FileInvalid) as refusal:
        read(content)
    assert str(refusal.value) == (
        "expected cells of at most 32767 characters, got more in the cell B2 "
        f"of the sheet {sheet!r}; shorten the text"
    )
