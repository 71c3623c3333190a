"""Scalars of our own."""

from __future__ import annotations

from typing import NewType

import strawberry

Cursor = NewType("Cursor", str)


def _cursor(given: object) -> Cursor:
    if not isinstance(given, str):
        raise TypeError(f"expected a cursor as a string, got {given!r}")
    return Cursor(given)


CURSOR = strawberry.scalar(
    name="Cursor",
    description=(
        "A position in the order in which this instance committed what happened. Opaque: keep it, "
        "send it back as `after`, and never take it apart."
    ),
    serialize=str,
    parse_value=_cursor,
)
