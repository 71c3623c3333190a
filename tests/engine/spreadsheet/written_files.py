"""Writes the bytes of workbooks by hand, for contents that no spreadsheet library writes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def write_package(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP package with these parts, the first of them uncompressed."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for index, (name, content) in enumerate(parts.items()):
            archive.writestr(name, content, compress_type=None if index else 0)
    return packed.getvalue()


def write_xlsx(sheet: str, strings: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """Return an .xlsx workbook whose only sheet, "Data", has this XML inside its root."""
    override = '<Override PartName="/xl/{0}.xml" ContentType="application/vnd.openxmlformats-{1}"/>'
    document = "officedocument.spreadsheetml.{}+xml"
    types = "".join(
        override.format(name, document.format(kind))
        for name, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    relations = "".join(
        f'<Relationship Id="{id}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for id, kind, target in (
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "sharedStrings", "sharedStrings.xml"),
        )
    )
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{sheet}</worksheet>'
        ),
    }
    return write_package(parts | (more or {}))


def write_ods(tables: str, styles: str = "") -> bytes:
    """Return an .ods workbook with these tables."""
    namespaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
        )
    )
    calc = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
    return write_package(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": (
                f'<office:document-content {namespaces} xmlns:calcext="{calc}" '
                'xmlns:xlink="http://www.w3.org/1999/xlink">'
                f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
                f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
                "</office:document-content>"
            ),
        }
    )


def write_xls(cells: Iterable[tuple[int, int, float]], more: bytes = b"") -> bytes:
    """Return an .xls workbook whose only sheet, "Data", has these numbers by row and column.

    Rows and columns count from 0. `more` holds further records of the sheet.
    """
    begin = _record(0x0809, pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    codepage, end = _record(0x0042, pack("<H", 1200)), _record(0x000A, b"")
    name = b"Data"
    offset = len(begin) + len(codepage) + 4 + 8 + len(name) + len(end)
    bound = _record(0x0085, pack("<IBBBB", offset, 0, 0, len(name), 0) + name)
    sheet = _record(0x0809, pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    numbers = b"".join(
        _record(0x0203, pack("<HHHd", row, column, 0, value)) for row, column, value in cells
    )
    return write_compound_file(
        "Workbook", begin + codepage + bound + end + sheet + numbers + more + end
    )


def write_compound_file(name: str, stream: bytes) -> bytes:
    """Return an OLE compound file with one stream of at least 4,096 bytes."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    tables = -(-(count + 2) // 127)
    chains = [_TABLE] * tables + [_END]
    first = len(chains)
    chains += [*range(first + 1, first + count), _END]
    chains += [_FREE] * (tables * 128 - len(chains))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += pack("<IIIIIIIII", tables, tables, 0, 4096, _END, 0, _END, 0, 0)
    header += b"".join(pack("<I", i if i < tables else _FREE) for i in range(1, 109))
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, first, len(stream))
    directory = entries.ljust(_SECTOR, b"\0")
    return header + b"".join(pack("<I", number) for number in chains) + directory + stream


def with_false_size(package: bytes, name: str, size: int) -> bytes:
    """Return a package whose list states another unpacked size of a part."""
    entry = package.rindex(name.encode()) - 46
    assert package[entry : entry + 4] == b"PK\x01\x02"
    with ZipFile(BytesIO(package)) as archive:
        beginning = zlib.crc32(archive.read(name)[:size])
    stated = package[: entry + 16] + pack("<I", beginning) + package[entry + 20 : entry + 24]
    return stated + pack("<I", size) + package[entry + 28 :]


def _record(kind: int, content: bytes) -> bytes:
    return pack("<HH", kind, len(content)) + content


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    tree = pack("<BIII", 1, _FREE, _FREE, child) + bytes(16 + 4 + 16)
    return (
        encoded.ljust(64, b"\0") + pack("<HB", len(encoded), kind) + tree + pack("<IQ", start, size)
    )
