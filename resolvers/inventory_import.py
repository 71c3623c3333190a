"""Imports the inventory of a region without a node from a spreadsheet, as ordinary log entries.

A preview returns what an import would do with each row, and writes nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from engine.matching.opd_names import ids_by_name, name_key, nearest_opd
from engine.model import OWN_ACTOR_PREFIX, Application, EventKind, Opd, Provenance, Role, Viewer
from engine.spreadsheet.import_sheet import ApplicationSheet, InventoryRow
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, quote_cell
from resolvers.application import append_application
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from resolvers.problems import InvalidInput
from resolvers.region_change import new_id
from storage import application as stored
from storage import opd as stored_opd

# The columns of a sheet whose names differ from those of the input.
_COLUMNS = {"functionText": "function"}
IMPORT_VIEWER = Viewer(f"{OWN_ACTOR_PREFIX}import", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The numbers of the rows, by what the import did with them."""

    registered: tuple[int, ...]
    already_recorded: tuple[int, ...]  # the OPD has an application of that name, in use or retired
    duplicate_rows: tuple[int, ...]  # a row above has the same name and OPD


class _TrialRollback(Exception):
    """Raised to roll a preview back."""

    def __init__(self, imported: ImportResult) -> None:
        super().__init__()
        self.imported = imported


async def preview_inventory_import(
    instance: Instance, region: str, sheet: ApplicationSheet
) -> ImportResult:
    """Return what `import_inventory` would do with the rows of a sheet, and write nothing.

    Raises:
        SheetInvalid: a row has another region, an unknown OPD or a value that is not allowed.
        NotFound: there is no such region.
        OwnedElsewhere: another instance owns the region.
    """
    try:
        await _import_rows(instance, region, sheet, "", trial=True)
    except _TrialRollback as trial:
        return trial.imported
    raise AssertionError("a preview must end with _TrialRollback")


async def import_inventory(
    instance: Instance, region: str, sheet: ApplicationSheet, source: str
) -> ImportResult:
    """Register the applications of a sheet that are not in the inventory: all of them, or none.

    Args:
        source: what the sheet is, as the provenance of the imported applications.

    Raises:
        SheetInvalid, NotFound, OwnedElsewhere: as for `preview_inventory_import`.
    """
    return await _import_rows(instance, region, sheet, source, trial=False)


async def _import_rows(
    instance: Instance, region: str, sheet: ApplicationSheet, source: str, *, trial: bool
) -> ImportResult:
    context = Context(instance, IMPORT_VIEWER, OperationBudget(bounded=False))
    problems: list[SheetProblem] = []
    registered_rows: list[int] = []
    existing_rows: list[int] = []
    repeated_rows: list[int] = []
    async with context.write_region(region) as transaction:
        opds = await stored_opd.list_opds_by_region(transaction.session, region)
        opd_ids = ids_by_name(opds)
        existing_names = await stored.list_application_names(transaction.session, region)
        imported_names: set[tuple[str | None, str]] = set()
        problems += _find_unknown_opds(region, sheet, opds)
        for row in sheet.rows:
            if row.region not in ("", region):
                column = sheet.header_of("region")
                problems.append(
                    SheetProblem(
                        row.row,
                        column,
                        "the region {region}",
                        quote_cell(row.region),
                        values={"region": region},
                    )
                )
                continue
            if row.opd and name_key(row.opd) not in opd_ids:
                continue
            opd = opd_ids.get(name_key(row.opd))
            name = (opd, row.name.casefold())
            if name in existing_names or name in imported_names:
                (existing_rows if name in existing_names else repeated_rows).append(row.row)
                continue
            application = _to_application(row, region, opd, source)
            try:
                await append_application(
                    context, transaction, application, EventKind.APPLICATION_REGISTERED
                )
                registered_rows.append(row.row)
                imported_names.add(name)
            except InvalidInput as invalid:
                column = sheet.header_of(_COLUMNS.get(invalid.field, invalid.field))
                problems.append(
                    SheetProblem(
                        row.row,
                        column,
                        "{expected}",
                        invalid.received,
                        values={"expected": invalid.expected},
                    )
                )
        if problems:
            raise SheetInvalid(*problems)
        imported = ImportResult(tuple(registered_rows), tuple(existing_rows), tuple(repeated_rows))
        if trial:
            raise _TrialRollback(imported)
    return imported


def _to_application(row: InventoryRow, region: str, opd: str | None, source: str) -> Application:
    return Application(
        id=new_id(region, "application"),
        region=region,
        opd=opd,
        name=row.name,
        status=row.status,
        version=1,
        provenance=Provenance(source, confirmed=False),
        function=row.function,
        url=row.url,
        platform=row.platform,
        year=row.year,
    )


def _find_unknown_opds(
    region: str, sheet: ApplicationSheet, opds: Sequence[Opd]
) -> list[SheetProblem]:
    """Return a problem per unknown OPD, with the nearest name and the command to record it."""
    opd_ids = ids_by_name(opds)
    rows_by_key: dict[str, list[int]] = {}
    printed_names: dict[str, str] = {}
    for row in sheet.rows:
        if row.opd and name_key(row.opd) not in opd_ids:
            rows_by_key.setdefault(name_key(row.opd), []).append(row.row)
            printed_names.setdefault(name_key(row.opd), row.opd)
    problems = []
    for key, row_numbers in rows_by_key.items():
        nearest = nearest_opd(key, opds)
        command = shlex.join(["simpul", "opd", "add", printed_names[key], "--region", region])
        problems.append(
            SheetProblem(
                row_numbers[0],
                sheet.header_of("opd"),
                "an OPD of region {region}, by name or acronym",
                "{name}" if len(row_numbers) == 1 else "{name} in {count} rows",
                "to record a new OPD, run: {command}"
                if nearest is None
                else "if {nearest!r} is meant, correct the sheet; to record a new OPD, run: {command}",
                values={
                    "region": region,
                    "nearest": None if nearest is None else nearest.name,
                    "command": command,
                },
                found_values={"name": quote_cell(printed_names[key]), "count": len(row_numbers)},
            )
        )
    return problems
