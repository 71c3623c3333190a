"""Reads .xlsx workbooks: all sheets with merged cells, hyperlinks and formula errors."""

from __future__ import annotations

import posixpath
from io import BytesIO
from xml.etree.ElementTree import Element

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from engine.spreadsheet import xlsx_scan
from engine.spreadsheet.calamine_sheet import merged_ranges, read_sheet_rows
from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.package import Package
from engine.spreadsheet.read_limits import CellBudget, ReadLimits, check_sheet_count
from engine.spreadsheet.workbook import FileFormat, Workbook, Worksheet, parse_reference
from engine.spreadsheet.xlsx_scan import SheetScan

_WORKBOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedStrings.xml"
_LINKED_CELLS_MOST = 1000  # of one hyperlink; a longer range is a slip


def read_xlsx(content: bytes, limits: ReadLimits) -> Workbook:
    """Return the sheets of a workbook. Charts and macros are left out.

    Raises:
        FileInvalid: the workbook is damaged, encrypted or beyond the limits.
    """
    package = Package(content, limits)
    parts = _sheet_parts(package)
    check_sheet_count(len(parts), limits)
    _check_strings(package, limits)
    budget = CellBudget(limits)
    scans = {name: _scan(package, name, part, budget) for name, part in parts.items()}
    small = {_WORKBOOK, "xl/styles.xml", "[Content_Types].xml"} & package.names
    package.check_parts(frozenset(small))
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            return Workbook(
                tuple(
                    _read_sheet(
                        workbook.get_sheet_by_name(metadata.name),
                        scans[metadata.name],
                        _addresses(package, parts[metadata.name]),
                        is_hidden=metadata.visible != SheetVisibleEnum.Visible,
                    )
                    for metadata in workbook.sheets_metadata
                    if metadata.name in parts
                ),
                FileFormat.XLSX,
            )
    except CalamineError as error:
        raise FileInvalid(FileProblemCode.DAMAGED, reason=str(error)) from error


def _read_sheet(
    sheet: CalamineSheet, scan: SheetScan, addresses: dict[str, str], *, is_hidden: bool
) -> Worksheet:
    links = dict(scan.formula_links)
    for reference, id in scan.hyperlinks:
        if id in addresses:
            links |= dict.fromkeys(_cells_of(reference), addresses[id])
    lines: dict[tuple[int, int], tuple[str, ...]] = {}
    return Worksheet(
        name=sheet.name,
        rows=read_sheet_rows(sheet, lines),
        lines=lines,
        merged=merged_ranges(sheet),
        links=links,
        is_hidden=is_hidden,
        error_cells=scan.error_cells,
    )


def _scan(package: Package, name: str, part: str, budget: CellBudget) -> SheetScan:
    budget.begin_sheet(name)
    scan = xlsx_scan.scan_sheet(package.chunks(part), budget)
    if scan is not None:
        return scan
    return xlsx_scan.scan_nameless_cells(package.chunks(part), budget)


def _check_strings(package: Package, limits: ReadLimits) -> None:
    if _STRINGS not in package.names:
        return
    count, end = 0, b""
    for chunk in package.chunks(_STRINGS):
        count += (end + chunk).count(b"si>") + (end + chunk).count(b"si/>")
        end = chunk[-3:]
        if count > 2 * limits.strings:  # each text has two tags
            raise FileInvalid(FileProblemCode.TOO_MANY_STRINGS, most=limits.strings, part=_STRINGS)


def _sheet_parts(package: Package) -> dict[str, str]:
    """Return the names of the parts of sheets by the sheets' names."""
    targets = _relationships(package, _WORKBOOK)
    parts: dict[str, str] = {}
    for element in package.read_xml(_WORKBOOK).iter():
        if _local_name(element) != "sheet":
            continue
        attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        kind, target = targets.get(attributes.get("id", ""), ("", ""))
        if kind == "worksheet":
            parts[attributes.get("name", "")] = target
    return parts


def _relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the target of each relationship of a part, by id."""
    folder, name = posixpath.split(part)
    relationships = f"{folder}/_rels/{name}.rels"
    if relationships not in package.names:
        return {}
    targets = {}
    for element in package.read_xml(relationships):
        target = element.get("Target", "")
        if element.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        kind = element.get("Type", "").rpartition("/")[2]
        targets[element.get("Id", "")] = (kind, target)
    return targets


def _addresses(package: Package, part: str) -> dict[str, str]:
    return {
        id: target
        for id, (kind, target) in _relationships(package, part).items()
        if kind == "hyperlink"
    }


def _cells_of(reference: str) -> list[tuple[int, int]]:
    first, _, last = reference.partition(":")
    start, end = parse_reference(first), parse_reference(last or first)
    if start is None or end is None:
        return []
    count = (end[0] - start[0] + 1) * (end[1] - start[1] + 1)
    if not 0 < count <= _LINKED_CELLS_MOST:
        return [start]
    return [
        (row, column)
        for row in range(start[0], end[0] + 1)
        for column in range(start[1], end[1] + 1)
    ]


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
