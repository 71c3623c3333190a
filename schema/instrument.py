"""GraphQL types and queries for instruments."""

from __future__ import annotations

from functools import cache

import strawberry

from engine.assessment import instrument as engine
from engine.decimals import format_exact, format_exact_parts
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
        description="Percent of the index; 12 places where it never ends, as 10/3, rounded so that "
        "all weights of the instrument add up to 100."
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
        weights = format_exact_parts([indicator.weight for indicator in self._value.indicators])
        return [
            _schema_indicator(self._value, indicator, weight)
            for indicator, weight in zip(self._value.indicators, weights, strict=True)
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
                    label=predicate.label,
                    minimum=None if predicate.minimum is None else format_exact(predicate.minimum),
                )
                for predicate in value.predicates
            ],
            domains=[
                Domain(number=domain.number, name=domain.name, weight=format_exact(domain.weight))
                for domain in value.domains
            ],
            aspects=[
                Aspect(
                    number=aspect.number,
                    domain=aspect.domain,
                    name=aspect.name,
                    weight=format_exact(aspect.weight),
                )
                for aspect in value.aspects
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
        return [schema_instrument(instrument.id) for instrument in list_instruments()]

    @strawberry.field(description="Null where there is none with that id.")
    def instrument(self, id: strawberry.ID) -> Instrument | None:
        return None if find_instrument(id) is None else schema_instrument(id)


def _schema_indicator(
    instrument: engine.Instrument, value: engine.Indicator, weight: str
) -> Indicator:
    scale = next(scale for scale in instrument.scales if scale.id == value.scale)
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
