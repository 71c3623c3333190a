"""GraphQL type for an exact ratio with its numerator and its denominator."""

from __future__ import annotations

import strawberry

from engine.graph import diagnostics as engine
from schema.figure import Figure
from schema.scalars import Decimal, exact_decimal


@strawberry.type(description="A ratio of two numbers that are also given, usually from 0 to 1.")
class Ratio:
    value: Figure | None = strawberry.field(
        description="The numerator divided by the denominator; null if the denominator is 0."
    )
    numerator: Decimal = strawberry.field(description="The exact part that is compared.")
    denominator: Decimal = strawberry.field(
        description="The exact whole that the part is compared with."
    )

    @classmethod
    def from_model(cls, value: engine.Ratio) -> Ratio:
        return cls(
            value=Figure.from_optional(value.exact),
            numerator=exact_decimal(value.numerator),
            denominator=exact_decimal(value.denominator),
        )
