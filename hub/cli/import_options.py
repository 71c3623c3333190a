"""Turns the options of `simpul import` into the edits that the import page makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from gettext import gettext as _

from engine.matching.opd_names import OpdNames
from engine.plain_text import name_key
from engine.spreadsheet.application_values import ApplicationWorkbook
from engine.spreadsheet.export_sheet import EXPORT_HEADERS
from engine.spreadsheet.import_edits import ColumnChoice, ImportEdits, OpdChoice
from engine.spreadsheet.workbook import Workbook
from facts.tables import opd_aliases
from hub.cli.console import exit_with_error
from hub.cli.import_words import FIELD_NAMES
from hub.exit_codes import ExitCode
from resolvers.context import Context
from resolvers.inventory_import import read_rows
from resolvers.problems import NotFound
from storage import column_mapping
from storage import opd as stored_opd

NO_FIELD = "-"  # as the field of a column that is not to be read


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user decides about a file: sheets, `FIELD=HEADER` and `NAME=OPD`."""

    sheets: Sequence[str] = ()
    columns: Sequence[str] = ()
    opds: Sequence[str] = ()


async def choose_edits(
    context: Context, region: str, workbook: Workbook, options: ImportOptions
) -> ImportEdits:
    """Return the edits of a file that the options mean; exit with an error if one is unknown.

    Raises:
        NotFound: there is no such region, and an option names an OPD.
    """
    edits = ImportEdits(skipped_sheets=_skipped_sheets(workbook, options.sheets))
    if options.columns:
        rows = await read_rows(context, region, workbook, edits)
        choices = [choice for text in options.columns for choice in _choose_column(rows, text)]
        edits = replace(edits, columns=tuple(choices))
    if options.opds:
        names = await _load_opd_names(context, region)
        edits = replace(edits, opds=tuple(_choose_opd(names, text) for text in options.opds))
    return edits


async def remember_columns(context: Context, region: str, rows: ApplicationWorkbook) -> None:
    """Remember the chosen columns of each header, so that the next file needs no options."""
    async with context.database.write() as session:
        for sheet in rows.sheets:
            fields = {column.column: column.field for column in sheet.columns if column.is_chosen}
            if fields and sheet.header_key:
                await column_mapping.save_column_mapping(
                    session, region, sheet.header_key, fields, context.instance.clock()
                )


def _skipped_sheets(workbook: Workbook, names: Sequence[str]) -> tuple[str, ...]:
    by_key = {name_key(sheet.name): sheet.name for sheet in workbook.sheets}
    for name in names:
        if name_key(name) not in by_key:
            exit_with_error(
                _("--sheet: expected one of {names}, got {name!r}").format(
                    names=", ".join(map(repr, by_key.values())), name=name
                ),
                ExitCode.INPUT,
            )
    kept = {by_key[name_key(name)] for name in names} or set(by_key.values())
    return tuple(sheet.name for sheet in workbook.sheets if sheet.name not in kept)


def _choose_column(rows: ApplicationWorkbook, text: str) -> Iterator[ColumnChoice]:
    word, equals, header = text.partition("=")
    fields = {
        name_key(name): field
        for field in FIELD_NAMES
        for name in (field, EXPORT_HEADERS.get(field, field))
    }
    if not equals or (word != NO_FIELD and name_key(word) not in fields):
        exit_with_error(
            _(
                "--column: expected FIELD=HEADER, where FIELD is - for none or one of {fields}, "
                "got {text!r}"
            ).format(fields=", ".join(FIELD_NAMES), text=text),
            ExitCode.INPUT,
        )
    columns = [(sheet.name, column) for sheet in rows.sheets for column in sheet.columns]
    chosen = [
        (sheet, column) for sheet, column in columns if name_key(column.header) == name_key(header)
    ]
    if not chosen:
        headers = dict.fromkeys(repr(column.header) for _, column in columns if column.header)
        exit_with_error(
            _("--column: expected one of the headers {headers}, got {header!r}").format(
                headers=", ".join(headers), header=header
            ),
            ExitCode.INPUT,
        )
    field = None if word == NO_FIELD else fields[name_key(word)]
    for sheet, column in chosen:
        yield ColumnChoice(sheet, column.column, field)


async def _load_opd_names(context: Context, code: str) -> OpdNames:
    region = await context.loaders.regions.load(code)
    if region is None:
        raise NotFound("region", code)
    async with context.read() as session:
        opds = await stored_opd.list_opds_by_region(session, code)
    return OpdNames(opds, region.name, opd_aliases())


def _choose_opd(names: OpdNames, text: str) -> OpdChoice:
    name, equals, written = text.rpartition("=")
    opd = names.match(written)
    if not equals or not name or opd is None:
        exit_with_error(
            _("--opd: expected NAME=OPD with a name or an acronym on record, got {text!r}").format(
                text=text
            )
            + describe_nearest([opd.name for opd in names.nearest(written)]),
            ExitCode.INPUT,
        )
    return OpdChoice(name, opd.id)


def describe_nearest(names: Sequence[str]) -> str:
    """Return the end of a message with the nearest names; empty if there is none."""
    return _("; near are {names}").format(names=", ".join(names)) if names else ""
