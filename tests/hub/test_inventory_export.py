"""An exported file has the cells that were written, whichever format a person opens."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from engine.model import Application, ApplicationStatus, Opd, Provenance, Region, RegionKind
from engine.spreadsheet.export_sheet import EXPORT_HEADERS, SheetNames
from hub.inventory_export import CELL_CHARACTERS_MOST, ExportFormat, write_export
from hub.workbook_reader import read_workbook
from resolvers.inventory_export import RegionExport

PROVENANCE = Provenance("uji")
REGION = Region("32.05", "Kabupaten Garut", RegionKind.REGENCY, "32", PROVENANCE)
OPD = Opd("o1", "32.05", "Dinas Kesehatan; Bidang “P2P”", "Dinkes", PROVENANCE)


def export_of(
    *applications: Application, integrated_with: dict[str, tuple[str, ...]]
) -> RegionExport:
    names = SheetNames({OPD.id: OPD.name}, {}, {}, integrated_with)
    return RegionExport(REGION, applications, (OPD,), names, "digest")


def application(id: str, name: str, **values: object) -> Application:
    defaults: dict[str, object] = {"opd": OPD.id, "status": ApplicationStatus.ACTIVE, "version": 1}
    fields = {**defaults, **values}
    return Application(id=id, region="32.05", name=name, provenance=PROVENANCE, **fields)  # type: ignore[arg-type]


NAMES = (
    "=1+1",
    '=HYPERLINK("http://jahat.test";"klik")',
    "+62 Lapor",
    "-Si Minus-",
    "@Garut",
    "'=sudah diawali petik",
    "007",
    "https://garut.test",
    'Si "Kutip"; dan, koma',
    "_x0041_ bukan A",
    "Ārsip “Desa” ✓",
    "true",
)


@pytest.mark.parametrize("form", [ExportFormat.XLSX, ExportFormat.CSV])
def test_every_text_is_read_as_it_was_written(form: ExportFormat) -> None:
    export = export_of(
        *(
            application(f"a{number}", name, users=2**53 - 1, yearly_cost=15_000_000)
            for number, name in enumerate(NAMES)
        ),
        integrated_with={"a0": ("SIPD", "SIMPEG, BKN")},
    )
    workbook = read_workbook(write_export(export, form))
    [sheet] = workbook.sheets
    assert workbook.format.value == form.name
    assert sheet.rows[0] == (1, list(EXPORT_HEADERS.values()))
    cells = [dict(zip(EXPORT_HEADERS, row, strict=False)) for _, row in sheet.rows[1:]]
    assert [row["name"] for row in cells] == list(NAMES)
    assert {row["opd"] for row in cells} == {OPD.name}
    assert {(row["users"], row["yearly_cost"]) for row in cells} == {
        ("9007199254740991", "15000000")
    }
    assert cells[0]["integrated_with"] == "SIPD; SIMPEG, BKN"


def test_names_that_do_not_fit_a_cell_are_counted_in_a_comment() -> None:
    targets = tuple(f"Aplikasi {number:03} {'x' * 100}" for number in range(400))
    export = export_of(application("a", "Si Bus"), integrated_with={"a": targets})
    sheet = load_workbook(BytesIO(write_export(export, ExportFormat.XLSX)))["Aplikasi"]
    cell = sheet.cell(2, len(EXPORT_HEADERS))
    written = str(cell.value).split("; ")
    assert written == list(targets[:284])
    assert len("; ".join(targets[:285])) > CELL_CHARACTERS_MOST
    assert cell.comment is not None
    assert cell.comment.text == "116 nama lain tidak muat; berkas CSV memuatnya."
    text = write_export(export, ExportFormat.CSV).decode("utf-8-sig")
    assert "; ".join(targets) in text
