"""GraphQL fields that replicate a region to other instances; docs/protocol.md has the contract."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from engine.log import entry as engine
from engine.log import snapshot as engine_snapshot
from resolvers import region_log as resolved
from schema.descriptions import REGION_CODE
from schema.enums import EventKind, RegionSnapshotRowKind, Visibility
from schema.info import Info
from schema.scalars import Cursor

VERSION_DESCRIPTION = f"The version of the feed contract, which is {resolved.CONTRACT_VERSION}. Do not read on if it is another one."
RegionCodeArgument = Annotated[strawberry.ID, strawberry.argument(description=REGION_CODE)]


@strawberry.type(
    description="The end of a region's log: its newest entry, and the instance that writes it."
)
class RegionLogHead:
    version: int = strawberry.field(description=VERSION_DESCRIPTION)
    region_code: strawberry.ID = strawberry.field(description=REGION_CODE)
    sequence: int = strawberry.field(description="The sequence of the newest entry.")
    hash: str = strawberry.field(
        description="The hash of the newest entry: a SHA-256 as 64 lower-case hexadecimal digits."
    )
    owner_url: str | None = strawberry.field(
        description="The URL of the API of the instance that owns the region and writes its log. "
        "Null if that is the instance that responds, or if it states no URL; an instance that only "
        "follows the region names the owner here."
    )

    @classmethod
    def from_model(cls, head: resolved.LogHead) -> RegionLogHead:
        return cls(
            version=resolved.CONTRACT_VERSION,
            region_code=strawberry.ID(head.region),
            sequence=head.sequence,
            hash=head.hash,
            owner_url=head.owner_url,
        )


@strawberry.type(
    description="An entry of a region's log, which records one change. Entries are chained by "
    "hashes, so a reader can prove that its copy of the log is complete and unchanged; the chapter "
    '"The log" of docs/protocol.md has the canonical form that is hashed.'
)
class RegionLogEntry:
    region_code: strawberry.ID = strawberry.field(
        description=f"{REGION_CODE} It is hashed as `region`."
    )
    sequence: int = strawberry.field(
        description="The position in the region's log, from 1 without a gap."
    )
    at: str = strawberry.field(
        description="The time of the change in UTC, as a string because this form is hashed: "
        "2026-01-31T23:59:59.000000Z."
    )
    actor: str = strawberry.field(
        description="Who made the change: the opaque id of an account of the owner, followed by "
        "its role and its OPDs, with a space before each; what the token stated in entries of "
        "earlier versions; or a name that begins with `simpul ` if the instance itself recorded it."
    )
    kind: EventKind = strawberry.field(
        description="What was recorded. It determines the type of the body, and is never a kind "
        "that is derived from other changes."
    )
    subject_id: strawberry.ID = strawberry.field(
        description="The id of what was changed. It is hashed as `subject`."
    )
    visibility: Visibility = strawberry.field(description="Who may read the body.")
    body: JSON | None = strawberry.field(
        description="The whole state of the subject after the change, of the type that bodies.json "
        "of the contract has for the kind. Null if this viewer may not read it; the chain can be "
        "proven without it."
    )
    body_hash: str = strawberry.field(
        description="The SHA-256 of the canonical JSON (RFC 8785) of the body, as 64 lower-case "
        "hexadecimal digits."
    )
    previous_hash: str = strawberry.field(
        description="The hash of the entry before this one; 64 zeros in the first entry."
    )
    hash: str = strawberry.field(
        description="The SHA-256 of the canonical JSON (RFC 8785) of all other fields but the "
        "body, for which its hash stands, as 64 lower-case hexadecimal digits."
    )

    @classmethod
    def from_model(cls, entry: engine.Entry) -> RegionLogEntry:
        return cls(
            region_code=strawberry.ID(entry.region),
            sequence=entry.sequence,
            at=engine.format_timestamp(entry.at),
            actor=entry.actor,
            kind=entry.kind,
            subject_id=strawberry.ID(entry.subject),
            visibility=entry.visibility,
            body=None if entry.body is None else JSON(entry.body),
            body_hash=entry.body_hash,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
        )


@strawberry.type(
    description="Entries of a region's log in order. A frame without entries is a heartbeat: the "
    "reader has all entries up to the head."
)
class RegionLogFrame:
    head: RegionLogHead = strawberry.field(
        description="The end of the log when these entries were read. It is their last entry, or a "
        "later one if more entries follow."
    )
    entries: list[RegionLogEntry] = strawberry.field(
        description="The next entries after those that were sent before, at most "
        f"{resolved.ENTRIES_MOST}."
    )

    @classmethod
    def from_model(cls, frame: resolved.LogFrame) -> RegionLogFrame:
        return cls(
            head=RegionLogHead.from_model(frame.head),
            entries=[RegionLogEntry.from_model(entry) for entry in frame.entries],
        )


@strawberry.type(
    description="A row of a region's snapshot: the present state of one thing, such as an OPD or "
    "an application, as it results from the log."
)
class RegionSnapshotRow:
    kind: RegionSnapshotRowKind = strawberry.field(
        description="What the row describes. It determines the type of the body."
    )
    body: JSON = strawberry.field(
        description="The state, of the type that bodies.json of the contract has for the kind."
    )

    @classmethod
    def from_model(cls, row: engine_snapshot.SnapshotRow) -> RegionSnapshotRow:
        return cls(kind=row.kind, body=JSON(row.body))


@strawberry.type(
    description="A page of a region's snapshot. All pages reflect the state after the same entry."
)
class RegionSnapshotPage:
    version: int = strawberry.field(description=VERSION_DESCRIPTION)
    newest_entry: RegionLogEntry = strawberry.field(
        description="The entry whose state all pages reflect. Follow the log after its sequence."
    )
    rows: list[RegionSnapshotRow] = strawberry.field(
        description=f"The rows of the page, at most {resolved.ROWS_MOST}. A row comes after the "
        "rows that it refers to, except for the `parent` of an OPD, which may come later."
    )
    next_cursor: Cursor | None = strawberry.field(
        description="The position to send as `after` for the next page. Null on the last page."
    )

    @classmethod
    def from_model(cls, page: resolved.SnapshotPage) -> RegionSnapshotPage:
        return cls(
            version=resolved.CONTRACT_VERSION,
            newest_entry=RegionLogEntry.from_model(page.newest),
            rows=[RegionSnapshotRow.from_model(row) for row in page.rows],
            next_cursor=None if page.cursor is None else Cursor(page.cursor),
        )


@strawberry.type
class RegionLogQuery:
    @strawberry.field(
        description="The present state of a region, page by page, for instances that do not read "
        "its log from the first entry. A token of any role is required. It fails with the code "
        "SNAPSHOT_REQUIRED if the snapshot of the cursor is no longer kept: begin with the first "
        "page of a new one."
    )
    async def region_snapshot(
        self,
        info: Info,
        region_code: RegionCodeArgument,
        first: Annotated[
            int,
            strawberry.argument(
                description=f"The number of rows on the page, from 1 to {resolved.ROWS_MOST}."
            ),
        ] = 200,
        after: Annotated[
            Cursor | None,
            strawberry.argument(
                description="The `nextCursor` of the previous page. Null requests the first page."
            ),
        ] = None,
    ) -> RegionSnapshotPage:
        return RegionSnapshotPage.from_model(
            await resolved.region_snapshot_page(info.context, region_code, first, after)
        )

    @strawberry.field(
        description="The end of a region's log. An instance that follows the region compares it "
        "with its copy. A token of any role is required."
    )
    async def region_log_head(self, info: Info, region_code: RegionCodeArgument) -> RegionLogHead:
        return RegionLogHead.from_model(await resolved.region_log_head(info.context, region_code))


@strawberry.type
class RegionLogSubscription:
    @strawberry.subscription(
        description="The log of a region, for instances that follow it: all entries after a "
        "sequence, then each new entry as it is committed, and a frame at least every 5 seconds. "
        "A token of any role is required. It fails with the code SNAPSHOT_REQUIRED if the next "
        "entry is no longer kept: read `regionSnapshot` and follow after its newest entry."
    )
    async def region_log(
        self,
        info: Info,
        region_code: RegionCodeArgument,
        after_sequence: Annotated[
            int,
            strawberry.argument(
                description="The sequence of the last entry that the reader has; 0 to read the log "
                "from its first entry."
            ),
        ],
    ) -> AsyncGenerator[RegionLogFrame, None]:
        async with aclosing(
            resolved.stream_log_frames(info.context, region_code, after_sequence)
        ) as frames:
            async for frame in frames:
                yield RegionLogFrame.from_model(frame)
