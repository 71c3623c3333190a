"""GraphQL types of functions and of the estimated function of an application."""

from __future__ import annotations

from fractions import Fraction

import strawberry

from engine import model
from engine.matching import function_classifier as engine
from engine.matching.function_classifier import CERTAIN
from resolvers import inventory_analysis as resolved
from resolvers import shipped_functions
from schema.application_reference import LISTED_MOST
from schema.descriptions import NOT_COMPUTED
from schema.figure import Figure
from schema.info import Info
from schema.node import Node


@strawberry.type(description="A business function of government, which applications serve.")
class BusinessFunction(Node):
    name: str = strawberry.field(description="The name, in Indonesian.")
    indicators: list[int] = strawberry.field(
        description="The numbers of the indicators of `spbe-2020` that require it; at most 47, and "
        "empty if there are none."
    )

    @classmethod
    def find_by_id(cls, id: str) -> BusinessFunction | None:
        """Return the business function with this id, if there is one."""
        return cls.from_id(id) if id in shipped_functions.functions_by_id() else None

    @classmethod
    def from_id(cls, id: str) -> BusinessFunction:
        """Return the function with this id, which must exist."""
        value = shipped_functions.functions_by_id()[id]
        return cls(id=strawberry.ID(id), name=value.name, indicators=list(value.indicators))


@strawberry.type(description="A business function that an application may serve.")
class FunctionCandidate:
    function: BusinessFunction = strawberry.field(description="The business function.")
    confidence: Figure = strawberry.field(
        description="The estimated probability that the application serves it, from 0 to 1."
    )


@strawberry.type(
    description="The business function of an application: the one that a person stated, or else "
    "the one that is estimated from its name, its address and its OPD. The estimate abstains if "
    f"its confidence is below {CERTAIN}."
)
class FunctionTag:
    function: BusinessFunction | None = strawberry.field(
        description="The business function; null if the estimate abstains."
    )
    is_abstained: bool = strawberry.field(
        description="Whether the estimate abstains, since no business function is likely enough."
    )
    confidence: Figure = strawberry.field(
        description="The confidence in the best candidate, from 0 to 1. It is 1 if a person stated "
        "the business function."
    )
    candidates: list[FunctionCandidate] = strawberry.field(
        description="The most likely business functions, the best first; at most three."
    )
    matched_terms: list[str] = strawberry.field(
        description="The terms in the name, the address and the OPD on which the estimate rests, "
        "such as `name: simpeg`; at most 100. The list is empty if a person stated the business "
        "function."
    )
    is_by_person: bool = strawberry.field(
        description="Whether a person stated the business function."
    )

    @classmethod
    def from_model(cls, value: engine.FunctionTag) -> FunctionTag:
        return cls(
            function=None if value.function is None else BusinessFunction.from_id(value.function),
            is_abstained=value.function is None,
            confidence=estimated_figure(value.confidence),
            candidates=[
                FunctionCandidate(
                    function=BusinessFunction.from_id(id), confidence=estimated_figure(confidence)
                )
                for id, confidence in value.candidates
            ],
            matched_terms=list(value.matched_terms[:LISTED_MOST]),
            is_by_person=value.by_person,
        )


@strawberry.type
class FunctionQuery:
    @strawberry.field(
        description="All business functions. The list ships with each version of Simpul and has "
        "at most 500 items."
    )
    def business_functions(self) -> list[BusinessFunction]:
        return [BusinessFunction.from_id(id) for id in shipped_functions.functions_by_id()]


@strawberry.type
class ApplicationFunction:
    """The field of Application for its function tag."""

    _value: strawberry.Private[model.Application]

    @strawberry.field(
        description="The business function of the application, stated or estimated; null for a "
        f"retired application. {NOT_COMPUTED}"
    )
    async def function_tag(self, info: Info) -> FunctionTag | None:
        tag = await resolved.tag_application(info.context, self._value)
        return None if tag is None else FunctionTag.from_model(tag)


def estimated_figure(value: float) -> Figure:
    """Return the figure of a model's estimate, which is exact to three decimals at most."""
    return Figure.from_fraction(Fraction(f"{value:.3f}"))
