"""The promises about feeds, snapshots and errors, each with its check; it returns what it has seen."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from engine.log.entry import WithheldEntry, verified_prefix
from engine.log.snapshot import ROW_BODY_TYPES, RegionSnapshotRowKind, SnapshotRow
from engine.model import AssessmentState
from regions import contract
from regions.body_check import BodyCheck
from regions.conformance_state import (
    RESPONSE_SECONDS,
    CheckSkipped,
    CheckState,
    ConformanceFailure,
    fetch_snapshot_page,
    find_entry,
    read_feed,
    require_entries,
)
from regions.peer import PeerConnection, RejectedByPeer
from regions.snapshot_restore import SNAPSHOT_LIMITS

UNKNOWN_REGION = "region-that-does-not-exist"


async def check_resume(state: CheckState) -> str:
    """Check that a feed begins after the entry that was named."""
    entries = require_entries(state)
    half = max(len(entries) // 2, 1 if state.base else 0)
    after = state.base + half
    if half == len(entries):
        raise CheckSkipped("no entry has come since the snapshot")
    async with aclosing(read_feed(state, after)) as frames:
        async for frame in frames:
            if not frame.entries:
                raise ConformanceFailure(f"expected entry {after + 1}, got a frame without any")
            first = frame.entries[0]
            if first != entries[half]:
                raise ConformanceFailure(
                    f"expected entry {after + 1} as before, got a different {first.sequence}"
                )
            return f"after entry {after} comes entry {first.sequence}, the same as before"
    raise ConformanceFailure("the feed ended")


async def check_heartbeat(state: CheckState) -> str:
    """Check that frames come while the log does not change."""
    async with aclosing(read_feed(state, state.base + len(require_entries(state)))) as frames:
        for _ in range(2):  # the first frame comes at once
            try:
                async with asyncio.timeout(state.heartbeat_seconds):
                    await anext(frames)
            except TimeoutError:
                raise ConformanceFailure(
                    f"no frame within {state.heartbeat_seconds:g} seconds"
                ) from None
            except StopAsyncIteration:
                raise ConformanceFailure("the feed ended") from None
    return "frames arrive while the log does not change"


async def check_snapshot(state: CheckState) -> str:
    """Check the pages of a snapshot, and the rows on them."""
    pages = [await fetch_snapshot_page(state, None)]
    while (cursor := pages[-1].cursor) is not None:
        if len(pages) == SNAPSHOT_LIMITS.pages:
            raise ConformanceFailure(f"expected an end within {SNAPSHOT_LIMITS.pages} pages")
        pages.append(await fetch_snapshot_page(state, cursor))
        if pages[-1].newest != pages[0].newest:
            first, later = pages[0].newest.sequence, pages[-1].newest.sequence
            raise ConformanceFailure(
                f"expected all pages as of entry {first}, got one as of entry {later}"
            )
    rows = [row for page in pages for row in page.rows]
    kinds = list(RegionSnapshotRowKind)
    ranks = [kinds.index(row.kind) for row in rows]
    if ranks != sorted(ranks):
        raise ConformanceFailure("expected kinds of rows in the order of the contract")
    if not rows or rows[0].kind is not RegionSnapshotRowKind.REGION:
        raise ConformanceFailure("expected the region itself as the first row")
    is_draft_withheld = any(isinstance(entry, WithheldEntry) for entry in state.entries)
    body_check = BodyCheck(state.region)
    for number, row in enumerate(rows, start=1):
        if is_draft_withheld and _is_draft(row):
            raise ConformanceFailure(
                f"row {number}: expected no draft, as the feed withholds drafts from this token"
            )
        body_check.check(f"row {number}", ROW_BODY_TYPES[row.kind], row.body)
    newest = pages[0].newest
    before = newest.sequence - 1
    _, broken = verified_prefix([newest], sequence=before, previous_hash=newest.previous_hash)
    if broken is not None:
        raise ConformanceFailure(str(broken))
    entry = find_entry(state, newest.sequence)
    if entry is not None and entry.hash != newest.hash:
        raise ConformanceFailure(
            f"expected entry {newest.sequence} as in the feed, got a different one"
        )
    return f"{len(rows)} rows on {len(pages)} pages, all as of entry {newest.sequence}"


def _is_draft(row: SnapshotRow) -> bool:
    if row.kind is RegionSnapshotRowKind.ASSESSMENT:
        return row.body.get("state") != AssessmentState.PUBLISHED.value
    return row.kind is RegionSnapshotRowKind.IMPORT


async def check_unknown_region(state: CheckState) -> str:
    """Check the error for a region that does not exist."""
    return await _expect_error(
        state.peer, contract.HEAD, {"regionCode": UNKNOWN_REGION}, "NOT_FOUND"
    )


async def check_invalid_argument(state: CheckState) -> str:
    """Check the error for an argument out of bounds."""
    variables = {"regionCode": state.region, "afterSequence": -1}
    return await _expect_error(state.peer, contract.LOG, variables, "INVALID_ARGUMENT")


async def check_missing_token(state: CheckState) -> str:
    """Check that a reader without a token is refused."""
    try:
        async with PeerConnection.open(replace(state.endpoint, token_file=None)) as stranger:
            return await _expect_error(
                stranger, contract.HEAD, {"regionCode": state.region}, "FORBIDDEN"
            )
    except RejectedByPeer as rejected:  # closed with 4401 or 4403 before any request
        return str(rejected)


async def _expect_error(
    peer: PeerConnection, document: str, variables: dict[str, Any], code: str
) -> str:
    try:
        async with (
            asyncio.timeout(RESPONSE_SECONDS),
            aclosing(peer.subscribe(document, variables)) as events,
        ):
            received = str(await anext(events))
    except RejectedByPeer as rejected:
        if rejected.code != code:
            raise ConformanceFailure(
                f"expected an error with code {code}, got {rejected}"
            ) from None
        return code
    except (TimeoutError, StopAsyncIteration):
        received = "no answer"
    raise ConformanceFailure(f"expected an error with code {code}, got {received[:100]}")
