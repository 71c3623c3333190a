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

from engine.log import entry as engine
from engine.log.entry import GENESIS, Entry
from engine.log.entry_types import BODIES as ENTRY_BODIES
from engine.log.snapshot import BODIES as ROW_BODIES
from engine.log.snapshot import RowKind
from regions import contract
from regions.body_check import BodyCheck, InvalidBody
from regions.contract import ContractViolation, RemoteFeedFrame, RemoteLogHead, RemoteSnapshotPage
from regions.directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

ANSWER_SECONDS = 10.0
HEARTBEAT_SECONDS = 10.0  # twice the promised interval
ENTRIES_MOST = 100_000  # that are checked
PAGES_MOST = 1_000
UNKNOWN = "region-that-does-not-exist"


class ConformanceFailure(Exception):
    """A promise is broken. The message states what was expected and what came."""


class CheckSkipped(Exception):
    """The endpoint has no data to check the promise with."""


@dataclass(frozen=True, slots=True)
class ConformanceResult:
    """The result for one promise: whether it is kept, and what was observed."""

    promise: str
    kept: bool
    said: str


@dataclass
class _Seen:
    """What the earlier checks have read."""

    endpoint: Endpoint
    region: str
    peer: PeerConnection
    feed: str = contract.FEED_WITHOUT_OWNER
    head: RemoteLogHead | None = None
    base: int = 0  # entries that the owner has pruned
    entries: list[Entry] = field(default_factory=list)  # the entries after `base`


async def check_conformance(endpoint: Endpoint, region: str) -> list[ConformanceResult]:
    """Check every promise of the contract; return one result for each.

    A promise that cannot be checked because an earlier one is broken counts as broken.
    """
    verdicts: list[ConformanceResult] = []
    try:
        async with PeerConnection.opened(endpoint) as peer:
            verdicts.append(ConformanceResult(CONNECTS, kept=True, said="graphql-transport-ws"))
            seen = _Seen(endpoint, region, peer)
            for promise, look in PROMISES.items():
                verdicts.append(await _verdict(promise, look(seen)))
    except (PeerUnreachable, ProtocolError, RejectedByPeer) as failure:
        verdicts.append(ConformanceResult(CONNECTS, kept=False, said=str(failure)))
        verdicts += [
            ConformanceResult(promise, kept=False, said="not looked at") for promise in PROMISES
        ]
    return verdicts


async def _verdict(promise: str, look: Awaitable[str]) -> ConformanceResult:
    try:
        return ConformanceResult(promise, kept=True, said=await look)
    except CheckSkipped as reason:
        return ConformanceResult(promise, kept=True, said=str(reason))
    except (
        ConformanceFailure,
        PeerUnreachable,
        ProtocolError,
        RejectedByPeer,
        ContractViolation,
        InvalidBody,
    ) as failure:
        return ConformanceResult(promise, kept=False, said=str(failure))


async def _version(seen: _Seen) -> str:
    data = await seen.peer.query(contract.HEAD, {"region": seen.region}, ANSWER_SECONDS)
    seen.head = contract.parse_feed_head(seen.region, data)
    return f"version {contract.VERSION}; {seen.head.sequence} entries"


async def _owner(seen: _Seen) -> str:
    try:
        data = await seen.peer.query(contract.OWNER, {"region": seen.region}, ANSWER_SECONDS)
    except RejectedByPeer as rejected:
        if rejected.code not in contract.NOT_IN_SCHEMA or seen.peer.is_closed:
            raise
        return "the endpoint: its schema names no owner"
    seen.feed = contract.FEED
    return contract.parse_feed_head(seen.region, data).owner or "the endpoint"


async def _order(seen: _Seen) -> str:
    head = _known(seen)
    try:
        return await _entries(seen, head)
    except RejectedByPeer as rejected:
        if rejected.code != "SNAPSHOT_REQUIRED" or seen.entries:
            raise
    newest = (await _page(seen, None)).newest  # the owner has pruned the start of its log
    seen.base, seen.entries = newest.sequence - 1, [newest]
    return await _entries(seen, head)


