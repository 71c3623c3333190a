"""GraphQL types and queries for comparisons of regions and for index movements."""

from __future__ import annotations

import strawberry

from engine.assessment import comparison as engine
from resolvers import comparison as resolved
from resolvers.instrument import instrument_in_catalogue
from schema.enums import AssessmentKind
from schema.figure import Figure
from schema.info import Info
from schema.peers import DomainDifference
from schema.region import Region

strawberry.enum(
    engine.PartKind, name="ComparedPart", description="What a line of a comparison is about."
)
strawberry.enum(
    engine.MeanBasis,
    description="COMPUTED: from the values that are here. PUBLISHED: printed by the source, from "
    "values that are not all here.",
)


@strawberry.type(description="A mean, and over how many it was taken.")
class ReferenceMean:
    value: Figure
    n: int | None = strawberry.field(description="Null where the publication does not say.")
    basis: engine.MeanBasis


@strawberry.type(description="The highest value that is known here, and all who have it.")
class ReferenceBest:
    value: Figure
    regions: list[strawberry.ID]


@strawberry.type(description="What a group of regions makes of a part; null: nothing is known.")
class Reference:
    mean: ReferenceMean | None
    best: ReferenceBest | None

    @classmethod
    def from_model(cls, value: engine.Reference) -> Reference:
        mean, best = value.mean, value.best
        return cls(
            mean=None
            if mean is None
            else ReferenceMean(value=Figure.from_fraction(mean.value), n=mean.n, basis=mean.basis),
            best=None
            if best is None
            else ReferenceBest(
                value=Figure.from_fraction(best.value),
                regions=[strawberry.ID(code) for code in best.regions],
            ),
        )


@strawberry.type(
    description="One region's value and how far it is from the means and the best, signed. Null: "
    "not known."
)
class ComparedValue:
    region: strawberry.ID
    value: Figure | None
    to_province_mean: Figure | None
    to_national_mean: Figure | None
    to_province_best: Figure | None
    to_national_best: Figure | None

    @classmethod
    def from_model(cls, value: engine.ComparisonCell) -> ComparedValue:
        return cls(
            region=strawberry.ID(value.region),
            value=Figure.from_optional(value.value),
            to_province_mean=Figure.from_optional_difference(value.to_province_mean),
            to_national_mean=Figure.from_optional_difference(value.to_national_mean),
            to_province_best=Figure.from_optional_difference(value.to_province_best),
            to_national_best=Figure.from_optional_difference(value.to_national_best),
        )


@strawberry.type(description="The index, a domain, an aspect or an indicator across the regions.")
class ComparisonLine:
    part: engine.PartKind
    number: int = strawberry.field(description="0 of the index.")
    name: str = strawberry.field(description="Empty of the index.")
    values: list[ComparedValue] = strawberry.field(description="In the order asked for.")
    leaders: list[strawberry.ID] = strawberry.field(description="Of the regions side by side.")
    province: Reference = strawberry.field(
        description="The regencies and cities of the province, if all regions are of one."
    )
    national: Reference = strawberry.field(
        description="All provinces, regencies and cities; a PUBLISHED mean of an aspect is over "
        "the central agencies too. The results of the whole country that ship count too."
    )

    @classmethod
    def list_from_lines(
        cls, values: tuple[engine.ComparisonLine, ...], instrument: str
    ) -> list[ComparisonLine]:
        """Return the lines with the names of their parts."""
        chosen_instrument = instrument_in_catalogue(instrument)
        names = {engine.INDEX: ""}
        names |= {
            (engine.PartKind.DOMAIN, domain.number): domain.name
            for domain in chosen_instrument.domains
        }
        names |= {
            (engine.PartKind.ASPECT, aspect.number): aspect.name
            for aspect in chosen_instrument.aspects
        }
        names |= {
            (engine.PartKind.INDICATOR, indicator.number): indicator.name
            for indicator in chosen_instrument.indicators
        }
        return [
            cls(
                part=line.part[0],
                number=line.part[1],
                name=names[line.part],
                values=[ComparedValue.from_model(cell) for cell in line.cells],
                leaders=[strawberry.ID(code) for code in line.leaders],
                province=Reference.from_model(line.province),
                national=Reference.from_model(line.national),
            )
            for line in values
        ]


@strawberry.type(description="How a region's index moved in a year, and which domains moved it.")
class Mover:
    region: Region
    before: Figure
    after: Figure
    change: Figure = strawberry.field(description="Signed.")
    domains: list[DomainDifference] = strawberry.field(description="Those known in both years.")

    @classmethod
    def from_model(cls, value: resolved.Mover) -> Mover:
        return cls(
            region=Region.from_model(value.region),
            before=Figure.from_fraction(value.index_move.before),
            after=Figure.from_fraction(value.index_move.after),
            change=Figure.from_difference(value.index_move.change),
            domains=DomainDifference.list_from_differences(value.index_move.domains),
        )


@strawberry.type
class ComparisonQuery:
    @strawberry.field(
        description="Regencies and cities with a published index in this year and the one before, "
        "the largest rise first and the largest fall last."
    )
    async def movers(
        self,
        info: Info,
        instrument: strawberry.ID,
        year: int,
        kind: AssessmentKind,
        province: strawberry.ID | None = None,
    ) -> list[Mover]:
        movers = await resolved.list_index_movers(
            info.context, instrument=instrument, year=year, kind=kind, province=province
        )
        return [Mover.from_model(mover) for mover in movers]
