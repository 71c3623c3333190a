"""GraphQL types of the sheets and columns of an uploaded file."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.spreadsheet.application_values import ColumnUse, SheetReading
from schema.connection import checked_page_size
from schema.import_enums import ImportField, NoTableReason, OpdOrigin, SetApartReason

SHEET_NAME = "The name of the sheet; empty for a CSV file."


@strawberry.type(description="A column of a sheet, and the field that it is read as.")
class ImportColumn:
    column: int = strawberry.field(description="The number of the column, from 1.")
    letter: str = strawberry.field(description="The letters of the column, such as AB.")
    header: str = strawberry.field(description="The header; empty if the column has none.")
    field: ImportField | None = strawberry.field(
        description="The field that the column is read as; null if it is not read."
    )
    example: str | None = strawberry.field(
        description="The first text below the header; null if there is none."
    )
    is_chosen: bool = strawberry.field(
        description="Whether a person chose the field, for this file or for an earlier one with "
        "this header."
    )
    repeated_field: ImportField | None = strawberry.field(
        description="The field of an earlier column, for which this one is not read; null if there "
        "is none."
    )

    @classmethod
    def from_engine(cls, use: ColumnUse) -> ImportColumn:
        return cls(
            column=use.column,
            letter=use.letter,
            header=use.header,
            field=None if use.field is None else ImportField(use.field),
            example=use.example or None,
            is_chosen=use.is_chosen,
            repeated_field=None if use.repeats is None else ImportField(use.repeats),
        )


@strawberry.type(description="A row of a sheet that lists no application.")
class ImportSetApartRow:
    row: int = strawberry.field(description="The number of the row, from 1.")
    reason: SetApartReason = strawberry.field(description="Why it lists no application.")
    text: str = strawberry.field(description="The texts of its cells.")


@strawberry.type(description="A sheet of an uploaded file, and how it is read.")
class ImportSheet:
    name: str = strawberry.field(description=SHEET_NAME)
    is_read: bool = strawberry.field(description="Whether its rows are read.")
    reason: NoTableReason | None = strawberry.field(
        description="Why it is not read; null if it is read."
    )
    header_rows: list[int] = strawberry.field(
        description="The numbers of the rows of the header, at most 3; empty if there is none."
    )
    columns: list[ImportColumn] = strawberry.field(
        description="The columns of the sheet, at most 256."
    )
    opd_name: str | None = strawberry.field(
        description="The name of the OPD of the rows that name none; null if the sheet names none."
    )
    opd_origin: OpdOrigin | None = strawberry.field(
        description="Where `opdName` comes from; null if `opdName` is null."
    )
    row_count: int = strawberry.field(description="The number of rows that list applications.")
    set_apart_count: int = strawberry.field(
        description="The number of rows that list no application."
    )
    _value: strawberry.Private[SheetReading]

    @strawberry.field(description="The rows that list no application, in their order.")
    def set_apart(
        self,
        first: Annotated[
            int, strawberry.argument(description="The number of rows, from 1 to 200.")
        ] = 50,
    ) -> list[ImportSetApartRow]:
        return [
            ImportSetApartRow(row=row.row, reason=row.reason, text=row.text)
            for row in self._value.set_apart[: checked_page_size(first)]
        ]

    @classmethod
    def from_engine(cls, sheet: SheetReading) -> ImportSheet:
        return cls(
            name=sheet.name,
            is_read=sheet.is_read,
            reason=sheet.reason,
            header_rows=list(sheet.header_rows),
            columns=list(map(ImportColumn.from_engine, sheet.columns)),
            opd_name=sheet.opd or None,
            opd_origin=sheet.opd_origin,
            row_count=sheet.row_count,
            set_apart_count=len(sheet.set_apart),
            _value=sheet,
        )