async def _entries(seen: _Seen, head: RemoteLogHead) -> str:
    """Read the entries after those already read, up to the end of the log."""
    async with aclosing(_frames(seen, seen.base + len(seen.entries))) as frames:
        async for frame in frames:
            for entry in frame.entries:
                expected = seen.base + len(seen.entries) + 1
                if entry.sequence != expected:
                    raise ConformanceFailure(f"expected entry {expected}, got {entry.sequence}")
                seen.entries.append(entry)
            last = seen.base + len(seen.entries)
            if last >= head.sequence or len(seen.entries) >= ENTRIES_MOST:
                return f"entries {seen.base + 1} to {last}, none left out"
            if not frame.entries:
                raise ConformanceFailure(f"expected entry {last + 1}, got a frame without any")
    last = seen.base + len(seen.entries)
    raise ConformanceFailure(f"the feed ended after {last} of {head.sequence} entries")


async def _chain(seen: _Seen) -> str:
    entries = _read(seen)
    before = entries[0].previous_hash if seen.base else GENESIS
    good, broken = engine.verified_prefix(entries, sequence=seen.base, previous_hash=before)
    if broken is not None:
        raise ConformanceFailure(str(broken))
    return f"{len(good)} hashes, each over the one before"


async def _end(seen: _Seen) -> str:
    head = _known(seen)
    entry = _entry(seen, head.sequence)
    if entry is not None and entry.hash != head.hash:
        raise ConformanceFailure(f"expected the hash of entry {head.sequence}, got {head.hash}")
    return f"feedHead names entry {head.sequence}"


async def _bodies(seen: _Seen) -> str:
    shown = [(each, each.body) for each in _read(seen) if each.body is not None]
    check = BodyCheck(seen.region, complete=not seen.base)
    for entry, body in shown:
        kind = ENTRY_BODIES.get(entry.kind)
        if kind is None:
            raise ConformanceFailure(
                f"entry {entry.sequence} is of a kind that is derived, and none of a log"
            )
        check.take(f"entry {entry.sequence}", kind, body)
    return f"{len(shown)} bodies of the types of their kinds"


