"""The template workbook: drop-downs in Indonesian, an example, a guide and a hidden sheet."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook, load_workbook

from engine.spreadsheet.export_sheet import EXPORT_HEADERS
from hub.template import TEMPLATE_VERSION, TemplateLists, write_general_template, write_template

LISTS = TemplateLists(
    region_name="Kabupaten Contoh",
    opds=["Dinas Kesehatan", "Dinas Perhubungan"],
    functions=["Kepegawaian", "Keuangan daerah"],
    common_applications=["SRIKANDI"],
)


def read_template(lists: TemplateLists) -> Workbook:
    return load_workbook(BytesIO(write_template(lists)))


def lists_by_header(workbook: Workbook) -> dict[str, str]:
    """Return the source of each column's drop-down in the sheet to fill."""
    sheet = workbook["Aplikasi"]
    sources = {}
    for validation in sheet.data_validations.dataValidation:
        if validation.type == "list":
            column = str(validation.sqref).split(":")[0].rstrip("0123456789")
            sources[str(sheet[f"{column}1"].value)] = str(validation.formula1)
    return sources


def test_the_drop_downs_offer_what_the_import_understands() -> None:
    assert lists_by_header(read_template(LISTS)) == {
        "OPD": "Daftar!$A$2:$A$3",
        "Fungsi katalog": "Daftar!$B$2:$B$3",
        "Aplikasi umum": "Daftar!$C$2:$C$2",
        "Status": '"Aktif,Tidak aktif,Direncanakan,Tidak diketahui"',
        "Layanan publik": '"Ya,Tidak"',
        "Dikonsultasikan": '"Ya,Tidak"',
        "Platform": '"Web,Android,iOS,Desktop"',
    }


def test_the_names_are_in_a_hidden_sheet() -> None:
    workbook = read_template(LISTS)
    assert [(sheet.title, sheet.sheet_state) for sheet in workbook.worksheets] == [
        ("Aplikasi", "visible"),
        ("Petunjuk", "visible"),
        ("Daftar", "hidden"),
    ]
    assert list(workbook["Daftar"].values) == [
        ("OPD", "Fungsi katalog", "Aplikasi umum"),
        ("Dinas Kesehatan", "Kepegawaian", "SRIKANDI"),
        ("Dinas Perhubungan", "Keuangan daerah", None),
    ]
    assert workbook.custom_doc_props["SimpulTemplateVersion"].value == TEMPLATE_VERSION


def test_the_sheet_has_the_headers_of_an_export_and_one_marked_example() -> None:
    sheet = read_template(LISTS)["Aplikasi"]
    rows = list(sheet.values)
    assert rows[0] == tuple(EXPORT_HEADERS.values())
    assert [str(row[2])[:7] for row in rows[1:]] == ["CONTOH:"]
    assert all(cell.comment is not None for cell in sheet[1])


def test_the_error_boxes_speak_indonesian() -> None:
    sheet = read_template(LISTS)["Aplikasi"]
    validations = sheet.data_validations.dataValidation
    assert {validation.errorTitle for validation in validations} == {
        "Pilihan tidak ada",
        "Isian tidak sesuai",
    }
    assert all("kosongkan selnya" in validation.error for validation in validations)


def test_a_region_without_opds_has_no_list_of_them_and_the_guide_says_so() -> None:
    workbook = read_template(TemplateLists("Kota Baru", [], [], []))
    assert "OPD" not in lists_by_header(workbook)
    guide = [str(cell.value) for cell in workbook["Petunjuk"]["A"]]
    assert guide[0] == "Cara mengisi daftar aplikasi Kota Baru"
    assert guide[4].startswith("4. Daerah ini belum mempunyai OPD yang tercatat")


def test_a_template_for_no_region_offers_the_functions() -> None:
    workbook = load_workbook(BytesIO(write_general_template()))
    assert "OPD" not in lists_by_header(workbook)
    assert "Kepegawaian" in [cell.value for cell in workbook["Daftar"]["B"]]
