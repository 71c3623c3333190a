"""The state of a check of an endpoint: its connection, and what earlier checks have read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from engine.log.entry import LogEntry
from regions import contract
from regions.contract import RemoteLogFrame, RemoteLogHead, RemoteSnapshotPage
from regions.endpoint_directory import Endpoint
from regions.peer import PeerConnection

RESPONSE_SECONDS = 10.0
ENTRIES_MOST = 100_000  # entries that are checked
BYTES_MOST = 67_108_864  # of their bodies as JSON, which are all held in memory


class ConformanceFailure(Exception):
    """A broken promise; the message states what was expected and received."""


class CheckSkipped(Exception):
    """The endpoint has no data to check the promise with."""


@dataclass
class CheckState:
    """The connection, and the data that earlier checks have read."""

    endpoint: Endpoint
    region: str
    peer: PeerConnection
    now: datetime  # when the check began
    heartbeat_seconds: float  # the longest wait for a frame
    bytes_most: int = BYTES_MOST
    head: RemoteLogHead | None = None
    base: int = 0  # entries that the owner has pruned
    entries: list[LogEntry] = field(default_factory=list)  # the entries after `base`
    size: int = 0  # bytes of the bodies of these entries

    @property
    def is_full(self) -> bool:
        """Whether no more entries are checked."""
        return len(self.entries) >= ENTRIES_MOST or self.size >= self.bytes_most


async def fetch_snapshot_page(state: CheckState, after: str | None) -> RemoteSnapshotPage:
    """Return a page of a snapshot."""
    variables = {"regionCode": state.region, "after": after}
    data = await state.peer.query(contract.SNAPSHOT, variables, RESPONSE_SECONDS)
    return contract.parse_snapshot_page(state.region, data)


async def read_feed(state: CheckState, after: int) -> AsyncGenerator[RemoteLogFrame, None]:
    """Yield the frames of a feed."""
    variables = {"regionCode": state.region, "afterSequence": after}
    async with aclosing(state.peer.subscribe(contract.LOG, variables)) as events:
        async for data in events:
            yield contract.parse_log_frame(state.region, data)


def require_head(state: CheckState) -> RemoteLogHead:
    """Return the head, which an earlier check has read."""
    if state.head is None:
        raise ConformanceFailure("the head of the log could not be read")
    return state.head


def find_entry(state: CheckState, sequence: int) -> LogEntry | None:
    """Return an entry that was read; None if it is newer or was pruned."""
    entries = require_entries(state)
    index = sequence - state.base - 1
    return entries[index] if 0 <= index < len(entries) else None


def require_entries(state: CheckState) -> list[LogEntry]:
    """Return the entries, which an earlier check has read."""
    if not state.entries:
        raise ConformanceFailure("no entries were read")
    return state.entries
