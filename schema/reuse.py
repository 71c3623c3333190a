"""GraphQL types for applications that a region could reuse from other regions of its province."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from engine import model
from engine.consolidation.reuse import MIN_SHARED_LEVEL, RULE
from resolvers import reuse as resolved
from schema.application_reference import ApplicationReference
from schema.arguments import AfterArgument, FirstArgument
from schema.connection import Connection, checked_page_size, slice_connection
from schema.descriptions import NOT_COMPUTED
from schema.figure import Figure
from schema.function_tag import BusinessFunction, estimated_figure
from schema.info import Info

if TYPE_CHECKING:
    from schema.region import Region


@strawberry.type(
    description="An application of another region of the province that serves a function which no "
    "application in this region's inventory serves. This is not yet a need, because the inventory "
    "may be incomplete. The functions of applications are estimated."
)
class ReuseCandidate:
    rule: str = strawberry.field(
        description="The rule that finds the candidate, with its version, such as sharing/1."
    )
    function: BusinessFunction = strawberry.field(
        description="The function that the inventory lacks."
    )
    application: ApplicationReference = strawberry.field(
        description="The application of the other region."
    )
    official_level: int | None = strawberry.field(
        description="The latest official level of the owner's service, which is "
        f"{MIN_SHARED_LEVEL} or 5; null if it is unknown."
    )
    is_shareable: bool | None = strawberry.field(
        description="Whether the owner permits sharing the source code; null if it is unknown. "
        "Applications whose owner does not permit it are left out."
    )
    function_confidence: Figure = strawberry.field(
        description="How certain it is that the application serves the function, from 0 to 1."
    )
    serving_region_count: int = strawberry.field(
        description="The number of regions of the province that serve the function."
    )
    compared_region_count: int = strawberry.field(
        description="The number of regions of the province that have an inventory."
    )
    inventory_completeness: Figure | None = strawberry.field(
        description="How complete the inventory of this region is, from 0 to 1; null if it is "
        "empty."
    )
    _owner_code: strawberry.Private[str]

    @strawberry.field(description="The region that runs the application.")
    async def owner(self, info: Info) -> Annotated[Region, strawberry.lazy("schema.region")]:
        from schema.region import Region

        return Region.from_required_model(await info.context.loaders.regions.load(self._owner_code))

    @classmethod
    def from_model(cls, value: resolved.ReuseOffer) -> ReuseCandidate:
        candidate = value.candidate
        return cls(
            rule=RULE,
            function=BusinessFunction.from_id(candidate.function),
            application=ApplicationReference(id=strawberry.ID(candidate.system)),
            official_level=candidate.level,
            is_shareable=candidate.is_shareable,
            function_confidence=estimated_figure(candidate.confidence),
            serving_region_count=candidate.serving_region_count,
            compared_region_count=value.compared_region_count,
            inventory_completeness=Figure.from_optional(value.completeness),
            _owner_code=candidate.owner,
        )


@strawberry.type
class RegionReuse:
    """The field of Region for applications that it could reuse."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The applications of other regions of the province that the region could "
        "reuse: at most three for each function, and the functions that most regions serve "
        f"first. {NOT_COMPUTED}"
    )
    async def reuse_candidates(
        self, info: Info, first: FirstArgument = 10, after: AfterArgument = None
    ) -> Connection[ReuseCandidate] | None:
        page_size = checked_page_size(first)
        offers = await resolved.list_reuse_offers(info.context, self._value)
        return slice_connection(
            offers,
            page_size,
            after,
            key=lambda offer: offer.candidate.system,
            to_node=ReuseCandidate.from_model,
        )
