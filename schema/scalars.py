"""Custom GraphQL scalars."""

from __future__ import annotations

from typing import NewType

import strawberry

from resolvers.application import COUNT_MOST

Cursor = NewType("Cursor", str)


def _cursor(given: object) -> Cursor:
    if not isinstance(given, str):
        raise TypeError(f"expected a cursor as a string, got {given!r}")
    return Cursor(given)


WholeNumber = NewType("WholeNumber", int)


def _whole(given: object) -> WholeNumber:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= COUNT_MOST:
        raise TypeError(f"expected a whole number from 0 to {COUNT_MOST}, got {given!r}")
    return WholeNumber(given)


WHOLE_NUMBER = strawberry.scalar(
    name="WholeNumber",
    description=f"A whole number from 0 to {COUNT_MOST}: amounts of rupiah do not fit into Int.",
    serialize=int,
    parse_value=_whole,
)

CURSOR = strawberry.scalar(
    name="Cursor",
    description=(
        "A position in the order in which this instance committed what happened. Opaque: keep it, "
        "send it back as `after`, and never take it apart."
    ),
    serialize=str,
    parse_value=_cursor,
)
