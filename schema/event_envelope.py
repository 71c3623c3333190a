"""What passes between the resolver of a subscription and the transport, beside the event itself.

The resolver yields envelopes. The payload is executed as GraphQL executes any root value; the rest goes
to the transport with the result, and not to the client. The other way, the root value that a
subscription starts with may say after which cursor it begins.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from resolvers.event import VisibleEvent
from schema.info import Info

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class EventEnvelope(Generic[Payload]):
    """An event of a subscription, and what the transport has to know of it."""

    payload: Payload  # the root value that is executed
    cursor: str | None = None  # the position after it; None: the subscription has none
    subject: Hashable = None  # a newer event about it may replace this one; None: none may
    more: bool = False  # the next event is at hand
    snapshot: bool = False  # it is a part of the snapshot that the subscription begins with

    @classmethod
    def from_event(cls, payload: Payload, seen: VisibleEvent) -> EventEnvelope[Payload]:
        """Put the payload that was made of an event into an envelope."""
        return cls(payload, seen.cursor, seen.subject, seen.more, seen.snapshot)


@dataclass(frozen=True, slots=True)
class ResumeAfter:
    """The root value of a subscription that begins after a cursor, whatever its document says."""

    cursor: str


def start_cursor(info: Info, after: str | None) -> str | None:
    """Return the cursor after which a subscription begins: the transport's, or else the argument."""
    root: object = info.root_value
    return root.cursor if isinstance(root, ResumeAfter) else after
