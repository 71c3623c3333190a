"""GraphQL fields that replicate a region to other instances; docs/protocol.md has the contract."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry
from strawberry.scalars import JSON

from engine.log import entry as engine
from engine.log import snapshot as engine_snapshot
from resolvers import feed as resolved
from schema.enums import EventKind, RegionSnapshotRowKind, Visibility
from schema.info import Info

VERSION = 1


@strawberry.type(description="The end of a region's log.")
class FeedHead:
    version: int = strawberry.field(description="The version of the feed contract.")
    region: strawberry.ID
    sequence: int = strawberry.field(description="The sequence of the newest entry.")
    hash: str = strawberry.field(
        description="The SHA-256 of the newest entry, in lower-case hexadecimal digits."
    )
    owner: str | None = strawberry.field(
        description="URL of the API of the instance that owns the region. Null where that is this "
        "API; an instance that only follows the region names the owner here."
    )

    @classmethod
    def from_model(cls, head: resolved.LogHead) -> FeedHead:
        return cls(
            version=VERSION,
            region=strawberry.ID(head.region),
            sequence=head.sequence,
            hash=head.hash,
            owner=head.owner,
        )


@strawberry.type(
    description="One entry of a region's log. Its hash is that of the canonical JSON (RFC 8785) of "
    "the other fields but for `body`, of which `bodyHash` stands for it."
)
class FeedEntry:
    region: strawberry.ID
    sequence: int = strawberry.field(
        description="Position in the region's log, from 1 without a gap."
    )
    at: str = strawberry.field(
        description="Time in UTC, as it is hashed: 2026-01-31T23:59:59.000000Z."
    )
    actor: str
    kind: EventKind
    subject: strawberry.ID
    visibility: Visibility
    body: JSON | None = strawberry.field(
        description="The subject's state after the change, of the type that the contract has for "
        "its kind. Null where this viewer may not read it."
    )
    body_hash: str
    previous_hash: str = strawberry.field(
        description="The hash of the entry before this one; 64 zeros in the first entry."
    )
    hash: str

    @classmethod
    def from_model(cls, entry: engine.Entry) -> FeedEntry:
        return cls(
            region=strawberry.ID(entry.region),
            sequence=entry.sequence,
            at=engine.format_timestamp(entry.at),
            actor=entry.actor,
            kind=entry.kind,
            subject=strawberry.ID(entry.subject),
            visibility=entry.visibility,
            body=None if entry.body is None else JSON(entry.body),
            body_hash=entry.body_hash,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
        )


@strawberry.type(description="Entries in order; none of them is a heartbeat.")
class FeedFrame:
    head: FeedHead = strawberry.field(
        description="When these entries were read: at their last one, or beyond."
    )
    entries: list[FeedEntry] = strawberry.field(description="At most 200.")

    @classmethod
    def from_model(cls, frame: resolved.LogFrame) -> FeedFrame:
        return cls(
            head=FeedHead.from_model(frame.head),
            entries=[FeedEntry.from_model(entry) for entry in frame.entries],
        )


@strawberry.type(description="One row of a region: all that its log came to about one thing.")
class SnapshotRow:
    kind: RegionSnapshotRowKind
    body: JSON = strawberry.field(description="Of the type that the contract has for its kind.")

    @classmethod
    def from_model(cls, row: engine_snapshot.SnapshotRow) -> SnapshotRow:
        return cls(kind=row.kind, body=JSON(row.body))


@strawberry.type(description="Some rows of a region. All pages of a snapshot are as of one entry.")
class SnapshotPage:
    version: int = strawberry.field(description="The version of the feed contract.")
    newest: FeedEntry = strawberry.field(description="The entry as of which the rows are.")
    rows: list[SnapshotRow] = strawberry.field(
        description="A row comes after the rows that it refers to, except for an OPD's `parent`, "
        "which may come later."
    )
    cursor: str | None = strawberry.field(
        description="Give it as `after` to go on; null: these are the last rows."
    )

    @classmethod
    def from_model(cls, page: resolved.SnapshotPage) -> SnapshotPage:
        return cls(
            version=VERSION,
            newest=FeedEntry.from_model(page.newest),
            rows=[SnapshotRow.from_model(row) for row in page.rows],
            cursor=page.cursor,
        )


@strawberry.type
class FeedQuery:
    @strawberry.field(
        description="A region as it stands, page by page; `first` is at most 500. For who cannot "
        "or will not read its log from the first entry. An error with code SNAPSHOT_REQUIRED says "
        "that the snapshot is not kept any more: begin with a new one. Needs a token."
    )
    async def snapshot(
        self, info: Info, region: strawberry.ID, first: int = 200, after: str | None = None
    ) -> SnapshotPage:
        return SnapshotPage.from_model(
            await resolved.region_snapshot_page(info.context, region, first, after)
        )

    @strawberry.field(description="For who follows a region. Needs a token.")
    async def feed_head(self, info: Info, region: strawberry.ID) -> FeedHead:
        return FeedHead.from_model(await resolved.region_log_head(info.context, region))


@strawberry.type
class FeedSubscription:
    @strawberry.subscription(
        description="The log of a region after a sequence (0: from its first entry), then each "
        "entry as it is committed; a frame at least every 5 seconds. Needs a token."
    )
    async def feed(
        self, info: Info, region: strawberry.ID, after: int
    ) -> AsyncGenerator[FeedFrame, None]:
        async with aclosing(resolved.stream_log_frames(info.context, region, after)) as frames:
            async for frame in frames:
                yield FeedFrame.from_model(frame)
