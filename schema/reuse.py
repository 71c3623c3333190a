"""GraphQL types for applications that a region could reuse from its sisters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.consolidation.reuse import MIN_SHARED_LEVEL, RULE
from resolvers import reuse as resolved
from schema.application_reference import ApplicationReference
from schema.connection import checked_page_size
from schema.descriptions import NOT_COMPUTED
from schema.figure import Figure
from schema.function_tag import BusinessFunction, estimated_figure
from schema.info import Info

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="A system of a sister region for a function that this inventory does not show. "
    "That is not yet a need: see how complete the inventory is. Functions are estimated."
)
class SharingCandidate:
    rule: str
    function: BusinessFunction
    system: ApplicationReference
    level: int | None = strawberry.field(
        description=f"Official level of the owner's service, {MIN_SHARED_LEVEL} or above; null: unknown."
    )
    shareable: bool | None = strawberry.field(
        description="Whether its source may be given on; null: nobody said."
    )
    confidence: Figure = strawberry.field(description="Of the function of the system.")
    regions_with: int = strawberry.field(description="Regions that serve the function.")
    regions_compared: int
    completeness: Figure | None = strawberry.field(description="Of this region's inventory.")
    owner_code: strawberry.ID

    @strawberry.field
    async def owner(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(await info.context.loaders.regions.load(self.owner_code))

    @classmethod
    def from_model(cls, value: resolved.ReuseOffer) -> SharingCandidate:
        candidate = value.candidate
        return cls(
            rule=RULE,
            function=BusinessFunction.from_id(candidate.function),
            system=ApplicationReference(id=strawberry.ID(candidate.system)),
            level=candidate.level,
            shareable=candidate.shareable,
            confidence=estimated_figure(candidate.confidence),
            regions_with=candidate.regions_with,
            regions_compared=value.regions_compared,
            completeness=Figure.from_optional(value.completeness),
            owner_code=strawberry.ID(candidate.owner),
        )


@strawberry.type
class RegionSharing:
    """The field of Region for applications that it could reuse."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="Most widely served functions first, at most three systems for each, of the "
        "same province; `first` is at most 200. " + NOT_COMPUTED
    )
    async def sharing_candidates(
        self, info: Info, first: int = 10
    ) -> list[SharingCandidate] | None:
        page_size = checked_page_size(first)
        offers = await resolved.list_reuse_offers(info.context, self._value)
        return [SharingCandidate.from_model(offer) for offer in offers[:page_size]]
