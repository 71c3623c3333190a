"""GraphQL types for the peers of a region."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.assessment import peers as engine
from engine.assessment.outlook import Sufficiency
from resolvers import peers as resolved
from schema.descriptions import NOT_COMPUTED
from schema.enums import RegionKind
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(description="A difference or change of one domain, signed.")
class DomainDifference:
    number: int
    difference: Figure

    @classmethod
    def list_from_differences(cls, values: Mapping[int, Fraction]) -> list[DomainDifference]:
        """Return the differences by number of the domain."""
        return [
            cls(number=n, difference=Figure.from_difference(value)) for n, value in values.items()
        ]


@strawberry.type(description="An indicator whose level rose or fell.")
class LevelChange:
    indicator: int
    before: int
    after: int
    gain: str = strawberry.field(description="Index points; negative where it fell.")

    @classmethod
    def from_model(cls, value: engine.LevelChange) -> LevelChange:
        return cls(
            indicator=value.indicator,
            before=value.before,
            after=value.after,
            gain=Figure.from_fraction(value.gain).value,
        )


@strawberry.type(description="A region like another one, why, and what it did a year later.")
class Peer:
    code: strawberry.ID
    name: str
    kind: RegionKind
    instrument: Instrument
    year: int = strawberry.field(description="The edition in which both are compared.")
    of: int = strawberry.field(description="How many regions could have been peers.")
    distance: float = strawberry.field(
        description="Index points: a declared measure of ours, the sum of the three parts."
    )
    by_domains: float
    by_kind: float
    by_population: float | None = strawberry.field(
        description="Null: a population is not known, so it does not count."
    )
    differences: list[DomainDifference] = strawberry.field(
        description="The peer's domain values less the region's."
    )
    next_index: Figure | None = strawberry.field(description="A year later; null: not known.")
    change: Figure | None
    moved: bool = strawberry.field(description="It rose by 0.10 or more within the year.")
    domain_changes: list[DomainDifference] = strawberry.field(description="Empty: not known.")
    level_changes: list[LevelChange] | None = strawberry.field(
        description="What it changed, largest gain first; null: the levels of both years are not "
        "published."
    )
    examples: Sufficiency = strawberry.field(
        description="Whether enough of the peers asked for moved to learn from them."
    )

    @strawberry.field(description="Null where this instance does not hold the region.")
    async def region(
        self, info: Info
    ) -> Annotated[Region, strawberry.lazy("schema.region")] | None:
        from schema.region import Region

        region = await info.context.loaders.regions.load(self.code)
        return None if region is None else Region.from_model(region)

    @classmethod
    def list_from_model(cls, value: resolved.RegionPeers) -> list[Peer]:
        """Return the peers, nearest first."""
        return [cls._from_model(peer, value) for peer in value.peers]

    @classmethod
    def _from_model(cls, value: resolved.RegionPeer, peers: resolved.RegionPeers) -> Peer:
        peer, levels = value.peer, value.history.levels
        return cls(
            code=strawberry.ID(peer.region),
            name=value.region.name,
            kind=value.region.kind,
            instrument=schema_instrument(peers.instrument),
            year=peers.year,
            of=peers.search_result.candidate_count,
            distance=peer.distance,
            by_domains=peer.by_domains,
            by_kind=peer.by_kind,
            by_population=peer.by_population,
            differences=DomainDifference.list_from_differences(peer.differences),
            next_index=Figure.from_optional(peer.next_index),
            change=Figure.from_optional_difference(peer.change),
            moved=peer.has_moved,
            domain_changes=DomainDifference.list_from_differences(peer.domain_changes),
            level_changes=None
            if levels is None
            else [LevelChange.from_model(change) for change in levels],
            examples=peers.search_result.sufficiency,
        )


@strawberry.type
class RegionPeersField:
    """The field of Region for its peers."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The nearest regions (`first` is at most 20) in the edition that tells of most "
        "what became of them; empty where the region's domain values are not published. "
        + NOT_COMPUTED
    )
    async def peers(
        self,
        info: Info,
        first: int = 5,
    ) -> list[Peer] | None:
        peers = await resolved.find_region_peers(info.context, self._value, first)
        return [] if peers is None else Peer.list_from_model(peers)
