"""The envelope in which the resolver of a subscription passes an event to the transport.

GraphQL executes the payload of an envelope like any root value. The transport receives the other
fields with the result, and does not send them to the client. In the other direction, the transport
may start a subscription with a ResumeAfter as its root value.
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
    """An event of a subscription, with what the transport needs to deliver it."""

    payload: Payload  # the root value that is executed
    cursor: str | None = None  # the position after the event; None: the subscription has no cursors
    subject: Hashable = None  # a newer event with the same subject may replace it, unless None
    more_available: bool = False  # the next event is available at once
    snapshot: bool = False  # the event is part of the initial snapshot

    @classmethod
    def from_event(cls, payload: Payload, event: VisibleEvent) -> EventEnvelope[Payload]:
        """Return the envelope of an event, whose payload is its GraphQL type."""
        return cls(payload, event.cursor, event.subject, event.more_available, event.snapshot)


@dataclass(frozen=True, slots=True)
class ResumeAfter:
    """The root value that makes a subscription begin after a cursor, instead of its argument."""

    cursor: str


def start_cursor(info: Info, after: str | None) -> str | None:
    """Return the cursor after which a subscription begins: the transport's, else `after`."""
    root: object = info.root_value
    return root.cursor if isinstance(root, ResumeAfter) else after
