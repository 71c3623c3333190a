"""GraphQL types and query for the sources of replicated regions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry

from engine.log import refusal as engine_refusal
from engine.log import source as engine
from resolvers import region_source as resolved
from resolvers.access import covers_code
from schema.descriptions import REGION_CODE
from schema.enums import ClockDeviation, RefusalReason, SourceProblem, SourceState
from schema.info import Info


@strawberry.type(
    description="An entry of a followed log that was refused, wholly or in part, because the owner of "
    "the log may not state what it states."
)
class RefusedEntry:
    sequence: int = strawberry.field(description="The position of the entry in the log.")
    reason: RefusalReason = strawberry.field(
        description="Why the entry is not applied, wholly or in part."
    )
    at: datetime = strawberry.field(description="The time at which the entry arrived here.")
    detail: str | None = strawberry.field(
        description="What was expected and received, in English. Null if the viewer may not read "
        "drafts of the region."
    )

    @classmethod
    def from_model(cls, entry: engine_refusal.RefusedEntry, is_covered: bool) -> RefusedEntry:
        return cls(
            sequence=entry.sequence,
            reason=entry.reason,
            at=entry.at,
            detail=entry.message if is_covered else None,
        )


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
        "instance that follows the owner. Null if the region is owned here, or if the viewer may "
        "not read drafts of the region."
    )
    owner_url: str | None = strawberry.field(
        description="The URL of the API of the instance that owns the region, to which changes are "
        "sent. Null if the region is owned here, or if the viewer may not read drafts of the "
        "region."
    )
    problem: SourceProblem | None = strawberry.field(
        description="Why the owner cannot be followed or the copy does not advance. Null if no "
        "failure is known."
    )
    detail: str | None = strawberry.field(
        description="The failure in words, in English, for operators. Null if there is none, or if "
        "the viewer may not read drafts of the region."
    )
    clock: ClockDeviation | None = strawberry.field(
        description="How the times of the owner's newest entries deviate. Such entries are applied "
        "with the time of their arrival. Null if the times are credible."
    )
    refused_count: int = strawberry.field(
        description="The number of entries of the log that this instance refused to apply, wholly or "
        "in part, because its owner may not state what they state. 0 if the region is owned here."
    )

    snapshot_sequence: int | None = strawberry.field(
        description="The position in the log as of which the copy was restored from a snapshot of "
        "its owner, with the hashes of the entries before it, but not with these entries. No hash "
        "covers the rows of a snapshot, so what they state is the owner's word alone. Null if the "
        "copy is made of all entries of the log, or if the region is owned here."
    )

    _is_covered: strawberry.Private[bool]

    @strawberry.field(
        description="The entries of the log that this instance refused to apply, wholly or in part, "
        "in order. Empty if the region is owned here."
    )
    async def refused_entries(
        self,
        info: Info,
        first: Annotated[
            int,
            strawberry.argument(
                description=f"The number of entries, from 1 to {resolved.REFUSED_MOST}."
            ),
        ] = 50,
        after_sequence: Annotated[
            int,
            strawberry.argument(
                description="The sequence of the last entry of the list before this one."
            ),
        ] = 0,
    ) -> list[RefusedEntry]:
        refused = await resolved.list_refused_entries(
            info.context, self.region_code, after_sequence, first, count=self.refused_count
        )
        return [RefusedEntry.from_model(entry, self._is_covered) for entry in refused]

    @classmethod
    def from_model(
        cls,
        region: str,
        value: engine.Source | None,
        now: datetime,
        *,
        is_covered: bool,
        confirmed: datetime | None = None,
    ) -> Source:
        """Return the GraphQL type of a source.

        Args:
            is_covered: whether the viewer may read drafts of the region, and so addresses.
            confirmed: when this operation has confirmed that the replica was complete.
        """
        code = strawberry.ID(region)
        if value is not None and confirmed is not None:
            value = replace(
                value,
                state=SourceState.FRESH,
                as_of=confirmed,
                problem=None,
                detail="",
                has_diverged=False,
            )
        if value is None:
            return cls(
                region_code=code,
                state=SourceState.OWNED,
                as_of=now,
                lag_seconds=0.0,
                url=None,
                owner_url=None,
                problem=None,
                detail=None,
                clock=None,
                refused_count=0,
                snapshot_sequence=None,
                _is_covered=is_covered,
            )
        lag = None if value.as_of is None else max(0.0, (now - value.as_of).total_seconds())
        return cls(
            region_code=code,
            state=value.state_at(now),
            as_of=value.as_of,
            lag_seconds=lag,
            url=resolved.to_public_url(value.url) if is_covered else None,
            owner_url=resolved.to_public_url(value.owner_url) if is_covered else None,
            problem=value.problem,
            detail=value.detail or None if is_covered else None,
            clock=value.clock,
            refused_count=value.refused_count,
            snapshot_sequence=value.base or None,
            _is_covered=is_covered,
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
        viewer = info.context.viewer
        return [
            Source.from_model(
                source.region,
                source,
                now,
                is_covered=covers_code(viewer, source.region, source.parent),
            )
            for source in sources
        ]
