"""The rows of a sheet that list no application, and the sheets that are not read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class SetApartReason(Enum):
    """Why a row of a sheet is no application."""

    TITLE = "TITLE"  # a line above the header
    HEADER_REPEATED = "HEADER_REPEATED"  # the header again, as on each printed page
    NUMBERING = "NUMBERING"  # the numbers of the columns below the header
    OPD_HEADING = "OPD_HEADING"  # a line that names the OPD of the rows below it
    NOTE = "NOTE"  # text outside the columns that are read
    TOTAL = "TOTAL"
    SIGNATURE = "SIGNATURE"  # place and date, office, name and number of the person who signs
    EXAMPLE = "EXAMPLE"  # the example of a template, whose name begins with "Contoh:"
    NO_APPLICATION = "NO_APPLICATION"  # the name is "-", "tidak ada" or the like


class NoTableReason(Enum):
    """Why a sheet is not read."""

    EMPTY = "EMPTY"
    HIDDEN = "HIDDEN"
    SKIPPED = "SKIPPED"  # a person left it out
    NO_HEADER = "NO_HEADER"  # no row looks like a header
    NO_NAME_COLUMN = "NO_NAME_COLUMN"  # the header has no column of names of applications
    REFERENCE = "REFERENCE"  # a list of offices, functions or the like
    GUIDE = "GUIDE"  # the sheet of a template that states how to fill it in
    NO_ROWS = "NO_ROWS"  # nothing is below the header


class OpdOrigin(Enum):
    """Where the OPD of the rows of a sheet comes from if no column names it."""

    SHEET_NAME = "SHEET_NAME"
    TITLE = "TITLE"  # a line above the header


@dataclass(frozen=True, slots=True)
class SetApartRow:
    """A row that is no application. `text` holds its cells."""

    row: int
    reason: SetApartReason
    text: str
