"""Reads the facts that ship as CSV tables, and defines the types of their cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, ValidationError
from pydantic_core import PydanticCustomError

from engine.model import Provenance
from facts.validation import FactInvalid, first_error

Shape = TypeVar("Shape", bound="TableRow")


def cell_matching(pattern: str, expected: str) -> BeforeValidator:
    """Return a validator that the whole text of a cell matches a pattern."""
    compiled = re.compile(pattern)

    def check(cell: str) -> str:
        if not compiled.fullmatch(cell):
            raise PydanticCustomError("cell", expected)
        return cell

    return BeforeValidator(check)


Truth = Annotated[bool, cell_matching("true|false", "true or false")]
WholeNumber = Annotated[int, cell_matching("[0-9]+", "a whole number")]
WholeNumbers = Annotated[
    tuple[int, ...],
    BeforeValidator(str.split),
    cell_matching("[0-9]+( [0-9]+)*", "whole numbers with a space between"),
]
Words = Annotated[tuple[str, ...], BeforeValidator(str.split)]
DecimalNumber = Annotated[str, cell_matching(r"-?[0-9]+(\.[0-9]+)?", "a decimal number")]
Figure = Annotated[str, cell_matching(r"[0-9]\.[0-9]{2}", "a value with two decimals")]


class TableRow(BaseModel):
    """The base class for rows, whose columns are the subclass's fields and then the three below.

    An empty cell has no value, so a field that may be empty has a default.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    confirmed: Truth
    note: str = ""
    _file: str = PrivateAttr()
    _number: int = PrivateAttr()  # the row of a spreadsheet in which the header is row 1

    @property
    def provenance(self) -> Provenance:
        """The source of the row, whether it is confirmed, and its note."""
        return Provenance(self.source, self.confirmed, self.note)

    def values(self) -> dict[str, Any]:
        """Return the columns of the subclass and the provenance, by name of the engine's field."""
        values = {name: value for name, value in self if name not in TableRow.model_fields}
        return values | {"provenance": self.provenance}

    def invalid(self, column: str, expected: str) -> FactInvalid:
        """Return the error for an invalid cell."""
        return FactInvalid(
            self._file, f"row {self._number}, column {column}", expected, getattr(self, column)
        )


def read_rows(shape: type[Shape], file: str, key: str) -> Iterator[Shape]:
    """Yield the rows of a shipped table; `key` names the columns that together are unique.

    Raises:
        FactInvalid: a row is invalid.
    """
    return parse_rows(shape, files("facts").joinpath(file).read_text(encoding="utf-8"), file, key)


def parse_rows(shape: type[Shape], text: str, file: str, key: str) -> Iterator[Shape]:
    """Yield the rows of a table's text; `key` names the columns that together are unique.

    Raises:
        FactInvalid: the header or a row is invalid.
    """
    names, own_count = list(shape.model_fields), len(TableRow.model_fields)
    columns = [*names[own_count:], *names[:own_count]]
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if header != columns:
        raise FactInvalid(file, "row 1, column header", ",".join(columns), ",".join(header))
    seen: set[tuple[str, ...]] = set()
    for number, cells in enumerate(reader, start=2):
        if len(cells) != len(columns):
            expected = f"{len(columns)} cells"
            raise FactInvalid(file, f"row {number}, column all", expected, ",".join(cells))
        cell_by_column = dict(zip(columns, cells, strict=True))
        identity = tuple(cell_by_column[column] for column in key.split())
        if identity in seen:
            expected = "a key not used before"
            raise FactInvalid(file, f"row {number}, column {key}", expected, " ".join(identity))
        seen.add(identity)
        try:
            row = shape.model_validate(
                {name: cell for name, cell in cell_by_column.items() if cell}
            )
        except ValidationError as error:
            (column, *_), expected, received = first_error(error)
            location = f"row {number}, column {column}"
            raise FactInvalid(file, location, expected, received) from error
        row._file, row._number = file, number
        yield row
