"""Writes the template workbook in which people list applications for an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from engine.bounds import FIT_MOST, IMPORTED_ROWS_MOST
from engine.log.body_bounds import EARLIEST_YEAR
from engine.model import ApplicationStatus
from engine.spreadsheet.export_sheet import EXPORT_HEADERS, NO, STATUS_WORDS, YES
from engine.spreadsheet.workbook import column_letters
from hub.inventory_export import SHEET_NAME, write_header
from hub.template_texts import EXAMPLE_ROW, FIELD_HINTS, guide_lines
from hub.xlsx import WORKBOOK_OPTIONS
from resolvers.application import list_common_applications
from resolvers.inventory_export import RegionExport, list_function_names

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

TEMPLATE_VERSION = 1  # increases with each change that a person who fills it notices
GUIDE_SHEET = "Petunjuk"
LIST_SHEET = "Daftar"
LATEST_YEAR = 2100  # the import has the exact limit
PLATFORMS = ("Web", "Android", "iOS", "Desktop")  # suggestions; others are allowed
COUNT_FIELDS = ("users", "yearly_cost", "migration_cost", "added_cost")
STATUSES_OFFERED = tuple(
    word for status, word in STATUS_WORDS.items() if status is not ApplicationStatus.RETIRED
)


@dataclass(frozen=True, slots=True)
class TemplateLists:
    """The names that the template offers for one region, or for no particular one."""

    region_name: str | None
    opds: Sequence[str]
    functions: Sequence[str]
    common_applications: Sequence[str]


def write_region_template(export: RegionExport) -> bytes:
    """Return the template workbook for a region, which offers its OPDs."""
    opds = [opd.name for opd in export.opds]
    return write_template(_template_lists(export.region.name, opds))


def write_general_template() -> bytes:
    """Return the template workbook without a list of OPDs."""
    return write_template(_template_lists(None, []))


def write_template(lists: TemplateLists) -> bytes:
    """Return the template as an XLSX workbook: the sheet to fill, a guide and a hidden sheet."""
    import xlsxwriter

    content = BytesIO()
    with xlsxwriter.Workbook(content, WORKBOOK_OPTIONS) as workbook:
        workbook.set_custom_property("SimpulTemplateVersion", TEMPLATE_VERSION, "number")
        bold = workbook.add_format({"bold": True, "text_wrap": True})
        example = workbook.add_format({"italic": True, "font_color": "#666666"})
        sheet = workbook.add_worksheet(SHEET_NAME)
        guide = workbook.add_worksheet(GUIDE_SHEET)
        list_sheet = workbook.add_worksheet(LIST_SHEET)
        write_header(sheet, bold)
        for column, field in enumerate(EXPORT_HEADERS):
            sheet.write_comment(0, column, FIELD_HINTS[field], {"x_scale": 2})
            sheet.write(1, column, EXAMPLE_ROW.get(field, ""), example)
        guide.set_column(0, 0, 110, workbook.add_format({"text_wrap": True, "valign": "top"}))
        for row, line in enumerate(guide_lines(lists.region_name, has_opds=bool(lists.opds))):
            guide.write_string(row, 0, line, bold if row == 0 else None)
        ranges = _write_lists(
            list_sheet,
            {
                "opd": lists.opds,
                "function": lists.functions,
                "common_application": lists.common_applications,
            },
        )
        list_sheet.hide()
        for column, rule in _validation_rules(ranges).items():
            sheet.data_validation(1, column, IMPORTED_ROWS_MOST, column, rule)
    return content.getvalue()


def _template_lists(region_name: str | None, opds: list[str]) -> TemplateLists:
    return TemplateLists(
        region_name=region_name,
        opds=opds,
        functions=list_function_names(),
        common_applications=[application.name for application in list_common_applications()],
    )


def _write_lists(sheet: Worksheet, names_by_field: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Write each list into a column of the sheet, and return the ranges of those with a name."""
    ranges = {}
    for column, (field, names) in enumerate(names_by_field.items()):
        sheet.write_string(0, column, EXPORT_HEADERS[field])
        for row, name in enumerate(names, start=1):
            sheet.write_string(row, column, name)
        if names:
            letter = column_letters(column + 1)
            ranges[field] = f"={LIST_SHEET}!${letter}$2:${letter}${len(names) + 1}"
    return ranges


def _validation_rules(ranges: Mapping[str, str]) -> dict[int, dict[str, Any]]:
    """Return the rule of each column that has one, by the index of the column."""
    rules: dict[str, dict[str, Any]] = {
        **{field: _choice(source) for field, source in ranges.items()},
        "status": _choice(list(STATUSES_OFFERED)),
        "public_service": _choice([YES, NO]),
        "consulted": _choice([YES, NO]),
        "platform": {**_choice(list(PLATFORMS)), "show_error": False},
        "year": _whole_number(
            EARLIEST_YEAR, LATEST_YEAR, "tahun dengan empat angka, misalnya 2021"
        ),
        "fit": _whole_number(1, FIT_MOST, "angka 1 sampai 5"),
        **dict.fromkeys(COUNT_FIELDS, _COUNT),
    }
    columns = list(EXPORT_HEADERS)
    return {columns.index(field): rule for field, rule in rules.items()}


def _choice(source: str | list[str]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Pilihan tidak ada",
        "error_message": "Pilih salah satu dari daftar, atau kosongkan selnya.",
    }


def _whole_number(least: int, most: int, expected: str) -> dict[str, Any]:
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": least,
        "maximum": most,
        "error_title": "Isian tidak sesuai",
        "error_message": f"Isi dengan {expected}, atau kosongkan selnya.",
    }


_COUNT = {
    "validate": "integer",
    "criteria": ">=",
    "value": 0,
    "error_title": "Isian tidak sesuai",
    "error_message": "Isi dengan angka bulat tanpa titik dan tanpa Rp, misalnya 15000000, "
    "atau kosongkan selnya.",
}
