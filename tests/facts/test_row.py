"""What a shipped table is refused for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.model import AssessmentKind
from facts.row import Row, TableInvalid, parse

HEADER = "code,value,source,confirmed,note"
KINDS = "SIMULATION, TARGET, SELF, INTERIM, EXTERNAL, OFFICIAL"


def table(*rows: str) -> list[Row]:
    return list(parse("t.csv", "\n".join([HEADER, *rows]), "code value", "code"))


def test_cells_are_read_by_what_they_must_hold() -> None:
    (row,) = table('a,4.59,"Kepmen, 2024",false,')
    assert (row.text("code"), row.figure("value"), row.optional("note")) == ("a", "4.59", None)
    assert (row.provenance().source, row.provenance().confirmed) == ("Kepmen, 2024", False)


@pytest.mark.parametrize(
    ("row", "read", "message"),
    [
        (
            "a,4.5,s,true,",
            lambda row: row.figure("value"),
            "value: expected a value with two decimals, got '4.5'",
        ),
        (
            "a,4;5,s,true,",
            lambda row: row.wholes("value"),
            "value: expected whole numbers with a space between, got '4;5'",
        ),
        (
            "a,-1,s,true,",
            lambda row: row.whole("value"),
            "value: expected a whole number, got '-1'",
        ),
        (
            "a,1e3,s,true,",
            lambda row: row.optional_decimal("value"),
            "value: expected a decimal number, got '1e3'",
        ),
        ("a,,s,true,", lambda row: row.text("value"), "value: expected a text, got ''"),
        ("a,1,,true,", lambda row: row.provenance(), "source: expected a text, got ''"),
        (
            "a,1,s,yes,",
            lambda row: row.provenance(),
            "confirmed: expected true or false, got 'yes'",
        ),
        (
            "a,DRAFT,s,true,",
            lambda row: row.choice("value", AssessmentKind),
            f"value: expected one of {KINDS}, got 'DRAFT'",
        ),
    ],
)
def test_a_bad_cell_is_named_with_file_row_column_expected_and_found(
    row: str, read: Callable[[Row], object], message: str
) -> None:
    (found,) = table(row)
    with pytest.raises(TableInvalid) as refused:
        read(found)
    assert str(refused.value) == f"t.csv: row 2, column {message}"


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
def test_a_table_that_is_not_whole_is_refused(rows: list[str], message: str) -> None:
    with pytest.raises(TableInvalid) as refused:
        table(*rows)
    assert str(refused.value) == f"t.csv: {message}"


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(TableInvalid) as refused:
        list(parse("t.csv", "code,note\n", "code value", "code"))
    assert str(refused.value) == (
        f"t.csv: row 1, column header: expected {HEADER}, got 'code,note'"
    )
