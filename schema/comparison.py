"""GraphQL types and query for comparisons of regions and for index movements."""

from __future__ import annotations

from typing import Annotated

import strawberry

from engine.assessment import comparison as engine
from resolvers import comparison as resolved
from resolvers.instrument import instrument_in_catalogue
from schema.arguments import InstrumentIdArgument, KindArgument
from schema.enums import ComparedPartKind, MeanBasis
from schema.figure import Figure
from schema.freshness import FreshnessArgument, wait_for_copies
from schema.info import Info
from schema.peers import DomainDifference
from schema.region import Region


@strawberry.type(description="The mean value of a group of regions.")
class ComparisonMean:
    value: Figure = strawberry.field(description="The unweighted mean, on the scale of the levels.")
    sample_size: int | None = strawberry.field(
        description="The number of values that the mean is taken of; null if the publication does "
        "not state it."
    )
    basis: MeanBasis = strawberry.field(
        description="Whether the mean is computed here or published."
    )


@strawberry.type(description="The highest value in a group of regions that is known here.")
class ComparisonBest:
    value: Figure = strawberry.field(description="The highest value, on the scale of the levels.")
    region_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of all regions with this value, by code; at most all local "
        "governments of the country (552). `region(code:)` is null for a code whose region this "
        "instance does not hold."
    )


@strawberry.type(
    description="The mean and the highest value of a group of regions, to compare a region with."
)
class ComparisonReference:
    mean: ComparisonMean | None = strawberry.field(
        description="The mean of the group; null if no value is known."
    )
    best: ComparisonBest | None = strawberry.field(
        description="The highest value of the group; null if no value is known."
    )

    @classmethod
    def from_model(cls, value: engine.ComparisonReference) -> ComparisonReference:
        mean, best = value.mean, value.best
        return cls(
            mean=None
            if mean is None
            else ComparisonMean(
                value=Figure.from_fraction(mean.value),
                sample_size=mean.sample_size,
                basis=mean.basis,
            ),
            best=None
            if best is None
            else ComparisonBest(
                value=Figure.from_fraction(best.value),
                region_codes=[strawberry.ID(code) for code in best.regions],
            ),
        )


@strawberry.type(
    description="The value of one region in a line of a comparison, with its differences from the "
    "means and the highest values. A difference is the region's value minus the other value; it is "
    "null if one of the two is unknown."
)
class ComparedValue:
    region_code: strawberry.ID = strawberry.field(
        description="The code of the region, which is one of `Comparison.regions`."
    )
    value: Figure | None = strawberry.field(
        description="The value of the region, on the scale of the levels; null if it is not "
        "published."
    )
    difference_from_province_mean: Figure | None = strawberry.field(
        description="The difference from `ComparisonLine.province.mean`, with its sign."
    )
    difference_from_national_mean: Figure | None = strawberry.field(
        description="The difference from `ComparisonLine.national.mean`, with its sign."
    )
    difference_from_province_best: Figure | None = strawberry.field(
        description="The difference from `ComparisonLine.province.best`, with its sign."
    )
    difference_from_national_best: Figure | None = strawberry.field(
        description="The difference from `ComparisonLine.national.best`, with its sign."
    )

    @classmethod
    def from_model(cls, value: engine.ComparisonCell) -> ComparedValue:
        difference = Figure.from_optional_difference
        return cls(
            region_code=strawberry.ID(value.region),
            value=Figure.from_optional(value.value),
            difference_from_province_mean=difference(value.difference_from_province_mean),
            difference_from_national_mean=difference(value.difference_from_national_mean),
            difference_from_province_best=difference(value.difference_from_province_best),
            difference_from_national_best=difference(value.difference_from_national_best),
        )


