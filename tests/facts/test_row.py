"""The errors of invalid rows in a shipped table."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import create_model

from engine.model import AssessmentKind, Provenance
from facts.row import (
    DecimalNumber,
    Figure,
    TableRow,
    WholeNumber,
    WholeNumbers,
    parse_rows,
)
from facts.validation import FactInvalid

HEADER = "code,value,source,confirmed,note"
KINDS = "'SIMULATION', 'TARGET', 'SELF', 'INTERIM', 'EXTERNAL' or 'OFFICIAL'"


def table(value: Any, *rows: str, header: str = HEADER) -> list[Any]:
    """Read a table whose second column holds values of this type."""
    row_type = create_model("Row", __base__=TableRow, code=(str, ...), value=value)
    return list(parse_rows(row_type, "\n".join([header, *rows]), "t.csv", "code"))


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Figure, "4.59", "4.59"),
        (WholeNumber, "07", 7),
        (WholeNumbers, "1 20", (1, 20)),
        (DecimalNumber, "-7.25", "-7.25"),
        (AssessmentKind, "SELF", AssessmentKind.SELF),
    ],
)
def test_cells_are_parsed_by_the_type_of_their_column(kind: Any, cell: str, value: object) -> None:
    (row,) = table(kind, f'a,{cell},"Kepmen, 2024",false,')
    assert (row.code, row.value) == ("a", value)
    assert row.provenance == Provenance("Kepmen, 2024", confirmed=False, note="")


def test_an_empty_cell_is_no_value() -> None:
    (row,) = table((WholeNumber | None, None), "a,,s,true,n")
    assert (row.value, row.note) == (None, "n")


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        (Figure, "a,4.5,s,true,", "value: expected a value with two decimals, got '4.5'"),
        (
            WholeNumbers,
            "a,4;5,s,true,",
            "value: expected whole numbers with a space between, got '4;5'",
        ),
        (WholeNumber, "a,-1,s,true,", "value: expected a whole number, got '-1'"),
        (DecimalNumber, "a,1e3,s,true,", "value: expected a decimal number, got '1e3'"),
        (str, "a,,s,true,", "value: expected a value, got nothing"),
        (str, "a,1,,true,", "source: expected a value, got nothing"),
        (str, "a,1,s,yes,", "confirmed: expected true or false, got 'yes'"),
        (AssessmentKind, "a,DRAFT,s,true,", f"value: expected {KINDS}, got 'DRAFT'"),
    ],
)
def test_an_invalid_cell_is_refused_with_file_row_column_expected_and_received(
    kind: Any, row: str, message: str
) -> None:
    with pytest.raises(FactInvalid) as refused:
        table(kind, row)
    assert str(refused.value) == f"t.csv: row 2, column {message}"


def test_an_error_of_a_row_names_its_file_line_and_column() -> None:
    rows = table(str, "a,1,s,true,", "b,2,s,true,")
    assert str(rows[1].invalid("value", "the code of a region")) == (
        "t.csv: row 3, column value: expected the code of a region, got '2'"
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["a,1,s,true,", "a,2,s,true,"],
            "row 3, column code: expected a key not used before, got 'a'",
        ),
        (["a,1,s,true"], "row 2, column all: expected 5 cells, got 'a,1,s,true'"),
    ],
)
def test_an_incomplete_or_repeated_row_is_refused(rows: list[str], message: str) -> None:
    with pytest.raises(FactInvalid) as refused:
        table(str, *rows)
    assert str(refused.value) == f"t.csv: {message}"


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(FactInvalid) as refused:
        table(str, header="code,note")
    assert str(refused.value) == (
        f"t.csv: row 1, column header: expected {HEADER}, got 'code,note'"
    )
