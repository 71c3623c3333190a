"""Custom GraphQL scalars."""

from __future__ import annotations

from typing import NewType

import strawberry

from resolvers.application import COUNT_MOST

Cursor = NewType("Cursor", str)


def _parse_cursor(value: object) -> Cursor:
    if not isinstance(value, str):
        raise TypeError(f"expected a cursor as a string, got {value!r}")
    return Cursor(value)


WholeNumber = NewType("WholeNumber", int)


def _parse_whole_number(value: object) -> WholeNumber:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= COUNT_MOST:
        raise TypeError(f"expected a whole number from 0 to {COUNT_MOST}, got {value!r}")
    return WholeNumber(value)


WHOLE_NUMBER = strawberry.scalar(
    name="WholeNumber",
    description=f"A whole number from 0 to {COUNT_MOST}: amounts of rupiah do not fit into Int.",
    serialize=int,
    parse_value=_parse_whole_number,
)

CURSOR = strawberry.scalar(
    name="Cursor",
    description=(
        "A position in the order in which this instance committed what happened. Opaque: keep it, "
        "send it back as `after`, and never take it apart."
    ),
    serialize=str,
    parse_value=_parse_cursor,
)
