"""GraphQL types for the peers of a region."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.assessment import peers as engine
from resolvers import peers as resolved
from schema.descriptions import NOT_COMPUTED
from schema.enums import RegionKind, SampleSufficiency
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(description="A difference or a change in the value of one domain.")
class DomainDifference:
    number: int = strawberry.field(description="The number of the domain in the instrument.")
    difference: Figure = strawberry.field(
        description="The difference in points of the domain's value, with its sign."
    )

    @classmethod
    def list_from_differences(cls, values: Mapping[int, Fraction]) -> list[DomainDifference]:
        """Return the differences by number of the domain."""
        return [
            cls(number=n, difference=Figure.from_difference(value)) for n, value in values.items()
        ]


@strawberry.type(description="An indicator whose level changed from one year to the next.")
class LevelChange:
    indicator: int = strawberry.field(description="The number of the indicator.")
    before: int = strawberry.field(description="The level in the earlier year.")
    after: int = strawberry.field(description="The level in the year after it.")
    gain: Figure = strawberry.field(
        description="The change of the index by this indicator, in index points. It is negative if "
        "the level fell."
    )

    @classmethod
    def from_model(cls, value: engine.LevelChange) -> LevelChange:
        return cls(
            indicator=value.indicator,
            before=value.before,
            after=value.after,
            gain=Figure.from_difference(value.gain),
        )


@strawberry.type(
    description="A region that is similar to another one, with the parts of their distance and "
    "with what it did in the year after. The distance is a measure that Simpul defines."
)
class Peer:
    region_code: strawberry.ID = strawberry.field(
        description="The code of the peer. It is known even if `region` is null."
    )
    name: str = strawberry.field(description="The name of the peer.")
    kind: RegionKind = strawberry.field(description="What kind of government the peer is.")
    distance: Figure = strawberry.field(
        description="The distance of the two regions in index points: the sum of its three parts."
    )
    domain_distance: Figure = strawberry.field(
        description="The part of the distance by the values of the domains: the square root of the "
        "weighted squares of their differences."
    )
    kind_distance: Figure = strawberry.field(
        description="The part of the distance by the kind of region: 0.25 between a regency and a "
        "city, 0 otherwise."
    )
    population_distance: Figure | None = strawberry.field(
        description="The part of the distance by population: 0.10 for each class of population "
        "between them. Null if a population is unknown; it then adds nothing."
    )
    domain_differences: list[DomainDifference] = strawberry.field(
        description="The values of the peer's domains minus those of the region, one per domain."
    )
    next_index: Figure | None = strawberry.field(
        description="The index of the peer in the year after. Null if it is unknown."
    )
    index_change: Figure | None = strawberry.field(
        description="The change of the peer's index to the year after. Null if it is unknown."
    )
    has_risen: bool = strawberry.field(
        description="Whether the peer's index is known to have risen by 0.10 or more to the year "
        "after."
    )
    domain_changes: list[DomainDifference] | None = strawberry.field(
        description="The changes of the peer's domains to the year after, at most one per domain. "
        "Null if they are unknown."
    )
    level_changes: list[LevelChange] | None = strawberry.field(
        description="The indicators of the peer whose levels changed to the year after, the "
        "largest gain first. Null if the levels of one of the two years are not published."
    )

    @strawberry.field(description="The peer. Null if this instance does not hold the region.")
    async def region(
        self, info: Info
    ) -> Annotated[Region, strawberry.lazy("schema.region")] | None:
        from schema.region import Region

        region = await info.context.loaders.regions.load(self.region_code)
        return None if region is None else Region.from_model(region)

    @classmethod
    def from_model(cls, value: resolved.RegionPeer) -> Peer:
        peer, levels = value.peer, value.history.levels
        return cls(
            region_code=strawberry.ID(peer.region),
            name=value.region.name,
            kind=value.region.kind,
            distance=Figure.from_float(peer.distance),
            domain_distance=Figure.from_float(peer.by_domains),
            kind_distance=Figure.from_float(peer.by_kind),
            population_distance=Figure.from_optional_float(peer.by_population),
            domain_differences=DomainDifference.list_from_differences(peer.differences),
            next_index=Figure.from_optional(peer.next_index),
            index_change=Figure.from_optional_difference(peer.change),
            has_risen=peer.has_risen,
            domain_changes=DomainDifference.list_from_differences(peer.domain_changes)
            if peer.domain_changes
            else None,
            level_changes=None
            if levels is None
            else [LevelChange.from_model(change) for change in levels],
        )


@strawberry.type(description="The regions that are most similar to one region in one edition.")
class PeerGroup:
    instrument: Instrument = strawberry.field(
        description="The instrument by which the regions are compared."
    )
    year: int = strawberry.field(
        description="The year of the edition in which the regions are compared. It is the one with "
        "the most results in the year after."
    )
    candidate_count: int = strawberry.field(
        description="The number of regions that the peers are chosen from."
    )
    sufficiency: SampleSufficiency = strawberry.field(
        description="Whether enough of the peers have risen to serve as examples."
    )
    peers: list[Peer] = strawberry.field(description="The peers, the nearest first; at most 20.")

    @classmethod
    def from_model(cls, value: resolved.RegionPeers) -> PeerGroup:
        return cls(
            instrument=schema_instrument(value.instrument),
            year=value.year,
            candidate_count=value.search_result.candidate_count,
            sufficiency=value.search_result.sufficiency,
            peers=[Peer.from_model(peer) for peer in value.peers],
        )


@strawberry.type
class RegionPeersField:
    """The field of Region for its peers."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The regions of the country that are most similar to this one by published "
        "domains, kind and population. Null if the domains of this region are not published. "
        + NOT_COMPUTED
    )
    async def peers(
        self,
        info: Info,
        peer_count: Annotated[
            int, strawberry.argument(description="The number of nearest regions, from 1 to 20.")
        ] = 5,
    ) -> PeerGroup | None:
        peers = await resolved.find_region_peers(info.context, self._value, peer_count)
        return None if peers is None else PeerGroup.from_model(peers)
