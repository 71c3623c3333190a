"""Custom GraphQL scalars."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import NewType

import strawberry
from graphql import FloatValueNode, IntValueNode, StringValueNode, ValueNode
from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition
from strawberry.types.scalar import ScalarDefinition

from engine.bounds import COUNT_MOST
from engine.decimals import format_exact

Cursor = NewType("Cursor", str)
Decimal = NewType("Decimal", str)  # the text of an exact decimal
WholeNumber = NewType("WholeNumber", int)

DECIMAL_LENGTH = 40
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def exact_decimal(value: Fraction) -> Decimal:
    """Return a fraction as an exact decimal, with 12 places if it never ends."""
    return Decimal(format_exact(value))


def _parse_cursor(value: object) -> Cursor:
    if not isinstance(value, str):
        raise TypeError(f"expected a cursor as a string, got {value!r}")
    return Cursor(value)


def _parse_decimal(value: object) -> Decimal:
    # A number of JSON has been parsed as a float, whose shortest text is the one that was sent.
    text = str(value) if isinstance(value, int | float | str) else ""
    if isinstance(value, bool) or len(text) > DECIMAL_LENGTH or not _DECIMAL.fullmatch(text):
        raise TypeError(f'expected a decimal, such as "3.5" or 3.5, got {value!r}')
    return Decimal(text)


def _parse_decimal_literal(node: ValueNode, variables: object = None) -> Decimal:
    if not isinstance(node, FloatValueNode | IntValueNode | StringValueNode):
        raise TypeError('expected a decimal, such as "3.5" or 3.5')
    return _parse_decimal(node.value)


def _parse_whole_number(value: object) -> WholeNumber:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= COUNT_MOST:
        raise TypeError(f"expected a whole number from 0 to {COUNT_MOST}, got {value!r}")
    return WholeNumber(value)


CURSOR = strawberry.scalar(
    name="Cursor",
    description=(
        "A position in a list or in the order of events. It is opaque: a client stores it and "
        "sends it as `after`, and does not take it apart."
    ),
    serialize=str,
    parse_value=_parse_cursor,
)
DECIMAL = strawberry.scalar(
    name="Decimal",
    description=(
        'An exact decimal as a string, such as "3.5". A value that never ends, such as 10/3, has '
        "12 decimal places. An input may be a string or a number."
    ),
    serialize=str,
    parse_value=_parse_decimal,
    parse_literal=_parse_decimal_literal,
)
WHOLE_NUMBER = strawberry.scalar(
    name="WholeNumber",
    description=(
        f"A whole number of at most {COUNT_MOST} in size, such as an amount of rupiah, which does "
        "not fit into the range of Int. An input must not be negative."
    ),
    serialize=int,
    parse_value=_parse_whole_number,
)
DATE = replace(DateDefinition, description="A day as ISO 8601 has it, such as 2026-11-30.")
DATE_TIME = replace(
    DateTimeDefinition,
    description="A moment as ISO 8601 has it, with its offset, such as 2026-11-30T08:00:00+00:00.",
)
SCALARS: Mapping[object, ScalarDefinition] = {
    Cursor: CURSOR,
    Decimal: DECIMAL,
    WholeNumber: WHOLE_NUMBER,
    date: DATE,
    datetime: DATE_TIME,
}
