"""Registers the enums of imports as GraphQL enums."""

from __future__ import annotations

from enum import Enum

from engine.spreadsheet.set_apart import NoTableReason, OpdOrigin, SetApartReason
from engine.spreadsheet.sheet import SheetProblemCode
from engine.spreadsheet.workbook import FileFormat
from resolvers.import_plan import RowOutcome
from resolvers.import_restorer import UndoRefusalReason
from schema.enums import described_enum

__all__ = [
    "FileFormat",
    "ImportField",
    "NoTableReason",
    "OpdOrigin",
    "RowOutcome",
    "SetApartReason",
    "SheetProblemCode",
    "UndoRefusalReason",
]


class ImportField(Enum):
    """A field that a column of a file can have. The values are the names in the engine."""

    NAME = "name"
    OPD = "opd"
    REGION = "region"
    ID = "id"
    URL = "url"
    STATUS = "status"
    FUNCTION = "function"
    USE = "use"
    YEAR = "year"
    PLATFORM = "platform"
    DEVELOPER = "developer"
    HOSTING = "hosting"
    DATABASE = "database"
    USERS = "users"
    YEARLY_COST = "yearly_cost"
    MIGRATION_COST = "migration_cost"
    ADDED_COST = "added_cost"
    LEGAL_BASIS = "legal_basis"
    PUBLIC_SERVICE = "public_service"
    INTEGRATED_WITH = "integrated_with"
    FIT = "fit"
    CONSULTED = "consulted"
    COMMON_APPLICATION = "common_application"
    CAPABILITIES = "capabilities"


