"""A file comes back as a workbook with coloured and commented cells."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import UPLOAD_LIMITS
from engine.spreadsheet.sheet import SheetProblem
from hub.marked_workbook import CellMark, cell_position, write_marked_workbook
from hub.problem_text import indonesian_file_problem, indonesian_problem

CSV = b"Nama,Tahun,Alamat\n=A1,dua ribu,x\n"


def mark(content: bytes, *marks: CellMark, corrected: str | None = None) -> Any:
    corrections = {} if corrected is None else {(marks[0].sheet, 2, 1): corrected}
    workbook = parse_workbook(content, UPLOAD_LIMITS)
    written = write_marked_workbook(content, workbook, marks, corrections)
    return openpyxl.load_workbook(BytesIO(written))


def test_a_csv_file_is_written_new_with_red_and_yellow_cells() -> None:
    year = CellMark("", 2, 2, "harus berupa tahun")
    sheet = mark(CSV, year, CellMark("", 2, 3, "peringatan", is_blocking=False))["Data"]
    rows = [[cell.value for cell in row] for row in sheet]
    assert rows == [["Nama", "Tahun", "Alamat"], ["=A1", "dua ribu", "x"]]
    assert sheet["A2"].data_type == "s"  # no formula
    assert sheet["B2"].fill.start_color.rgb == "FFFFC7CE"
    assert sheet["B2"].comment.text == "harus berupa tahun"
    assert sheet["C2"].fill.start_color.rgb == "FFFFEB9C"
    assert sheet["A2"].comment is None


def test_an_empty_cell_can_be_marked_and_problems_of_one_cell_share_a_comment() -> None:
    marks = (CellMark("", 2, 5, "pertama"), CellMark("", 2, 5, "kedua", is_blocking=False))
    sheet = mark(CSV, *marks)["Data"]
    assert sheet["E2"].comment.text == "pertama\nkedua"
    assert sheet["E2"].fill.start_color.rgb == "FFFFC7CE"


def test_an_xlsx_workbook_keeps_its_lists_formulas_and_merged_cells() -> None:
    workbook, content = openpyxl.Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Daftar"
    sheet.append(["Nama", "OPD"])
    sheet.append(["Si Uji", "Dinas X"])
    sheet["C2"] = "=1+1"
    sheet.merge_cells("B2:B4")
    choices = DataValidation("list", formula1='"Dinas Perhubungan"')
    choices.add("B2:B9")
    sheet.add_data_validation(choices)
    workbook.save(content)
    marked = mark(content.getvalue(), CellMark("Daftar", 3, 2, "OPD"), corrected="=Baru")["Daftar"]
    assert [rule.formula1 for rule in marked.data_validations.dataValidation] == [
        '"Dinas Perhubungan"'
    ]
    assert marked["C2"].value == "=1+1"
    assert (marked["A2"].value, marked["A2"].data_type) == ("=Baru", "s")
    assert marked["B2"].comment.text == "OPD"  # the first of the merged cells


def test_names_of_sheets_become_names_that_a_workbook_may_have() -> None:
    page = b"<table><tr><td>a</td></tr></table>" * 2
    assert mark(page, CellMark("Tabel 2", 1, 1, "x")).sheetnames == ["Tabel 1", "Tabel 2"]


def test_a_problem_without_a_cell_is_in_the_first_cell_of_its_row() -> None:
    assert cell_position("F102", 102) == (102, 6)
    assert cell_position(None, 7) == (7, 1)
    assert cell_position(None, None) is None


def test_texts_are_indonesian_in_the_words_of_the_command_line() -> None:
    problem = SheetProblem(2, "Tahun", "a year, such as 2021", "'kemarin'")
    text = indonesian_problem(problem)
    assert "2021" in text
    assert "'kemarin'" in text
    assert "expected" not in text
    assert indonesian_file_problem(FileInvalid(FileProblemCode.EMPTY)) == (
        "seharusnya berisi tabel, yang ada berkas kosong"
    )
