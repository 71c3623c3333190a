"""GraphQL types and queries for instruments."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import strawberry

from engine.assessment import instrument as engine
from engine.decimals import format_exact_parts
from resolvers.instrument import (
    find_instrument,
    has_rules,
    instrument_in_catalogue,
    list_instruments,
)
from schema.descriptions import INSTRUMENT_ID
from schema.enums import InstrumentStatus
from schema.node import Node
from schema.scalars import Decimal, exact_decimal

WEIGHT = "The weight in percent of the index."


@strawberry.type(description="A label for a range of index values, such as `Sangat Baik`.")
class Predicate:
    label: str = strawberry.field(description="The label as the regulation prints it.")
    minimum: Decimal | None = strawberry.field(
        description="The lowest index with this predicate; null for the lowest predicate, which "
        "has no minimum."
    )


@strawberry.type(description="A top-level part of an instrument (domain).")
class Domain:
    number: int = strawberry.field(description="The number of the domain, from 1.")
    name: str = strawberry.field(description="The name of the domain, in Indonesian.")
    weight: Decimal = strawberry.field(description=WEIGHT)


@strawberry.type(description="A part of a domain (aspek).")
class Aspect:
    number: int = strawberry.field(
        description="The number of the aspect in the instrument, from 1."
    )
    domain_number: int = strawberry.field(
        description="The number of the domain that the aspect belongs to. An instrument without "
        "domains of its own has one domain for each aspect, with the same number."
    )
    name: str = strawberry.field(description="The name of the aspect, in Indonesian.")
    weight: Decimal = strawberry.field(description=WEIGHT)


@strawberry.type(description="One level of an indicator.")
class IndicatorLevel:
    level: int = strawberry.field(
        description="The number of the level, from `Instrument.levelMin` to `Instrument.levelMax`."
    )
    name: str = strawberry.field(description="The name of the level, in Indonesian.")
    criterion: str | None = strawberry.field(
        description="What the level requires, in our own Indonesian words and not the text of the "
        "regulation; null if it is not known."
    )


@strawberry.type(description="One question of an instrument, which is answered with a level.")
class Indicator:
    number: int = strawberry.field(
        description="The number of the indicator in the instrument, from 1. Claims, verdicts and "
        "steps refer to the indicator by it."
    )
    code: str = strawberry.field(
        description="The code of the indicator as the regulation prints it, such as `I01`."
    )
    name: str = strawberry.field(description="The name of the indicator, in Indonesian.")
    aspect_number: int = strawberry.field(
        description="The number of the aspect that the indicator belongs to."
    )
    weight: Decimal = strawberry.field(
        description=f"{WEIGHT} A weight that never ends, such as 10/3, is rounded so that all "
        "weights of the instrument add up to 100."
    )
    levels: list[IndicatorLevel] = strawberry.field(
        description="The levels of the indicator, lowest first; at most 6."
    )
    requires_integration: bool = strawberry.field(
        description="Whether some level requires that applications exchange data with others."
    )


@strawberry.type(
    description="A versioned set of indicators, weights and predicates by which the maturity of a "
    "government is assessed. A regulation defines it."
)
class Instrument(Node):
    name: str = strawberry.field(description="The name of the instrument, in Indonesian.")
    legal_basis: str = strawberry.field(
        description="The regulation that defines the instrument, such as PermenPANRB 59/2020."
    )
    status: InstrumentStatus = strawberry.field(
        description="Whether new assessments use the instrument."
    )
    status_note: str = strawberry.field(
        description="What the status and the data of the instrument rest on, in Indonesian."
    )
    has_rules: bool = strawberry.field(
        description="Whether rules exist that verify claimed levels of the instrument. Without "
        "them `Region.verification` refuses the instrument."
    )
    year_from: int = strawberry.field(description="The first year that it is used for.")
    year_to: int | None = strawberry.field(
        description="The last year that it is used for; null if it is still in use."
    )
    level_min: int = strawberry.field(
        description="The lowest level, which is also the lowest possible index."
    )
    level_max: int = strawberry.field(
        description="The highest level, which is also the highest possible index."
    )
    predicates: list[Predicate] = strawberry.field(
        description="The predicates, best first; at most 10."
    )
    domains: list[Domain] = strawberry.field(
        description="The domains, by number; at most 20. Their weights add up to 100."
    )
    aspects: list[Aspect] = strawberry.field(
        description="The aspects, by number; at most 20. Their weights add up to 100."
    )
    sources: list[str] = strawberry.field(
        description="The sources of this data, in Indonesian; at most 20."
    )
    _value: strawberry.Private[engine.Instrument]

    @strawberry.field(description="The indicators, by number; at most 100.")
    def indicators(self) -> list[Indicator]:
        weights = format_exact_parts([indicator.weight for indicator in self._value.indicators])
        return [
            _schema_indicator(self._value, indicator, Decimal(weight))
            for indicator, weight in zip(self._value.indicators, weights, strict=True)
        ]

    @classmethod
    def from_model(cls, value: engine.Instrument) -> Instrument:
        return cls(
            id=strawberry.ID(value.id),
            name=value.name,
            legal_basis=value.legal_basis,
            status=value.status,
            status_note=value.status_note,
            has_rules=has_rules(value.id),
            year_from=value.year_from,
            year_to=value.year_to,
            level_min=value.level_min,
            level_max=value.level_max,
            predicates=[
                Predicate(
                    label=predicate.label,
                    minimum=None if predicate.minimum is None else exact_decimal(predicate.minimum),
                )
                for predicate in value.predicates
            ],
            domains=[
                Domain(number=domain.number, name=domain.name, weight=exact_decimal(domain.weight))
                for domain in value.domains
            ],
            aspects=[
                Aspect(
                    number=aspect.number,
                    domain_number=aspect.domain,
                    name=aspect.name,
                    weight=exact_decimal(aspect.weight),
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


def indicator_names(id: str) -> dict[int, str]:
    """Return the names of the indicators of an instrument, by number."""
    indicators = instrument_in_catalogue(id).indicators
    return {indicator.number: indicator.name for indicator in indicators}


@strawberry.type
class InstrumentQuery:
    @strawberry.field(description="All instruments that Simpul knows, oldest first; at most 20.")
    def instruments(self) -> list[Instrument]:
        return [schema_instrument(instrument.id) for instrument in list_instruments()]

    @strawberry.field(description="The instrument with this id; null if there is none.")
    def instrument(
        self,
        id: Annotated[strawberry.ID, strawberry.argument(description=INSTRUMENT_ID)],
    ) -> Instrument | None:
        return None if find_instrument(id) is None else schema_instrument(id)


def _schema_indicator(
    instrument: engine.Instrument, value: engine.Indicator, weight: Decimal
) -> Indicator:
    scale = next(scale for scale in instrument.scales if scale.id == value.scale)
    criteria: tuple[str | None, ...] = value.criteria or (None,) * len(scale.levels)
    return Indicator(
        number=value.number,
        code=value.code,
        name=value.name,
        aspect_number=value.aspect,
        weight=weight,
        levels=[
            IndicatorLevel(level=level.number, name=level.name, criterion=criterion or None)
            for level, criterion in zip(scale.levels, criteria, strict=True)
        ],
        requires_integration=value.integration is not None,
    )
