"""GraphQL type for an exact figure with its rounded display."""

from __future__ import annotations

from fractions import Fraction

import strawberry

from engine.decimals import EXACT_PLACES, format_rounded, format_signed
from schema.scalars import Decimal, exact_decimal


@strawberry.type(description="A number that is shown rounded, with its exact value.")
class Figure:
    value: Decimal = strawberry.field(description="The exact value.")
    display: str = strawberry.field(
        description="The value rounded half up, once, to two decimal places. A difference or a "
        "change has its sign."
    )

    @classmethod
    def from_fraction(cls, value: Fraction) -> Figure:
        """Return the figure of a value."""
        return cls(value=exact_decimal(value), display=format_rounded(value))

    @classmethod
    def from_difference(cls, value: Fraction) -> Figure:
        """Return the figure of a difference, which is displayed with its sign."""
        return cls(value=exact_decimal(value), display=format_signed(value))

    @classmethod
    def from_optional(cls, value: Fraction | None) -> Figure | None:
        """Return the figure of a value; None for None."""
        return None if value is None else cls.from_fraction(value)

    @classmethod
    def from_optional_difference(cls, value: Fraction | None) -> Figure | None:
        """Return the figure of a difference; None for None."""
        return None if value is None else cls.from_difference(value)

    @classmethod
    def from_float(cls, value: float) -> Figure:
        """Return the figure of a value that is computed with floats, such as a square root."""
        return cls.from_fraction(Fraction(f"{value:.{EXACT_PLACES}f}"))

    @classmethod
    def from_optional_float(cls, value: float | None) -> Figure | None:
        """Return the figure of a value that is computed with floats; None for None."""
        return None if value is None else cls.from_float(value)