@strawberry.type(
    description="One part of the instrument across the compared regions: the index, a domain, an "
    "aspect or an indicator."
)
class ComparisonLine:
    part_kind: ComparedPartKind = strawberry.field(description="Which kind of part the line shows.")
    number: int | None = strawberry.field(
        description="The number of the domain, aspect or indicator in the instrument; null for "
        "the index."
    )
    name: str | None = strawberry.field(
        description="The name of the domain, aspect or indicator, in Indonesian; null for the "
        "index."
    )
    values: list[ComparedValue] = strawberry.field(
        description="The value of each compared region, in the requested order; from 2 to 10."
    )
    leader_codes: list[strawberry.ID] = strawberry.field(
        description="The codes of the compared regions with the highest value among them, by "
        "code; at most 10."
    )
    province: ComparisonReference = strawberry.field(
        description="The regencies and cities of the province that all compared regions belong "
        "to. If they belong to several provinces, its mean and its best are null."
    )
    national: ComparisonReference = strawberry.field(
        description="All provinces, regencies and cities of the country, including results that "
        "are published elsewhere and ship with Simpul. A published mean of an aspect also covers "
        "the central agencies."
    )

    @classmethod
    def list_from_lines(
        cls, values: tuple[engine.ComparisonLine, ...], instrument: str
    ) -> list[ComparisonLine]:
        """Return the lines with the names of their parts."""
        chosen_instrument = instrument_in_catalogue(instrument)
        names = {
            (ComparedPartKind.DOMAIN, domain.number): domain.name
            for domain in chosen_instrument.domains
        }
        names |= {
            (ComparedPartKind.ASPECT, aspect.number): aspect.name
            for aspect in chosen_instrument.aspects
        }
        names |= {
            (ComparedPartKind.INDICATOR, indicator.number): indicator.name
            for indicator in chosen_instrument.indicators
        }
        return [
            cls(
                part_kind=line.part[0],
                number=None if line.part == engine.INDEX else line.part[1],
                name=names.get(line.part),
                values=[ComparedValue.from_model(cell) for cell in line.cells],
                leader_codes=[strawberry.ID(code) for code in line.leaders],
                province=ComparisonReference.from_model(line.province),
                national=ComparisonReference.from_model(line.national),
            )
            for line in values
        ]


@strawberry.type(
    description="The change of a region's published index from one year to the next, with the "
    "domains that changed it."
)
class IndexMove:
    region: Region = strawberry.field(description="The region whose index changed.")
    before: Figure = strawberry.field(description="The index of the year before.")
    after: Figure = strawberry.field(description="The index of the requested year.")
    change: Figure = strawberry.field(
        description="The change in index points, with its sign; it may be 0."
    )
    domain_changes: list[DomainDifference] = strawberry.field(
        description="The change of each domain whose score is known in both years, by number; at "
        "most one for each domain of the instrument."
    )

    @classmethod
    def from_model(cls, value: resolved.RegionIndexMove) -> IndexMove:
        return cls(
            region=Region.from_model(value.region),
            before=Figure.from_fraction(value.index_move.before),
            after=Figure.from_fraction(value.index_move.after),
            change=Figure.from_difference(value.index_move.change),
            domain_changes=DomainDifference.list_from_differences(value.index_move.domains),
        )


@strawberry.type
class ComparisonQuery:
    @strawberry.field(
        description="The regencies and cities whose index is published for the requested year and "
        "for the year before, by the same instrument: the largest rise first, the largest fall "
        "last. At most one for each regency and city of the country (514)."
    )
    async def index_moves(
        self,
        info: Info,
        instrument_id: InstrumentIdArgument,
        year: Annotated[int, strawberry.argument(description="The later one of the two years.")],
        kind: KindArgument,
        province_code: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The code of the province that the regions belong to, such as 32. "
                "Null includes all provinces."
            ),
        ] = None,
        freshness: FreshnessArgument = None,
    ) -> list[IndexMove]:
        await wait_for_copies(info, freshness)
        moves = await resolved.list_index_moves(
            info.context, instrument=instrument_id, year=year, kind=kind, province=province_code
        )
        return [IndexMove.from_model(move) for move in moves]
