"""The failures of replication, and the state of a region's source that each of them means."""

from __future__ import annotations

from dataclasses import dataclass

from engine.log.entry import BrokenChain
from engine.log.source import SourceProblem, SourceState
from regions.contract.response_values import ContractViolation
from regions.peer import PeerUnreachable, ProtocolError, RejectedByPeer
from regions.replica_store import HandoverNotAccepted, RegionNotListed


class OwnerBehind(Exception):
    """The new owner of a region does not have its whole log yet."""

    def __init__(self) -> None:
        super().__init__("the new owner does not have the whole log yet")


class FeedEnded(Exception):
    """The owner ended the feed without an error."""

    def __init__(self) -> None:
        super().__init__("the owner ended the feed")


class HistoryChanged(Exception):
    """The owner sends a snapshot without the proof that it continues the replica."""

    def __init__(self, region: str, reason: str) -> None:
        super().__init__(
            f"the snapshot of region {region} does not continue the copy: {reason}; if the owner's "
            f"log is the right one, delete the copy with `simpul forget {region}`"
        )


@dataclass(frozen=True, slots=True)
class ReplicationFailure:
    """What a failure means for the source of a region."""

    state: SourceState
    problem: SourceProblem
    detail: str


_MEANINGS: tuple[tuple[type[BaseException], SourceState, SourceProblem], ...] = (
    (BrokenChain, SourceState.DIVERGED, SourceProblem.HISTORY_CHANGED),
    (HistoryChanged, SourceState.DIVERGED, SourceProblem.HISTORY_CHANGED),
    (ContractViolation, SourceState.UNREACHABLE, SourceProblem.PROTOCOL_VIOLATION),
    (ProtocolError, SourceState.UNREACHABLE, SourceProblem.PROTOCOL_VIOLATION),
    (RejectedByPeer, SourceState.UNREACHABLE, SourceProblem.REJECTED),
    (PeerUnreachable, SourceState.UNREACHABLE, SourceProblem.NO_CONNECTION),
    (FeedEnded, SourceState.UNREACHABLE, SourceProblem.FEED_ENDED),
    (RegionNotListed, SourceState.UNREACHABLE, SourceProblem.NOT_LISTED),
    (OwnerBehind, SourceState.STALE, SourceProblem.OWNER_BEHIND),
    (HandoverNotAccepted, SourceState.STALE, SourceProblem.HANDED_OVER),
)
KNOWN_FAILURES = tuple(kind for kind, _, _ in _MEANINGS)


def describe_failure(failure: BaseException) -> ReplicationFailure:
    """Return what a failure means; any that is not in KNOWN_FAILURES is an error of this instance.

    An entry that contradicts the replica means DIVERGED. A message that only breaks the protocol,
    such as a repeated frame, does not.
    """
    for kind, state, problem in _MEANINGS:
        if isinstance(failure, kind):
            return ReplicationFailure(state, problem, str(failure))
    detail = f"cannot be replicated: {type(failure).__name__}"
    return ReplicationFailure(SourceState.STALE, SourceProblem.NOT_STORED, detail)


def first_exception(failures: BaseExceptionGroup[Exception]) -> BaseException:
    """Return the first exception of a group and of the groups in it."""
    exception: BaseException = failures
    while isinstance(exception, BaseExceptionGroup):
        exception = exception.exceptions[0]
    return exception
