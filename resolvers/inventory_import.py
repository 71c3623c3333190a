"""Imports the inventory of a region without a node from a spreadsheet, as ordinary log entries.

A preview returns what an import would do with each row, and writes nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from engine.matching.opd_names import ids_by_name, name_key, nearest_opd
from engine.model import OWN_ACTORS, Application, EventKind, Opd, Provenance, Role, Viewer
from engine.spreadsheet.application_sheet import ApplicationSheet, InventoryRow
from engine.spreadsheet.sheet import SheetInvalid, SheetProblem, quote_cell
from resolvers.application import append_application
from resolvers.change import new_id
from resolvers.context import Context, Instance
from resolvers.operation_budget import OperationBudget
from resolvers.problems import InvalidInput
from storage import application as stored
from storage import opd as stored_opd

ITSELF = Viewer(f"{OWN_ACTORS}import", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The numbers of the rows, by what the import did with them."""

    registered: tuple[int, ...]
    known: tuple[int, ...]  # the OPD has an application of that name, in use or retired
    repeated: tuple[int, ...]  # a row above has the same name and OPD


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
        await _carried_out(instance, region, sheet, "", trial=True)
    except _TrialRollback as trial:
        return trial.imported
    raise AssertionError("a trial ends by an exception")


async def import_inventory(
    instance: Instance, region: str, sheet: ApplicationSheet, source: str
) -> ImportResult:
    """Register the applications of a sheet that are not in the inventory: all of them, or none.

    Args:
        source: what the sheet is, as the provenance of the imported applications.

    Raises:
        SheetInvalid, NotFound, OwnedElsewhere: as for `preview_inventory_import`.
    """
    return await _carried_out(instance, region, sheet, source, trial=False)


async def _carried_out(
    instance: Instance, region: str, sheet: ApplicationSheet, source: str, *, trial: bool
) -> ImportResult:
    context = Context(instance, ITSELF, OperationBudget(bounded=False))
    problems: list[SheetProblem] = []
    registered: list[int] = []
    known: list[int] = []
    repeated: list[int] = []
    async with context.writing(region) as transaction:
        opds = await stored_opd.list_opds_by_region(transaction.session, region)
        ids = ids_by_name(opds)
        before = await stored.list_application_names(transaction.session, region)
        fresh: set[tuple[str | None, str]] = set()
        problems += _unknown_opds(region, sheet, opds)
        for each in sheet.rows:
            if each.region not in ("", region):
                column = sheet.header_of("region")
                problems.append(SheetProblem(each.row, column, region, quote_cell(each.region)))
                continue
            if each.opd and name_key(each.opd) not in ids:
                continue
            opd = ids.get(name_key(each.opd))
            name = (opd, each.name.casefold())
            if name in before or name in fresh:
                (known if name in before else repeated).append(each.row)
                continue
            application = _application(each, region, opd, source)
            try:
                await append_application(
                    context, transaction, application, EventKind.APPLICATION_REGISTERED
                )
                registered.append(each.row)
                fresh.add(name)
            except InvalidInput as invalid:
                column = sheet.header_of(invalid.field)
                problems.append(SheetProblem(each.row, column, invalid.expected, invalid.got))
        if problems:
            raise SheetInvalid(*problems)
        imported = ImportResult(tuple(registered), tuple(known), tuple(repeated))
        if trial:
            raise _TrialRollback(imported)
    return imported


def _application(row: InventoryRow, region: str, opd: str | None, source: str) -> Application:
    return Application(
        id=new_id("application"),
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


def _unknown_opds(region: str, sheet: ApplicationSheet, opds: Sequence[Opd]) -> list[SheetProblem]:
    """Return a problem per unknown OPD, with the nearest name and the command to record it."""
    known, rows, printed = ids_by_name(opds), dict[str, list[int]](), dict[str, str]()
    for each in sheet.rows:
        if each.opd and name_key(each.opd) not in known:
            rows.setdefault(name_key(each.opd), []).append(each.row)
            printed.setdefault(name_key(each.opd), each.opd)
    problems = []
    for name, at in rows.items():
        near = nearest_opd(name, opds)
        said = "" if near is None else f"if {near.name!r} is meant, correct the sheet; "
        command = shlex.join(["simpul", "opd", "add", printed[name], "--region", region])
        count = "" if len(at) == 1 else f" in {len(at)} rows"
        problems.append(
            SheetProblem(
                at[0],
                sheet.header_of("opd"),
                f"an OPD of region {region}, by name or acronym",
                f"{quote_cell(printed[name])}{count}",
                f"{said}to record a new OPD, run: {command}",
            )
        )
    return problems
