"""GraphQL types and query for the sources of replicated regions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import strawberry

from engine.log import source as engine
from resolvers import replicas as resolved
from schema.enums import SourceState
from schema.info import Info


@strawberry.type(description="Where this instance has a region from, and how fresh that is.")
class Source:
    region: strawberry.ID = strawberry.field(description="The code of the region.")
    state: SourceState
    as_of: datetime | None = strawberry.field(
        description="When the copy was last known to hold all that its owner had. Null where it "
        "never was; the present time where the region is owned here."
    )
    lag_seconds: float | None = strawberry.field(
        description="Seconds since `asOf`; 0 where the region is owned here."
    )
    url: str | None = strawberry.field(
        description="URL of the API that the copy is read from, which is its owner's or that of an "
        "instance that follows the owner. Null where the region is owned here."
    )
    owner_url: str | None = strawberry.field(
        description="URL of the API of the instance that owns the region, where changes are made. "
        "Null where the region is owned here."
    )
    reason: str | None = strawberry.field(
        description="Why the owner cannot be followed, when it cannot."
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
            value = replace(value, state=engine.SourceState.FRESH, as_of=confirmed, reason="")
        if value is None:
            return cls(
                region=code,
                state=engine.SourceState.OWNED,
                as_of=now,
                lag_seconds=0.0,
                url=None,
                owner_url=None,
                reason=None,
            )
        lag = None if value.as_of is None else max(0.0, (now - value.as_of).total_seconds())
        return cls(
            region=code,
            state=value.state_at(now),
            as_of=value.as_of,
            lag_seconds=lag,
            url=value.url,
            owner_url=value.owner_url,
            reason=value.reason or None,
        )


@strawberry.type
class SourceQuery:
    @strawberry.field(
        description="The sources of all regions that other instances own, also where nothing was "
        "copied yet."
    )
    async def sources(self, info: Info) -> list[Source]:
        now = info.context.instance.clock()
        sources = await resolved.list_region_sources(info.context)
        return [Source.from_model(source.region, source, now) for source in sources]