described_enum(
    ImportField,
    "What a column of a file states about applications.",
    {
        "NAME": "The name of the application.",
        "OPD": "The name of the OPD that owns it.",
        "REGION": "The code or the name of its region.",
        "ID": "The id that Simpul gave it, as an exported file has it.",
        "URL": "Its address.",
        "STATUS": "Whether it is in use.",
        "FUNCTION": "Its business function, as the id or the name of the catalogue.",
        "USE": "What it is for, in the words of its OPD.",
        "YEAR": "The year of its first use.",
        "PLATFORM": "The platform that it runs on.",
        "DEVELOPER": "Who built it.",
        "HOSTING": "Where it runs.",
        "DATABASE": "The database system that it uses.",
        "USERS": "The number of its users in a year.",
        "YEARLY_COST": "The cost of running it, in rupiah a year.",
        "MIGRATION_COST": "The cost of moving its users and data away, in rupiah.",
        "ADDED_COST": "The cost in rupiah a year if it took over the work of another application.",
        "LEGAL_BASIS": "The regulation or decree that it is based on.",
        "PUBLIC_SERVICE": "Whether it serves the public.",
        "INTEGRATED_WITH": "The systems with which it exchanges data.",
        "FIT": "How well it serves its purpose, from 1 to 5.",
        "CONSULTED": "Whether the region's ICT unit was consulted before it was built.",
        "COMMON_APPLICATION": "The common application that it is an instance of.",
        "CAPABILITIES": "What its users can do.",
    },
)
described_enum(
    FileFormat,
    "The format of an uploaded file, as its content shows it.",
    {
        "XLSX": "A workbook of Excel 2007 or later.",
        "XLS": "A workbook of Excel 97 to 2003.",
        "ODS": "A workbook of OpenDocument.",
        "CSV": "A text with separated values.",
        "HTML": "An HTML page with tables, which some programs name .xls.",
    },
)
described_enum(
    RowOutcome,
    "What an import does with a row.",
    {
        "ADD": "It registers the application.",
        "CHANGE": "It changes an application of the inventory.",
        "LEAVE": "It writes nothing, because the inventory or a row above has the same, or because a "
        "person retired the application.",
        "REFUSE": "It does not write the row, because a problem prevents it.",
    },
)
described_enum(
    NoTableReason,
    "Why a sheet of a file is not read.",
    {
        "EMPTY": "It has no cells with a value.",
        "HIDDEN": "It is hidden.",
        "SKIPPED": "The viewer left it out.",
        "NO_HEADER": "No row looks like a header.",
        "NO_NAME_COLUMN": "No column has the names of applications. The viewer can choose one.",
        "REFERENCE": "It is a list of offices, functions or the like.",
        "GUIDE": "It states how to fill in a template. The viewer can choose its columns.",
        "NO_ROWS": "There is nothing below its header.",
    },
)
described_enum(
    SetApartReason,
    "Why a row of a sheet lists no application.",
    {
        "TITLE": "It is a title above the header.",
        "HEADER_REPEATED": "It repeats the header.",
        "NUMBERING": "It numbers the columns.",
        "OPD_HEADING": "It names the OPD of the rows below it.",
        "NOTE": "It is a note.",
        "TOTAL": "It is a total.",
        "SIGNATURE": "It belongs to the block of the signature.",
        "EXAMPLE": "It is the example of a template: its name begins with Contoh.",
        "NO_APPLICATION": "Its name means that there is no application.",
    },
)
described_enum(
    OpdOrigin,
    "Where the OPD of the rows of a sheet comes from if no column names it.",
    {
        "SHEET_NAME": "The name of the sheet is that of an OPD.",
        "TITLE": "A title above the header names the OPD.",
    },
)
described_enum(
    UndoRefusalReason,
    "Why an application stays as it is when its import is undone.",
    {
        "CHANGED_SINCE": "It was changed after the import.",
        "NAME_TAKEN": "Another application of the OPD has its earlier name now.",
        "HISTORY_MISSING": "This instance does not have the entry with its earlier state.",
    },
)
described_enum(
    SheetProblemCode,
    "The kind of a problem in a file.",
    {
        "NO_HEADER": "No row looks like a header.",
        "COLUMN_TWICE": "Two columns have the same field.",
        "TOO_MANY_CELLS": "The row has more cells than the header.",
        "TOO_MANY_ROWS": "The file has more rows than one import writes.",
        "REGION_FULL": "The file has more new applications or integrations than the region may have "
        "in all.",
        "NAME_MISSING": "The row has no name of an application.",
        "NAME_TWICE": "Another row or another application of the OPD has the same name.",
        "TEXT_TOO_LONG": "The text is too long.",
        "NOT_A_YEAR": "The cell has no year.",
        "NOT_A_WHOLE_NUMBER": "The cell has no whole number.",
        "NOT_AN_AMOUNT": "The cell has no amount in rupiah.",
        "NUMBER_OUT_OF_RANGE": "The number is too small or too large.",
        "NOT_YES_OR_NO": "The cell says neither yes nor no.",
        "NOT_AN_ADDRESS": "The cell has no web address, or other words with one.",
        "SECOND_ADDRESS": "The cell has more than one address; the first one is taken.",
        "LINK_NOT_READ": "The addresses behind the texts of the column cannot be read in this "
        "format.",
        "STATUS_UNKNOWN": "The word means no known status; UNKNOWN is recorded.",
        "FUNCTION_UNKNOWN": "The catalogue has no such business function.",
        "COMMON_APPLICATION_UNKNOWN": "There is no such common application.",
        "CAPABILITY_UNKNOWN": "There is no such capability.",
        "OPD_UNKNOWN": "The region has no OPD of that name.",
        "OPD_MISSING": "The row names no OPD; the application is recorded without an owner if the "
        "viewer may do so.",
        "OPD_NOT_YOURS": "The viewer may not write for this OPD.",
        "REGION_UNKNOWN": "There is no such region, or the code is that of former years.",
        "OTHER_REGION": "The row belongs to another region.",
        "FORMULA_ERROR": "The formula of the cell has an error, or no stored value.",
        "ID_UNKNOWN": "The region has no application with this id.",
        "ID_OF_OTHER_OPD": "The application belongs to an OPD for which the viewer may not write.",
        "APPLICATION_RETIRED": "A person took the application out of use, so it is left.",
        "INTEGRATION_UNKNOWN": "The name matches no application of the region, or several.",
        "VALUE_REFUSED": "The value is not allowed for another reason.",
    },
)
