"""Distinguishes a frame that was lost, repeated or moved from a log that contradicts its replica."""

from __future__ import annotations

from engine.log.entry import BrokenChain
from regions.contract import RemoteLogFrame
from regions.contract.response_values import ContractViolation
from regions.replica_store import ReplicaPosition
from regions.replication_failure import OwnerBehind


def check_frame_order(
    region: str, position: ReplicaPosition, frame: RemoteLogFrame, *, is_first: bool
) -> None:
    """Check that a frame continues the replica without a gap and without a repetition.

    Args:
        is_first: whether it is the first frame of its feed.

    Raises:
        BrokenChain: the frame repeats the replica's newest entry with another hash.
        ContractViolation: a frame was lost, repeated or moved. The next feed begins in order again.
    """
    for expected, entry in enumerate(frame.entries, start=position.sequence + 1):
        if entry.sequence == position.sequence and entry.hash != position.hash:
            raise BrokenChain(region, entry.sequence, "the owner has a different entry")
        if entry.sequence != expected:
            raise ContractViolation(f"entry {expected} next", f"entry {entry.sequence}")
    if frame.head.sequence < position.sequence and not (is_first or position.handed_over):
        raise ContractViolation(
            f"an end of the log at entry {position.sequence} or later",
            f"entry {frame.head.sequence}",
        )


def has_all_entries(region: str, position: ReplicaPosition, frame: RemoteLogFrame) -> bool:
    """Return whether a replica has all entries up to the head of a frame that was stored.

    Args:
        position: of the replica, after the entries of the frame.

    Raises:
        BrokenChain: the head contradicts the replica.
        OwnerBehind: the new owner does not have the whole log yet.
        ContractViolation: further entries exist, and the frame has none.
    """
    head = frame.head
    if head.sequence < position.sequence:
        if position.handed_over:
            raise OwnerBehind
        raise BrokenChain(
            region,
            head.sequence + 1,
            f"the replica has {position.sequence} entries, and the owner has fewer",
        )
    if head.sequence > position.sequence:
        if not frame.entries:
            raise ContractViolation("the entries up to the end of the log", "none")
        return False
    if head.hash != position.hash:
        raise BrokenChain(region, head.sequence, "the owner has a different entry")
    return True
