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
WITHHELD = (
    "Null, with `at`, `actor`, `kind`, `subjectId`, `visibility`, `body` and `salt` together, if the "
    "viewer may not read the entry."
)
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

    accepted_offer: int | None = strawberry.field(
        description="The sequence of the newest HANDOVER_OFFERED entry of the log, if it offers the "
        "region to the instance that responds, which has the whole log and is ready to own the "
        "region. Otherwise null. It is also null in the heads of frames."
    )
    handover_url: str | None = strawberry.field(
        description="The URL by which the instance that responds accepts a hand-over of the region: "
        "its operator lists the region for that, and its copy is complete and fresh. Otherwise "
        "null. It is also null in the heads of frames."
    )

    @classmethod
    def from_model(cls, head: resolved.LogHead) -> RegionLogHead:
        return cls(
            version=resolved.CONTRACT_VERSION,
            region_code=strawberry.ID(head.region),
            sequence=head.sequence,
            hash=head.hash,
            owner_url=head.owner_url,
            accepted_offer=head.accepted_offer,
            handover_url=head.handover_url,
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
    at: str | None = strawberry.field(
        description="The time of the change in UTC, as a string because this form is hashed: "
        f"2026-01-31T23:59:59.000000Z. {WITHHELD}"
    )
    actor: str | None = strawberry.field(
        description="Who made the change: the opaque id of an account of the owner, followed by "
        "its role and its OPDs, with a space before each; or a name that begins with `simpul ` if "
        f"the owner's instance itself recorded it. {WITHHELD}"
    )
    kind: EventKind | None = strawberry.field(
        description="What was recorded. It determines the type of the body, and is never a kind "
        f"that is derived from other changes. {WITHHELD}"
    )
    subject_id: strawberry.ID | None = strawberry.field(
        description=f"The id of what was changed. It is hashed as `subject`. {WITHHELD}"
    )
    visibility: Visibility | None = strawberry.field(
        description=f"Who may read the entry. {WITHHELD}"
    )
    body: JSON | None = strawberry.field(
        description="The whole state of the subject after the change, of the type that bodies.json "
        f"of the contract has for the kind. {WITHHELD}"
    )
    salt: str | None = strawberry.field(
        description="The 16 random bytes with which header and body are hashed, as 32 lower-case "
        f"hexadecimal digits. {WITHHELD}"
    )
    header_hash: str = strawberry.field(
        description="The SHA-256 of the canonical JSON (RFC 8785) of an object with the fields "
        "`region`, `at`, `actor`, `kind`, `subject`, `visibility` and `salt`."
    )
    body_hash: str = strawberry.field(
        description="The SHA-256 of the canonical JSON (RFC 8785) of an object with the fields "
        "`body` and `salt`."
    )
    previous_hash: str = strawberry.field(
        description="The hash of the entry before this one; 64 zeros in the first entry."
    )
    hash: str = strawberry.field(
        description="The SHA-256 of the canonical JSON (RFC 8785) of an object with the fields "
        "`sequence`, `previousHash`, `headerHash` and `bodyHash`. All hashes are 64 lower-case "
        "hexadecimal digits."
    )

    @classmethod
    def from_model(cls, entry: engine.LogEntry) -> RegionLogEntry:
        full = entry if isinstance(entry, engine.Entry) else None
        return cls(
            region_code=strawberry.ID(entry.region),
            sequence=entry.sequence,
            at=None if full is None else engine.format_timestamp(full.at),
            actor=None if full is None else full.actor,
            kind=None if full is None else full.kind,
            subject_id=None if full is None else strawberry.ID(full.subject),
            visibility=None if full is None else full.visibility,
            body=None if full is None else JSON(full.body),
            salt=None if full is None else full.salt,
            header_hash=entry.header_hash,
            body_hash=entry.body_hash,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
        )


@strawberry.type(
    description="The hashes of an entry of a region's log, which prove that the entry follows the "
    "one before it. `RegionLogEntry` states what each is taken over."
)
class RegionLogHashes:
    sequence: int = strawberry.field(
        description="The position in the region's log, from 1 without a gap."
    )
    header_hash: str = strawberry.field(description="The salted hash of the header.")
    body_hash: str = strawberry.field(description="The salted hash of the body.")
    previous_hash: str = strawberry.field(description="The hash of the entry before this one.")
    hash: str = strawberry.field(description="The hash of the entry.")

    @classmethod
    def from_model(cls, entry: engine.WithheldEntry) -> RegionLogHashes:
        return cls(
            sequence=entry.sequence,
            header_hash=entry.header_hash,
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

    @strawberry.field(
        description="The hashes of the entries after a sequence, in order. With them an instance "
        "proves that a snapshot continues its copy. A token of any role is required. It fails with "
        "the code SNAPSHOT_REQUIRED if the next entry is no longer kept."
    )
    async def region_log_hashes(
        self,
        info: Info,
        region_code: RegionCodeArgument,
        after_sequence: Annotated[
            int,
            strawberry.argument(
                description="The sequence of the last entry that the reader has; 0 begins with the "
                "first entry."
            ),
        ],
        first: Annotated[
            int,
            strawberry.argument(
                description=f"The number of entries, from 1 to {resolved.HASHES_MOST}."
            ),
        ] = 500,
    ) -> list[RegionLogHashes]:
        hashes = await resolved.list_log_hashes(info.context, region_code, after_sequence, first)
        return [RegionLogHashes.from_model(entry) for entry in hashes]


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
