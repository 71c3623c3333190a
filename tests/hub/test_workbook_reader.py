"""Files are read at once, or in a process of their own that may end without harm."""

from __future__ import annotations

import asyncio
from io import BytesIO
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import openpyxl
import pytest

from engine.spreadsheet.file_problem import FileInvalid, FileProblemCode
from engine.spreadsheet.file_reader import parse_workbook
from engine.spreadsheet.read_limits import COMMAND_LIMITS, UPLOAD_LIMITS
from hub.marked_workbook import CellMark
from hub.workbook_reader import WorkbookReader, read_workbook
from resolvers.cpu_meter import CpuMeter, run_metered
from tests.engine.spreadsheet.written_files import write_xls

CSV = b"Nama,Tahun,Alamat\n=A1,dua ribu,x\n"


async def test_the_server_reads_and_marks_in_a_process_of_its_own() -> None:
    reader = WorkbookReader()
    workbook = await reader.read(CSV, "daftar.csv")
    assert workbook == parse_workbook(CSV, UPLOAD_LIMITS)
    marked = await reader.mark(CSV, workbook, [CellMark("", 2, 2, "x")], {}, "daftar.csv")
    sheet: Any = openpyxl.load_workbook(BytesIO(marked))["Data"]
    assert sheet["B2"].comment.text == "x"


async def test_the_cpu_time_of_a_process_is_that_of_its_operation() -> None:
    reader = WorkbookReader()
    before = getrusage(RUSAGE_CHILDREN)
    meters = [CpuMeter("a"), CpuMeter("b")]
    reads = [run_metered(reader.read(CSV, "daftar.csv"), meter) for meter in meters]
    await asyncio.gather(*reads)
    after = getrusage(RUSAGE_CHILDREN)
    children = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    on_the_loop = sum(meter.seconds for meter in meters) - children
    assert 0 < on_the_loop < 0.1
    assert children > 0.02


async def test_the_problem_of_a_file_is_the_same_from_another_process() -> None:
    with pytest.raises(FileInvalid) as raised:
        await WorkbookReader().read(write_xls([(0, 300, 1.0), (60_000, 0, 1.0)]), "jauh.xls")
    assert raised.value.code == FileProblemCode.FAR_CELL
    assert raised.value.values["cell"] == "A60001"


def test_a_command_reads_an_xls_workbook_of_every_length() -> None:
    content = write_xls([(row, 0, float(row)) for row in range(60_001)])
    workbook = read_workbook(content)
    assert workbook == parse_workbook(content, COMMAND_LIMITS)
    assert workbook.sheets[0].rows[-1] == (60_001, ["60000"])


def test_a_command_names_a_workbook_that_is_cut_off() -> None:
    with pytest.raises(FileInvalid) as raised:
        read_workbook(write_xls([(0, 0, 1.0)])[:3000])
    assert raised.value.code == FileProblemCode.DAMAGED
