"""The storage of replicas, as the replication client uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.log.entry import LogEntry, WithheldEntry
from engine.log.snapshot import SnapshotRow
from engine.log.source import Source
from regions.endpoint_directory import EndpointDirectory


@dataclass(frozen=True, slots=True)
class ReplicaPosition:
    """The newest entry that the replica of a region has."""

    sequence: int
    hash: str
    handed_over: bool = False  # the entry hands the region over to an owner that may lack it
    has_diverged: bool = False  # the owner's log contradicted the replica, and has not continued it


class RegionNotListed(LookupError):
    """This instance's list of regions does not have the region."""

    def __init__(self, region: str) -> None:
        super().__init__(
            f"region {region} is on no list of this instance: expected a [[region]] with its code, "
            "name, kind and parent in the file that SIMPUL_FOLLOWS names, got none"
        )


class HandoverNotAccepted(Exception):
    """A region is handed over to this instance, which does not take it over; states why."""


class ReplicaChanged(Exception):
    """The replica is not the one for which a snapshot was read; it was deleted meanwhile."""

    def __init__(self, region: str, expected: int, received: int) -> None:
        super().__init__(
            f"the replica of region {region} changed while a snapshot was read: "
            f"expected entry {expected}, got {received}"
        )


class ReplicaStore(Protocol):
    """The storage of the replicas."""

    async def record_directory(self, directory: EndpointDirectory) -> None:
        """Record the sources and the identities of all regions that the directory lists."""

    async def find_position(self, region: str, url: str) -> ReplicaPosition | None:
        """Return the position of the replica of a region that `url` owns; None if owned here.

        Raises:
            RegionNotListed: no list of this instance has the region.
        """

    async def store_entries(self, region: str, entries: Sequence[LogEntry], *, more: bool) -> None:
        """Store verified entries, all or none; `more` states that further ones are at hand."""

    async def derive_waiting_events(self, region: str) -> None:
        """Derive the events of entries that were stored without them; call it at each heartbeat."""

    async def take_over(self, region: str, *, is_accepted: bool) -> bool:
        """Own the region from now on if the newest entry hands it over to this instance.

        Return whether it does. `is_accepted` states that the operator accepts the hand-over.

        Raises:
            HandoverNotAccepted: it does, but this instance does not take the region over.
        """

    async def restore_snapshot(
        self,
        region: str,
        position: ReplicaPosition,
        newest: LogEntry,
        rows: Sequence[SnapshotRow],
        proof: Sequence[WithheldEntry] = (),
    ) -> None:
        """Replace the replica by the rows of a snapshot, whose newest entry is `newest`.

        Args:
            position: of the replica that the snapshot continues.
            proof: the verified entries between the position and `newest`.

        Raises:
            ReplicaChanged: the replica is at another position now.
        """

    def record_state(self, source: Source) -> None:
        """Record the state of the connection to the owner of a region."""

    async def wait_for_new_epoch(self) -> None:
        """Return when replicas may have been deleted, and forget what is known of them."""
