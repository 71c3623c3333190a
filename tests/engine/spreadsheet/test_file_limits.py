"""Hostile and unusual files are refused quickly, with little memory and a message that helps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.spreadsheet import written_files
from tests.engine.spreadsheet.written_files import write_ods, write_package, write_xls, write_xlsx

pytestmark = pytest.mark.integration  # each case starts a process

SECONDS_MOST = 1.0  # of processor time, so that a busy machine does not fail the test
KILOBYTES_MOST = 200_000

# The readers are imported first, so that only the memory for the file is measured.
PROGRAM = """\
import resource, sys, time
from engine.spreadsheet import html_reader, ods_reader, xls_reader, xlsx_reader
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import COMMAND_LIMITS, UPLOAD_LIMITS
content = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
try:
    parse_workbook(content, UPLOAD_LIMITS if sys.argv[2] == "upload" else COMMAND_LIMITS)
    text = "it is read"
except ValueError as error:
    text = str(error)
seconds = time.process_time() - start
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, seconds, text)
"""


def _cells(*references: str) -> str:
    rows = "".join(
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}">'
        f'<c r="{reference}"><v>1</v></c></row>'
        for reference in references
    )
    return f"<sheetData>{rows}</sheetData>"


def _ods_table(rows: str) -> bytes:
    return write_ods(f'<table:table table:name="Data">{rows}</table:table>')


def _ods_row(repeat: int, *cells: tuple[int, str]) -> str:
    texts = "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{count}">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for count, text in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeat}">{texts}</table:table-row>'


def _nameless_far_cell() -> bytes:
    cells = "<c><v>1</v></c>" * 600
    return write_xlsx(f'<sheetData><row r="1"><c r="A1"><v>1</v></c>{cells}</row></sheetData>')


def _lying_sizes() -> bytes:
    strings = "<si><t>" + "a" * 60_000_000 + "</t></si>"
    package = write_xlsx(_cells("A1"), strings)
    return written_files.with_false_size(package, "xl/sharedStrings.xml", 5000)


def _encrypted_xls() -> bytes:
    return write_xls([(0, 0, 1.0)], more=b"\x2f\x00\x06\x00\x01\x00\x01\x00\x04\x00")


FAR = "; delete the rows and columns beyond the table, or copy the table into a new workbook"
COPY = "; copy the table alone into a new workbook"
PARTS_BOMB = {f"xl/media/{number}.xml": "a" * 20_000_000 for number in range(2)}
Case = tuple[Callable[[], bytes], str]
CASES: dict[str, Case] = {
    "far cell": (
        lambda: write_xlsx(_cells("A1", "XFD1048576")),
        "expected cells up to SF50000, got the cell XFD1048576 of the sheet 'Data'" + FAR,
    ),
    "row number of many digits": (
        lambda: write_xlsx(_cells("A1", "A" + "9" * 5000)),
        "expected cells up to SF50000, got the cell A999999999 of the sheet 'Data'" + FAR,
    ),
    "far column": (
        lambda: write_xlsx(_cells("A1", "XFD20000")),
        "expected cells up to SF50000, got the cell XFD20000 of the sheet 'Data'" + FAR,
    ),
    "far corner": (
        lambda: write_xlsx(_cells("A1", "SF50000")),
        "expected at most 2000000 cells, got more at the cell SF50000 of the sheet 'Data'" + FAR,
    ),
    "cells without names": (
        _nameless_far_cell,
        "expected cells up to SF50000, got the cell SG1 of the sheet 'Data'" + FAR,
    ),
    "many shared texts": (
        lambda: write_xlsx(_cells("A1"), "<si/>" * 3_000_000),
        "expected at most 500000 different texts, got more in xl/sharedStrings.xml" + COPY,
    ),
    "bomb": (
        lambda: write_xlsx(_cells("A1"), "<si><t>" + " " * 40_000_000 + "</t></si>"),
        "expected a workbook of at most 150 times the size of its file when unpacked, "
        "got 40001744 bytes" + COPY,
    ),
    "bomb in several parts": (
        lambda: write_xlsx(_cells("A1"), more=PARTS_BOMB),
        "expected a workbook of at most 150 times the size of its file when unpacked, "
        "got 40001728 bytes" + COPY,
    ),
    "lying sizes": (
        _lying_sizes,
        (
            "expected a complete workbook, got: the part xl/sharedStrings.xml is larger than it "
            "states; open it in a spreadsheet program and save it again as .xlsx"
        ),
    ),
    "far cell in .xls": (
        lambda: write_xls([(0, 0, 1.0), (65535, 255, 1.0)]),
        "expected cells up to SF50000, got the cell IV65536 of the sheet 'Data'" + FAR,
    ),
    "far corner in .xls": (
        lambda: write_xls([(0, 0, 1.0), (40000, 255, 1.0)]),
        "expected at most 2000000 cells, got more at the cell IV40001 of the sheet 'Data'" + FAR,
    ),
    "encrypted .xls": (
        _encrypted_xls,
        (
            "expected a workbook without a password, got an encrypted one; "
            "save it again without a password"
        ),
    ),
    "encrypted .xlsx": (
        lambda: written_files.write_compound_file("EncryptedPackage", b"secret"),
        (
            "expected a workbook without a password, got an encrypted one; "
            "save it again without a password"
        ),
    ),
    "far row in .ods": (
        lambda: _ods_table(_ods_row(1_048_575) + _ods_row(1, (1, "x"))),
        "expected cells up to SF50000, got the cell A1048576 of the sheet 'Data'" + FAR,
    ),
    "repeated columns in .ods": (
        lambda: _ods_table(_ods_row(1, (16_384, "x"))),
        "expected cells up to SF50000, got the cell XFD1 of the sheet 'Data'" + FAR,
    ),
    "repeated rows in .ods": (
        lambda: _ods_table(_ods_row(1_000_000_000, (1, "x"))),
        "expected cells up to SF50000, got the cell A1000000000 of the sheet 'Data'" + FAR,
    ),
    "repeated cells in .ods": (
        lambda: _ods_table(_ods_row(40_000, (400, "x"))),
        "expected at most 2000000 cells, got more at the cell OJ40000 of the sheet 'Data'" + FAR,
    ),
    "entities in .ods": (
        lambda: write_package(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            }
        ),
        (
            "expected a complete workbook, got: content.xml has a document type; "
            "open it in a spreadsheet program and save it again as .xlsx"
        ),
    ),
    "wide HTML cell": (
        lambda: b"<table><tr><td colspan=100000000>x</td></tr></table>",
        "expected cells up to SF50000, got the cell HJUNYV1 of the sheet ''" + FAR,
    ),
    "wide and high HTML cells": (
        lambda: (
            b"<table>" + b"<tr><td rowspan=999999 colspan=500>x</td></tr>" * 100_000 + b"</table>"
        ),
        "expected cells up to SF50000, got the cell ALL2 of the sheet ''" + FAR,
    ),
    "large HTML page": (
        lambda: b"<table><tr><td>x</td></tr>" + b" " * 11_000_000,
        (
            "expected a file of at most 10000000 bytes, got one of 11000026 bytes; "
            "divide the table into several files, or remove pictures from it"
        ),
    ),
    "wide CSV line": (
        lambda: b"nama\n" + b"," * 19_000_000,
        "expected at most 500 cells, got more at the cell A2 of the sheet ''" + FAR,
    ),
    "empty file": (lambda: b" \r\n", "expected a table, got an empty file"),
    "empty workbook": (
        lambda: write_xlsx("<sheetData/>"),
        "expected a table, got an empty file",
    ),
    "PDF": (
        lambda: b"%PDF-1.7\n",
        (
            "expected a spreadsheet or CSV, got a PDF document; "
            "export the table from the program that made it, as .xlsx or CSV"
        ),
    ),
    "Word": (
        lambda: write_package({"[Content_Types].xml": "", "word/document.xml": ""}),
        (
            "expected a spreadsheet or CSV, got a text document or a presentation; "
            "copy its table into a spreadsheet and save that as .xlsx"
        ),
    ),
    "image": (
        lambda: b"\x89PNG\r\n\x1a\n",
        (
            "expected a spreadsheet or CSV, got an image; "
            "type its table into a spreadsheet and save that as .xlsx"
        ),
    ),
    "archive": (
        lambda: write_package({"data.csv": "nama"}),
        (
            "expected a spreadsheet or CSV, got an archive without a workbook; "
            "unpack it and send the workbook inside"
        ),
    ),
    "binary": (
        lambda: bytes(range(256)),
        (
            "expected .xlsx, .xls, .ods, CSV or HTML, got a file of an unknown kind; "
            "save the table as .xlsx or CSV"
        ),
    ),
    "page without a table": (
        lambda: b"<!DOCTYPE html><html><body>Masuk</body></html>",
        "expected an HTML page with a table, got none; save the table as .xlsx or CSV",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_beyond_the_limits_is_refused_within_a_second(name: str, tmp_path: Path) -> None:
    write, message = CASES[name]
    kilobytes, seconds, text = measure(tmp_path, write(), "upload")
    assert text == message
    assert seconds < SECONDS_MOST
    assert kilobytes < KILOBYTES_MOST


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("far cell", "XFD1048576"),
        ("far column", "XFD20000"),
        ("far row in .ods", "A1048576"),
        ("far cell in .xls", "IV65536"),
        ("lying sizes", "xl/sharedStrings.xml"),
        ("bomb", "150 times the size of its file"),
    ],
)
def test_commands_refuse_far_cells_and_bombs_too(name: str, found: str, tmp_path: Path) -> None:
    kilobytes, seconds, text = measure(tmp_path, CASES[name][0](), "command")
    assert found in text
    assert seconds < SECONDS_MOST
    assert kilobytes < KILOBYTES_MOST


def measure(folder: Path, content: bytes, limits: str) -> tuple[int, float, str]:
    """Return the additional kilobytes, the seconds and the message of reading a file."""
    path = folder / "file"
    path.write_bytes(content)
    output = subprocess.run(
        [sys.executable, "-c", PROGRAM, path, limits],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    ).stdout
    kilobytes, seconds, text = output.strip().split(" ", 2)
    return int(kilobytes), float(seconds), text
