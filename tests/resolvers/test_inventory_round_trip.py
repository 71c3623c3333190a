"""An exported inventory is imported again without loss, and with exactly the cells that changed."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import pytest
from openpyxl import load_workbook

from engine.log.inventory_import import InventoryImport
from engine.model import ApplicationStatus, Capability, Role, Viewer
from engine.spreadsheet.export_sheet import EXPORT_HEADERS
from engine.spreadsheet.import_edits import ImportEdits
from hub.instance import open_instance
from hub.inventory_export import ExportFormat, write_export
from hub.settings import Settings
from hub.workbook_reader import read_workbook
from resolvers import inventory_import
from resolvers.application import RegisterApplication, register_application
from resolvers.context import Context, Instance
from resolvers.function_correction import CorrectFunction, correct_function
from resolvers.import_plan import ImportPlan, RowOutcome
from resolvers.inventory_export import load_region_export
from storage.region import list_region_codes

REGION = "32.11"
ADMIN = Viewer("ani", Role.ADMIN)
COLUMN = {field: number for number, field in enumerate(EXPORT_HEADERS, start=1)}
NO_EDITS = ImportEdits()


async def export(instance: Instance, region: str, form: ExportFormat) -> bytes:
    return write_export(await load_region_export(Context(instance, ADMIN), region), form)


async def plan(instance: Instance, region: str, content: bytes) -> ImportPlan:
    context = Context(instance, ADMIN)
    workbook = read_workbook(content)
    rows = await inventory_import.read_rows(context, region, workbook, NO_EDITS)
    return await inventory_import.preview_import(context, region, rows, NO_EDITS, "daftar.xlsx")


async def write(instance: Instance, region: str, content: bytes) -> InventoryImport:
    context = Context(instance, ADMIN)
    workbook = read_workbook(content)
    rows = await inventory_import.read_rows(context, region, workbook, NO_EDITS)
    request = inventory_import.ImportInventory(region, "daftar.xlsx")
    return await inventory_import.import_inventory(context, request, rows, NO_EDITS)


async def register_full_applications(instance: Instance) -> list[str]:
    ids = []
    for number in range(8):
        request = RegisterApplication(
            region=REGION,
            opd=f"{REGION}:opd-dishub",
            name=f"=Si Uji {number}",
            status=ApplicationStatus.PLANNED,
            function="- mengatur, mencatat;\ndan menghitung",
            url=f"https://uji{number}.sumedang.test/?a=1",
            platform="Web",
            year=2020 + number % 3,
            common_application="spse" if number == 0 else None,
            capabilities=(Capability.INTERACTION, Capability.TRANSACTION),
            consulted=True,
            users=0,
            fit=3,
            yearly_cost=2**53 - 1,
            migration_cost=5,
            added_cost=0,
            developer="PT Uji, Bandung",
            hosting="Pusat data",
            database="MySQL",
            legal_basis="Perbup 1/2020; Perbup 2/2021",
            public_service=False,
        )
        ids.append((await register_application(Context(instance, ADMIN), request, None)).id)
    correction = CorrectFunction(ids[0], "finance")
    await correct_function(Context(instance, ADMIN), correction, None)
    return ids


@pytest.mark.parametrize("form", [ExportFormat.XLSX, ExportFormat.CSV])
async def test_an_export_that_is_not_changed_leaves_every_row(
    filled_sqlite_url: str, form: ExportFormat
) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        await register_full_applications(instance)
        async with instance.database.read() as session:
            regions = sorted(await list_region_codes(session))
        for region in regions:
            unchanged = await plan(instance, region, await export(instance, region, form))
            outcomes = Counter(row.outcome for row in unchanged.rows)
            exported = await load_region_export(Context(instance, ADMIN), region)
            assert outcomes == Counter({RowOutcome.LEAVE: len(exported.applications)}), region
            assert unchanged.problems == ()
            assert unchanged.integrations == ()


async def test_ten_changed_cells_are_ten_changes(filled_sqlite_url: str) -> None:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)) as instance:
        ids = await register_full_applications(instance)
        workbook = load_workbook(BytesIO(await export(instance, REGION, ExportFormat.XLSX)))
        sheet = workbook["Aplikasi"]
        row_by_id = {str(row[0].value): row[0].row for row in sheet.iter_rows(min_row=2)}
        edits = [
            (ids[0], "name", "Si Uji Baru"),
            (ids[0], "year", 2024),
            (ids[1], "status", "Aktif"),
            (ids[1], "yearly_cost", 0),
            (ids[2], "url", None),
            (ids[2], "public_service", "Ya"),
            (ids[3], "use", "Mengatur lalu lintas"),
            (ids[4], "capabilities", "Informasi"),
            (ids[5], "fit", None),
            (ids[6], "developer", "Tim TIK"),
        ]
        for id, field, value in edits:
            sheet.cell(row_by_id[id], COLUMN[field]).value = value
        content = BytesIO()
        workbook.save(content)

        planned = await plan(instance, REGION, content.getvalue())
        changed = [row for row in planned.rows if row.outcome is not RowOutcome.LEAVE]
        assert {row.outcome for row in changed} == {RowOutcome.CHANGE}
        assert sorted(
            (row.application.id, field)
            for row in changed
            for field in row.changes
            if row.application is not None
        ) == sorted((id, field) for id, field, _ in edits)
        assert planned.problems == ()

        result = await write(instance, REGION, content.getvalue())
        assert [application.before for application in result.applications] == [1] * 7
        again = await plan(instance, REGION, content.getvalue())
        assert {row.outcome for row in again.rows} == {RowOutcome.LEAVE}
        rows = load_workbook(BytesIO(await export(instance, REGION, ExportFormat.XLSX)))["Aplikasi"]
        values = {str(row[0].value): [cell.value for cell in row] for row in rows.iter_rows()}
        assert [values[id][COLUMN[field] - 1] for id, field, _ in edits] == [
            value for _, _, value in edits
        ]
