"""GraphQL types of functions and of the estimated function of an application."""

from __future__ import annotations

from fractions import Fraction

import strawberry

from engine import model
from engine.matching import function_classifier as engine
from engine.matching.function_classifier import CERTAIN
from resolvers import inventory_analysis as resolved
from resolvers import shipped_functions
from schema.figure import Figure
from schema.info import Info


@strawberry.type(description="A purpose that applications serve.")
class BusinessFunction:
    id: strawberry.ID
    name: str = strawberry.field(description="In Indonesian.")
    indicators: list[int] = strawberry.field(description="Of spbe-2020, that ask for it.")

    @classmethod
    def from_id(cls, id: str) -> BusinessFunction:
        """Return the function with this id, which must exist."""
        value = shipped_functions.functions_by_id()[id]
        return cls(id=strawberry.ID(id), name=value.name, indicators=list(value.indicators))


@strawberry.type(description="A function that an application may have.")
class FunctionCandidate:
    function: BusinessFunction
    confidence: Figure


@strawberry.type(
    description="What an application seems to be for: estimated from its name, its address and "
    f"its OPD, unless a person said it. Below {CERTAIN} it is left open."
)
class FunctionTag:
    function: BusinessFunction | None = strawberry.field(description="Null: abstained.")
    abstained: bool
    confidence: Figure = strawberry.field(description="Of the best candidate, from 0 to 1.")
    candidates: list[FunctionCandidate] = strawberry.field(description="The best three.")
    because: list[str] = strawberry.field(description="The words that were found.")
    by_person: bool

    @classmethod
    def from_model(cls, value: engine.FunctionTag) -> FunctionTag:
        return cls(
            function=None if value.function is None else BusinessFunction.from_id(value.function),
            abstained=value.function is None,
            confidence=estimated_figure(value.confidence),
            candidates=[
                FunctionCandidate(
                    function=BusinessFunction.from_id(id), confidence=estimated_figure(confidence)
                )
                for id, confidence in value.candidates
            ],
            because=list(value.matched_terms),
            by_person=value.by_person,
        )


@strawberry.type
class FunctionQuery:
    @strawberry.field(description="All that an application may be for.")
    def functions(self) -> list[BusinessFunction]:
        return [BusinessFunction.from_id(id) for id in shipped_functions.functions_by_id()]


@strawberry.type
class ApplicationFunction:
    """The field of Application for its function tag."""

    _value: strawberry.Private[model.Application]

    @strawberry.field(description="Null of a retired application.")
    async def function_tag(self, info: Info) -> FunctionTag | None:
        tag = await resolved.tag_application(info.context, self._value)
        return None if tag is None else FunctionTag.from_model(tag)


def estimated_figure(value: float) -> Figure:
    """Return the figure of a model's estimate, which is exact to three decimals at most."""
    return Figure.from_fraction(Fraction(f"{value:.3f}"))
