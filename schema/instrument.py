"""GraphQL types and queries for instruments."""

from __future__ import annotations

from functools import cache

import strawberry

from engine.assessment import instrument as engine
from engine.decimals import exact_parts, format_exact
from resolvers.instrument import find_instrument, instrument_in_catalogue, list_instruments


@strawberry.type(description="A label for index values from `minimum` up; best first in lists.")
class Predicate:
    label: str
    minimum: str | None = strawberry.field(description="Null for the lowest, which has no floor.")


@strawberry.type(description="A top-level part of an index.")
class Domain:
    number: int
    name: str
    weight: str = strawberry.field(description="Percent of the index, an exact decimal.")


@strawberry.type(description="A part of a domain.")
class Aspect:
    number: int
    domain: int
    name: str
    weight: str = strawberry.field(description="Percent of the index, an exact decimal.")


@strawberry.type(description="What one level of an indicator is called and asks.")
class IndicatorLevel:
    level: int
    name: str
    criterion: str = strawberry.field(description="In our words; empty where it is not known.")


@strawberry.type(description="One scored line of an instrument.")
class Indicator:
    number: int
    code: str = strawberry.field(description="As the regulation prints it.")
    name: str
    aspect: int
    weight: str = strawberry.field(
        description="Percent of the index; 12 places where it never ends, as 10/3, rounded so that all "
        "weights of the instrument add up to 100."
    )
    levels: list[IndicatorLevel]
    integration_bound: bool = strawberry.field(
        description="True if a level must be shown by integration with other services."
    )


@strawberry.type(description="A versioned catalogue by which maturity is assessed.")
class Instrument:
    id: strawberry.ID
    name: str
    legal_basis: str
    status: str = strawberry.field(description="In force or not, and what its data rests on.")
    year_from: int
    year_to: int | None = strawberry.field(description="Null: still in use.")
    level_min: int
    level_max: int
    predicates: list[Predicate]
    domains: list[Domain]
    aspects: list[Aspect]
    sources: list[str]
    _value: strawberry.Private[engine.Instrument]

    @strawberry.field
    def indicators(self) -> list[Indicator]:
        weights = exact_parts([each.weight for each in self._value.indicators])
        return [
            _indicator(self._value, each, weight)
            for each, weight in zip(self._value.indicators, weights, strict=True)
        ]

    @classmethod
    def from_model(cls, value: engine.Instrument) -> Instrument:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            legal_basis=value.legal_basis,
            status=value.status,
            year_from=value.year_from,
            year_to=value.year_to,
            level_min=value.level_min,
            level_max=value.level_max,
            predicates=[
                Predicate(
                    label=each.label,
                    minimum=None if each.minimum is None else format_exact(each.minimum),
                )
                for each in value.predicates
            ],
            domains=[
                Domain(number=each.number, name=each.name, weight=format_exact(each.weight))
                for each in value.domains
            ],
            aspects=[
                Aspect(
                    number=each.number,
                    domain=each.domain,
                    name=each.name,
                    weight=format_exact(each.weight),
                )
                for each in value.aspects
            ],
            sources=list(value.sources),
            _value=value,
        )


@cache
def schema_instrument(id: str) -> Instrument:
    """Return the GraphQL type of an instrument, which all scores share."""
    return Instrument.from_model(instrument_in_catalogue(id))


@strawberry.type
class InstrumentQuery:
    @strawberry.field(description="All instruments, oldest first.")
    def instruments(self) -> list[Instrument]:
        return [schema_instrument(each.id) for each in list_instruments()]

    @strawberry.field(description="Null where there is none with that id.")
    def instrument(self, id: strawberry.ID) -> Instrument | None:
        return None if find_instrument(id) is None else schema_instrument(id)


def _indicator(instrument: engine.Instrument, value: engine.Indicator, weight: str) -> Indicator:
    scale = next(each for each in instrument.scales if each.id == value.scale)
    criteria = value.criteria or ("",) * len(scale.levels)
    return Indicator(
        number=value.number,
        code=value.code,
        name=value.name,
        aspect=value.aspect,
        weight=weight,
        levels=[
            IndicatorLevel(level=level.number, name=level.name, criterion=criterion)
            for level, criterion in zip(scale.levels, criteria, strict=True)
        ],
        integration_bound=value.integration is not None,
    )
