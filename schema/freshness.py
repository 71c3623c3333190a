"""GraphQL input for the maximum age of replicas, and the query for their coverage."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine import coverage as engine
from resolvers import freshness as resolved
from schema.descriptions import FRESHNESS, REGION_CODE
from schema.enums import SourceState
from schema.info import Info


@strawberry.enum(description="What a field does if a copy is still too old after the wait.")
class FreshnessRequirement(Enum):
    ANY = strawberry.enum_value(
        "ANY",
        description="The field answers from the copies as they are. `coverage` states which of "
        "them are too old.",
    )
    ALL = strawberry.enum_value(
        "ALL",
        description="The field fails with the code NOT_FRESH. The extensions of the error state "
        "how many copies are too old.",
    )


@strawberry.input(
    description="The maximum age of the copies of regions that other instances own. A field with "
    "this argument waits until the copies are recent enough, for at most 2 seconds. Fields of one "
    "operation with equal `maxAge` and `regionCodes` share one wait. The instance does not wait "
    "for owners that are known to be down."
)
class FreshnessInput:
    max_age: int = strawberry.field(
        description=f"The maximum age in seconds, from 0 to {resolved.AGE_MOST:,}. With 0 a copy "
        "holds all that its owner had when the request arrived."
    )
    require: FreshnessRequirement = strawberry.field(
        default=FreshnessRequirement.ANY,
        description="What happens if a copy is still too old after the wait.",
    )
    region_codes: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The codes of the regions whose copies matter, at most "
        f"{resolved.REGIONS_MOST:,}. A code that the instance does not know is ignored. Null means "
        "the requested region in the field `region`, and all regions in other fields.",
    )


FreshnessArgument = Annotated[FreshnessInput | None, strawberry.argument(description=FRESHNESS)]


@strawberry.type(description="How recent an instance's copy of one region is.")
class CoveredRegion:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    state: SourceState = strawberry.field(
        description="The state of the copy. It is FRESH if the copy follows its owner and is not "
        "older than requested; a copy whose owner was silent for 15 seconds is STALE in any case."
    )
    as_of: datetime | None = strawberry.field(
        description="The last time at which the copy was known to hold all entries of its owner; "
        "the present time if the region is owned here. Null if the copy was never complete."
    )


@strawberry.type(
    description="How many regions the instance has a copy of that is not older than requested. A "
    "region that the instance owns is always fresh."
)
class FreshnessCoverage:
    region_count: int = strawberry.field(description="The number of all regions in question.")
    fresh_count: int = strawberry.field(
        description="The number of regions that are owned here, or whose copy follows its owner "
        "and is not older than requested."
    )
    stale_count: int = strawberry.field(
        description="The number of regions whose copy is older than requested, or fell behind."
    )
    unreachable_count: int = strawberry.field(
        description="The number of regions whose owner does not respond as required, or whose log "
        "is not the one that was copied."
    )
    regions: list[CoveredRegion] = strawberry.field(
        description="The regions in question, by code: at most all that the instance has."
    )

    @classmethod
    def from_model(cls, value: engine.Coverage) -> FreshnessCoverage:
        return cls(
            region_count=len(value.regions),
            fresh_count=value.fresh_count,
            stale_count=value.stale_count,
            unreachable_count=value.unreachable_count,
            regions=[
                CoveredRegion(
                    region_code=strawberry.ID(region.region),
                    state=region.state,
                    as_of=region.as_of,
                )
                for region in value.regions
            ],
        )


async def wait_for_copies(
    info: Info, freshness: FreshnessInput | None, codes: Collection[str] | None = None
) -> None:
    """Wait until the copies are as recent as requested.

    `codes` are the regions if the request names none; None: all regions.

    Raises:
        InvalidArgument: a field of the input is out of bounds.
        NotFresh: all copies must be recent enough, and one is not.
    """
    if freshness is None:
        return
    named = codes if freshness.region_codes is None else freshness.region_codes
    if freshness.require is FreshnessRequirement.ALL:
        await resolved.require_fresh(info.context, freshness.max_age, named)
    else:
        await resolved.wait_until_fresh(info.context, freshness.max_age, named)


@strawberry.type
class FreshnessQuery:
    @strawberry.field(
        description="How recent the copies are from which other fields of the operation answer. "
        "Give it the same input as those fields: it waits with them, and never fails because a "
        "copy is too old, whatever `require` says."
    )
    async def coverage(
        self,
        info: Info,
        freshness: Annotated[
            FreshnessInput,
            strawberry.argument(description="The maximum age of the copies, and their regions."),
        ],
    ) -> FreshnessCoverage:
        return FreshnessCoverage.from_model(
            await resolved.wait_until_fresh(info.context, freshness.max_age, freshness.region_codes)
        )
