"""Checks whether an endpoint conforms to the feed contract, with one result for each promise.

The checks send the requests of a replication client, and only read. docs/protocol.md explains the
promises.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from regions import feed_promises, log_promises
from regions.body_check import InvalidBody
from regions.conformance_state import BYTES_MOST, CheckSkipped, CheckState, ConformanceFailure
from regions.contract.response_values import ContractViolation
from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection, PeerUnreachable, ProtocolError, RejectedByPeer

HEARTBEAT_SECONDS = 10.0  # twice the promised interval

CONNECTS = "connects"
PROMISES: dict[str, Callable[[CheckState], Awaitable[str]]] = {
    "version": log_promises.check_version,
    "owner": log_promises.check_owner,
    "order without gaps": log_promises.check_order,
    "hash chain": log_promises.check_hash_chain,
    "head": log_promises.check_head,
    "hashes": log_promises.check_hashes,
    "salts": log_promises.check_salts,
    "withheld entries": log_promises.check_withheld_entries,
    "times": log_promises.check_times,
    "bodies": log_promises.check_bodies,
    "resume": feed_promises.check_resume,
    "heartbeat": feed_promises.check_heartbeat,
    "snapshot": feed_promises.check_snapshot,
    "error: unknown region": feed_promises.check_unknown_region,
    "error: argument out of bounds": feed_promises.check_invalid_argument,
    "error: without a token": feed_promises.check_missing_token,
}


@dataclass(frozen=True, slots=True)
class ConformanceResult:
    """The result for one promise: whether it is kept, and what was observed."""

    promise: str
    passed: bool
    detail: str


async def check_conformance(
    endpoint: Endpoint,
    region: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    bytes_most: int = BYTES_MOST,
) -> list[ConformanceResult]:
    """Check every promise of the contract; return one result for each.

    A promise that cannot be checked because an earlier one is broken counts as broken.

    Args:
        heartbeat_seconds: the longest wait for a frame of a feed.
        bytes_most: of the bodies, after which no more entries are checked.
    """
    results: list[ConformanceResult] = []
    try:
        async with PeerConnection.open(endpoint) as peer:
            results.append(ConformanceResult(CONNECTS, passed=True, detail="graphql-transport-ws"))
            state = CheckState(endpoint, region, peer, clock(), heartbeat_seconds, bytes_most)
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
