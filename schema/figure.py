"""GraphQL type for an exact figure with its rounded display."""

from __future__ import annotations

from fractions import Fraction

import strawberry

from engine.decimals import format_exact, format_rounded, format_signed


@strawberry.type(description="A figure that is computed here.")
class Figure:
    value: str = strawberry.field(description="Exact decimal; 12 places where it never ends.")
    display: str = strawberry.field(
        description="Rounded once, half up, two places; a difference with its sign."
    )

    @classmethod
    def from_fraction(cls, value: Fraction) -> Figure:
        """Return the figure of a value."""
        return cls(value=format_exact(value), display=format_rounded(value))

    @classmethod
    def from_difference(cls, value: Fraction) -> Figure:
        """Return the figure of a difference, which is displayed with its sign."""
        return cls(value=format_exact(value), display=format_signed(value))

    @classmethod
    def from_optional(cls, value: Fraction | None) -> Figure | None:
        """Return the figure of a value; None for None."""
        return None if value is None else cls.from_fraction(value)

    @classmethod
    def from_optional_difference(cls, value: Fraction | None) -> Figure | None:
        """Return the figure of a difference; None for None."""
        return None if value is None else cls.from_difference(value)
