"""GraphQL types and query for the sources of replicated regions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import strawberry

from engine.log import source as engine
from resolvers import replicas as resolved
from schema.descriptions import REGION_CODE
from schema.enums import SourceState
from schema.info import Info


@strawberry.type(
    description="Where an instance has a region from, and how current its copy is. An instance "
    "owns a region and writes its log, or follows the instance that owns it."
)
class Source:
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    state: SourceState = strawberry.field(
        description="Whether the region is owned here, and otherwise how current the copy is."
    )
    as_of: datetime | None = strawberry.field(
        description="The last time, by the clock of this instance, at which the copy was known to "
        "hold all entries of its owner; the present time if the region is owned here. Null if the "
        "copy was never complete."
    )
    lag_seconds: float | None = strawberry.field(
        description="The seconds since `asOf`; 0 if the region is owned here. Null if the copy was "
        "never complete."
    )
    url: str | None = strawberry.field(
        description="The URL of the API from which the copy is read: that of the owner, or of an "
        "instance that follows the owner. Null if the region is owned here."
    )
    owner_url: str | None = strawberry.field(
        description="The URL of the API of the instance that owns the region, to which changes are "
        "sent. Null if the region is owned here."
    )
    reason: str | None = strawberry.field(
        description="Why the owner cannot be followed or the copy does not advance, in English, "
        "for operators. Null if there is no known failure."
    )

    @classmethod
    def from_model(
        cls,
        region: str,
        value: engine.Source | None,
        now: datetime,
        confirmed: datetime | None = None,
    ) -> Source:
        """Return the GraphQL type of a source.

        `confirmed` is when this operation has confirmed that the replica was complete.
        """
        code = strawberry.ID(region)
        if value is not None and confirmed is not None:
            value = replace(value, state=SourceState.FRESH, as_of=confirmed, reason="")
        if value is None:
            return cls(
                region_code=code,
                state=SourceState.OWNED,
                as_of=now,
                lag_seconds=0.0,
                url=None,
                owner_url=None,
                reason=None,
            )
        lag = None if value.as_of is None else max(0.0, (now - value.as_of).total_seconds())
        return cls(
            region_code=code,
            state=value.state_at(now),
            as_of=value.as_of,
            lag_seconds=lag,
            url=resolved.to_public_url(value.url),
            owner_url=resolved.to_public_url(value.owner_url),
            reason=value.reason or None,
        )


@strawberry.type
class SourceQuery:
    @strawberry.field(
        description="The sources of all regions that other instances own, by code, including those "
        f"of which nothing was copied yet. An instance follows at most {resolved.SOURCES_MOST:,} "
        "regions."
    )
    async def sources(self, info: Info) -> list[Source]:
        now = info.context.instance.clock()
        sources = await resolved.list_region_sources(info.context)
        return [Source.from_model(source.region, source, now) for source in sources]
