"""The two forms of a response that goes on: server-sent events, and the parts of a multipart.

The first is the GraphQL over SSE protocol with distinct connections, which graphql-sse speaks and
any EventSource can read. The second is the multipart HTTP protocol for subscriptions of Apollo
Client and of routers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.transport.media_types import EVENT_STREAM, MULTIPART
from realtime.message import Message

_BOUNDARY = b"\r\n--graphql"
_PART = b"\r\ncontent-type: application/json\r\n\r\n"


@dataclass(frozen=True, slots=True, eq=False)
class StreamFormat:
    """How a stream begins, says something, says nothing, and is complete."""

    content_type: str
    opening: bytes
    idle: bytes  # so that nobody between takes the connection for dead
    next: Callable[[Message], bytes]
    completed: bytes


def _event(told: Message) -> bytes:
    # Where an EventSource comes back by itself, it names the last id that it has read.
    id = b"" if told.position is None else b"id: %s\n" % str(told.position).encode()
    return b"event: next\n%sdata: %s\n\n" % (id, told.payload[:-1])


def _part(told: Message) -> bytes:
    # Readers take a part for whole once they see the boundary after it.
    return b'%s{"payload":%s%s' % (_PART, told.payload, _BOUNDARY)


SERVER_SENT = StreamFormat(
    content_type=f"{EVENT_STREAM}; charset=utf-8",
    opening=b":\n\n",
    idle=b":\n\n",
    next=_event,
    completed=b"event: complete\ndata:\n\n",
)
PARTS = StreamFormat(
    content_type=f'{MULTIPART};boundary="graphql";subscriptionSpec=1.0',
    opening=_BOUNDARY + _PART + b"{}" + _BOUNDARY,
    idle=_PART + b"{}" + _BOUNDARY,
    next=_part,
    completed=b"--\r\n",
)
FORMS = {EVENT_STREAM: SERVER_SENT, MULTIPART: PARTS}


def encode_chunk(content: bytes) -> bytes:
    """Return a chunk of the transfer coding (RFC 9112, 7.1)."""
    return b"%x\r\n%s\r\n" % (len(content), content)


def encode_message_chunk(told: Sequence[Message], form: StreamFormat) -> list[bytes]:
    """Return what was told as one chunk, the same for all responses of a form."""
    return [encode_chunk(b"".join(form.next(each) for each in told))]
