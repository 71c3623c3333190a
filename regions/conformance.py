"""Checks whether an endpoint conforms to the feed contract, with one result for each promise.

The checks send the requests of a replication client, and only read. docs/protocol.md explains the
promises.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from engine.log.entry import GENESIS, Entry, LogEntry, verified_prefix
from engine.log.entry_types import ENTRY_BODY_TYPES as ENTRY_BODIES
from engine.log.snapshot import ROW_BODY_TYPES as ROW_BODIES
from engine.log.snapshot import RegionSnapshotRowKind
from regions import contract
from regions.body_check import BodyCheck, InvalidBody
from regions.contract import RemoteLogFrame, RemoteLogHead, RemoteSnapshotPage
from regions.contract.response_values import ContractViolation
from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

RESPONSE_SECONDS = 10.0
HEARTBEAT_SECONDS = 10.0  # twice the promised interval
ENTRIES_MOST = 100_000  # entries that are checked
PAGES_MOST = 1_000
UNKNOWN_REGION = "region-that-does-not-exist"


class ConformanceFailure(Exception):
    """A broken promise; the message states what was expected and received."""


class CheckSkipped(Exception):
    """The endpoint has no data to check the promise with."""


@dataclass(frozen=True, slots=True)
class ConformanceResult:
    """The result for one promise: whether it is kept, and what was observed."""

    promise: str
    passed: bool
    detail: str


@dataclass
class _CheckState:
    """The connection, and the data that earlier checks have read."""

    endpoint: Endpoint
    region: str
    peer: PeerConnection
    head: RemoteLogHead | None = None
    base: int = 0  # entries that the owner has pruned
    entries: list[LogEntry] = field(default_factory=list)  # the entries after `base`


async def check_conformance(endpoint: Endpoint, region: str) -> list[ConformanceResult]:
    """Check every promise of the contract; return one result for each.

    A promise that cannot be checked because an earlier one is broken counts as broken.
    """
    results: list[ConformanceResult] = []
    try:
        async with PeerConnection.open(endpoint) as peer:
            results.append(ConformanceResult(CONNECTS, passed=True, detail="graphql-transport-ws"))
            state = _CheckState(endpoint, region, peer)
            for promise, check in PROMISES.items():
                results.append(await _run_check(promise, check(state)))
    except (PeerUnreachable, ProtocolError, RejectedByPeer) as failure:
        results.append(ConformanceResult(CONNECTS, passed=False, detail=str(failure)))
        results += [
            ConformanceResult(promise, passed=False, detail="not looked at") for promise in PROMISES
        ]
    return results


async def _run_check(promise: str, check: Awaitable[str]) -> ConformanceResult:
    try:
        return ConformanceResult(promise, passed=True, detail=await check)
    except CheckSkipped as reason:
        return ConformanceResult(promise, passed=True, detail=str(reason))
    except (
        ConformanceFailure,
        PeerUnreachable,
        ProtocolError,
        RejectedByPeer,
        ContractViolation,
        InvalidBody,
    ) as failure:
        return ConformanceResult(promise, passed=False, detail=str(failure))


async def _check_version(state: _CheckState) -> str:
    data = await state.peer.query(contract.HEAD, {"regionCode": state.region}, RESPONSE_SECONDS)
    state.head = contract.parse_log_head(state.region, data)
    return f"version {contract.VERSION}; {state.head.sequence} entries"


async def _check_owner(state: _CheckState) -> str:
    return _require_head(state).owner_url or "the endpoint"


async def _check_order(state: _CheckState) -> str:
    head = _require_head(state)
    try:
        return await _read_entries(state, head)
    except RejectedByPeer as rejected:
        if rejected.code != "SNAPSHOT_REQUIRED" or state.entries:
            raise
    # The owner has pruned the start of its log.
    newest = (await _fetch_snapshot_page(state, None)).newest
    state.base, state.entries = newest.sequence - 1, [newest]
    return await _read_entries(state, head)


async def _read_entries(state: _CheckState, head: RemoteLogHead) -> str:
    """Read the entries after those already read, up to the end of the log."""
    async with aclosing(_read_feed(state, state.base + len(state.entries))) as frames:
        async for frame in frames:
            for entry in frame.entries:
                expected = state.base + len(state.entries) + 1
                if entry.sequence != expected:
                    raise ConformanceFailure(f"expected entry {expected}, got {entry.sequence}")
                state.entries.append(entry)
            last = state.base + len(state.entries)
            if last >= head.sequence or len(state.entries) >= ENTRIES_MOST:
                return f"entries {state.base + 1} to {last}, without a gap"
            if not frame.entries:
                raise ConformanceFailure(f"expected entry {last + 1}, got a frame without any")
    last = state.base + len(state.entries)
    raise ConformanceFailure(f"the feed ended after {last} of {head.sequence} entries")


async def _check_hash_chain(state: _CheckState) -> str:
    entries = _require_entries(state)
    before = entries[0].previous_hash if state.base else GENESIS
    good, broken = verified_prefix(entries, sequence=state.base, previous_hash=before)
    if broken is not None:
        raise ConformanceFailure(str(broken))
    return f"{len(good)} hashes, each over the one before"


async def _check_head(state: _CheckState) -> str:
    head = _require_head(state)
    entry = _find_entry(state, head.sequence)
    if entry is not None and entry.hash != head.hash:
        raise ConformanceFailure(f"expected the hash of entry {head.sequence}, got {head.hash}")
    return f"regionLogHead names entry {head.sequence}"


async def _check_bodies(state: _CheckState) -> str:
    entries = [entry for entry in _require_entries(state) if isinstance(entry, Entry)]
    body_check = BodyCheck(state.region, complete=not state.base)
    for entry in entries:
        kind = ENTRY_BODIES.get(entry.kind)
        if kind is None:
            raise ConformanceFailure(
                f"entry {entry.sequence}: expected a kind of a log entry, got a derived kind"
            )
        body_check.check(f"entry {entry.sequence}", kind, entry.body)
    return f"{len(entries)} bodies, each of the type of its kind"


async def _check_resume(state: _CheckState) -> str:
    entries = _require_entries(state)
    half = max(len(entries) // 2, 1 if state.base else 0)
    after = state.base + half
    if half == len(entries):
        raise CheckSkipped("no entry has come since the snapshot")
    async with aclosing(_read_feed(state, after)) as frames:
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


async def _check_heartbeat(state: _CheckState) -> str:
    async with aclosing(_read_feed(state, state.base + len(_require_entries(state)))) as frames:
        for _ in range(2):  # the first frame comes at once
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await anext(frames)
            except TimeoutError:
                raise ConformanceFailure(f"no frame within {HEARTBEAT_SECONDS:g} seconds") from None
            except StopAsyncIteration:
                raise ConformanceFailure("the feed ended") from None
    return "frames arrive while the log does not change"


async def _check_snapshot(state: _CheckState) -> str:
    pages = [await _fetch_snapshot_page(state, None)]
    while (cursor := pages[-1].cursor) is not None:
        if len(pages) == PAGES_MOST:
            raise ConformanceFailure(f"expected an end within {PAGES_MOST} pages")
        pages.append(await _fetch_snapshot_page(state, cursor))
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
    body_check = BodyCheck(state.region)
    for number, row in enumerate(rows, start=1):
        body_check.check(f"row {number}", ROW_BODIES[row.kind], row.body)
    newest = pages[0].newest
    before = newest.sequence - 1
    _, broken = verified_prefix([newest], sequence=before, previous_hash=newest.previous_hash)
    if broken is not None:
        raise ConformanceFailure(str(broken))
    entry = _find_entry(state, newest.sequence)
    if entry is not None and entry.hash != newest.hash:
        raise ConformanceFailure(
            f"expected entry {newest.sequence} as in the feed, got a different one"
        )
    return f"{len(rows)} rows on {len(pages)} pages, all as of entry {newest.sequence}"


async def _check_unknown_region(state: _CheckState) -> str:
    return await _expect_error(
        state.peer, contract.HEAD, {"regionCode": UNKNOWN_REGION}, "NOT_FOUND"
    )


async def _check_invalid_argument(state: _CheckState) -> str:
    variables = {"regionCode": state.region, "afterSequence": -1}
    return await _expect_error(state.peer, contract.LOG, variables, "INVALID_ARGUMENT")


async def _check_missing_token(state: _CheckState) -> str:
    try:
        async with PeerConnection.open(replace(state.endpoint, token_file=None)) as stranger:
            return await _expect_error(
                stranger, contract.HEAD, {"regionCode": state.region}, "FORBIDDEN"
            )
    except RejectedByPeer as rejected:  # closed with 4401 or 4403 before any request
        return str(rejected)


CONNECTS = "connects"
PROMISES: dict[str, Callable[[_CheckState], Awaitable[str]]] = {
    "version": _check_version,
    "owner": _check_owner,
    "order without gaps": _check_order,
    "hash chain": _check_hash_chain,
    "head": _check_head,
    "bodies": _check_bodies,
    "resume": _check_resume,
    "heartbeat": _check_heartbeat,
    "snapshot": _check_snapshot,
    "error: unknown region": _check_unknown_region,
    "error: argument out of bounds": _check_invalid_argument,
    "error: without a token": _check_missing_token,
}


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


async def _fetch_snapshot_page(state: _CheckState, after: str | None) -> RemoteSnapshotPage:
    variables = {"regionCode": state.region, "after": after}
    data = await state.peer.query(contract.SNAPSHOT, variables, RESPONSE_SECONDS)
    return contract.parse_snapshot_page(state.region, data)


async def _read_feed(state: _CheckState, after: int) -> AsyncGenerator[RemoteLogFrame, None]:
    variables = {"regionCode": state.region, "afterSequence": after}
    async with aclosing(state.peer.subscribe(contract.LOG, variables)) as events:
        async for data in events:
            yield contract.parse_log_frame(state.region, data)


def _require_head(state: _CheckState) -> RemoteLogHead:
    if state.head is None:
        raise ConformanceFailure("the head of the log could not be read")
    return state.head


def _find_entry(state: _CheckState, sequence: int) -> LogEntry | None:
    """Return an entry that was read; None if it is newer or was pruned."""
    entries = _require_entries(state)
    index = sequence - state.base - 1
    return entries[index] if 0 <= index < len(entries) else None


def _require_entries(state: _CheckState) -> list[LogEntry]:
    if not state.entries:
        raise ConformanceFailure("no entries were read")
    return state.entries