async def _resume(seen: _Seen) -> str:
    entries = _read(seen)
    half = max(len(entries) // 2, 1 if seen.base else 0)
    after = seen.base + half
    if half == len(entries):
        raise CheckSkipped("no entry has come since the snapshot")
    async with aclosing(_frames(seen, after)) as frames:
        async for frame in frames:
            if not frame.entries:
                raise ConformanceFailure(f"expected entry {after + 1}, got a frame without any")
            first = frame.entries[0]
            if first != entries[half]:
                raise ConformanceFailure(
                    f"expected entry {after + 1} as before, got {first.sequence}, or another"
                )
            return f"after {after} comes {first.sequence}, the same as before"
    raise ConformanceFailure("the feed ended")


async def _heartbeat(seen: _Seen) -> str:
    async with aclosing(_frames(seen, seen.base + len(_read(seen)))) as frames:
        for _ in range(2):  # the first frame comes at once
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await anext(frames)
            except TimeoutError:
                raise ConformanceFailure(f"no frame within {HEARTBEAT_SECONDS:g} seconds") from None
            except StopAsyncIteration:
                raise ConformanceFailure("the feed ended") from None
    return "a frame comes also where nothing happens"


async def _snapshot(seen: _Seen) -> str:
    pages = [await _page(seen, None)]
    while (cursor := pages[-1].cursor) is not None:
        if len(pages) == PAGES_MOST:
            raise ConformanceFailure(f"expected an end within {PAGES_MOST} pages")
        pages.append(await _page(seen, cursor))
        if pages[-1].newest != pages[0].newest:
            first, now = pages[0].newest.sequence, pages[-1].newest.sequence
            raise ConformanceFailure(f"expected all pages as of entry {first}, got one as of {now}")
    rows = [row for page in pages for row in page.rows]
    order = list(RowKind)
    places = [order.index(row.kind) for row in rows]
    if places != sorted(places):
        raise ConformanceFailure("expected kinds of rows in the order of the contract")
    if not rows or rows[0].kind is not RowKind.REGION:
        raise ConformanceFailure("expected the region itself as the first row")
    check = BodyCheck(seen.region)
    for number, row in enumerate(rows, start=1):
        check.take(f"row {number}", ROW_BODIES[row.kind], row.body)
    newest = pages[0].newest
    before = newest.sequence - 1
    _, broken = engine.verified_prefix(
        [newest], sequence=before, previous_hash=newest.previous_hash
    )
    if broken is not None:
        raise ConformanceFailure(str(broken))
    entry = _entry(seen, newest.sequence)
    if entry is not None and entry.hash != newest.hash:
        raise ConformanceFailure(f"expected entry {newest.sequence} as in the feed, got another")
    return f"{len(rows)} rows on {len(pages)} pages, all as of entry {newest.sequence}"


async def _unknown_region(seen: _Seen) -> str:
    return await _refused(seen.peer, contract.HEAD, {"region": UNKNOWN}, "NOT_FOUND")


async def _bad_argument(seen: _Seen) -> str:
    variables = {"region": seen.region, "after": -1}
    return await _refused(seen.peer, seen.feed, variables, "INVALID_ARGUMENT")


async def _without_token(seen: _Seen) -> str:
    try:
        async with PeerConnection.opened(replace(seen.endpoint, token_file=None)) as stranger:
            return await _refused(stranger, contract.HEAD, {"region": seen.region}, "FORBIDDEN")
    except RejectedByPeer as rejected:  # closed with 4401 or 4403 before any request
        return str(rejected)


CONNECTS = "connects"
PROMISES: dict[str, Callable[[_Seen], Awaitable[str]]] = {
    "version": _version,
    "owner": _owner,
    "order without gaps": _order,
    "hash chain": _chain,
    "head": _end,
    "bodies": _bodies,
    "resume": _resume,
    "heartbeat": _heartbeat,
    "snapshot": _snapshot,
    "error: unknown region": _unknown_region,
    "error: argument out of bounds": _bad_argument,
    "error: without a token": _without_token,
}


async def _refused(
    peer: PeerConnection, document: str, variables: dict[str, Any], code: str
) -> str:
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            aclosing(peer.subscribe(document, variables)) as events,
        ):
            got = str(await anext(events))
    except RejectedByPeer as rejected:
        if rejected.code != code:
            raise ConformanceFailure(
                f"expected an error with code {code}, got {rejected}"
            ) from None
        return code
    except (TimeoutError, StopAsyncIteration):
        got = "no answer"
    raise ConformanceFailure(f"expected an error with code {code}, got {got[:100]}")


async def _page(seen: _Seen, after: str | None) -> RemoteSnapshotPage:
    variables = {"region": seen.region, "after": after}
    data = await seen.peer.query(contract.SNAPSHOT, variables, ANSWER_SECONDS)
    return contract.parse_snapshot_page(seen.region, data)


async def _frames(seen: _Seen, after: int) -> AsyncGenerator[RemoteFeedFrame, None]:
    variables = {"region": seen.region, "after": after}
    async with aclosing(seen.peer.subscribe(seen.feed, variables)) as events:
        async for data in events:
            yield contract.parse_feed_frame(seen.region, data)


def _known(seen: _Seen) -> RemoteLogHead:
    if seen.head is None:
        raise ConformanceFailure("the end of the log is not known")
    return seen.head


def _entry(seen: _Seen, sequence: int) -> Entry | None:
    """Return an entry that was read; None if it is newer or was pruned."""
    place = sequence - seen.base - 1
    return _read(seen)[place] if 0 <= place < len(_read(seen)) else None


def _read(seen: _Seen) -> list[Entry]:
    if not seen.entries:
        raise ConformanceFailure("no entries were read")
    return seen.entries
