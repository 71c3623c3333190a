"""Tests of the variables that an operation keeps."""

from __future__ import annotations

import pytest
from graphql import parse

from schema.variables import declared_variables

DOCUMENT = parse("query A($a: Int, $b: Int = 2) { x(a: $a, b: $b) } query B { y }")


@pytest.mark.parametrize(
    ("operation_name", "variables", "declared"),
    [
        ("A", {"a": 1, "b": None, "c": "much text"}, {"a": 1, "b": None}),
        ("A", {"b": 1}, {"b": 1}),
        ("A", None, {}),
        ("B", {"a": 1}, {}),
        ("C", {"a": 1}, {}),
        (None, {"a": 1}, {}),
    ],
)
def test_keeps_only_the_variables_that_the_operation_declares(
    operation_name: str | None,
    variables: dict[str, object] | None,
    declared: dict[str, object],
) -> None:
    assert declared_variables(DOCUMENT, operation_name, variables) == declared
