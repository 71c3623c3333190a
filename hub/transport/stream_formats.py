"""The formats of streaming responses: server-sent events and multipart.

The first is the distinct connections mode of the GraphQL over SSE protocol, which graphql-sse uses
and every EventSource can read. The second is the multipart subscription protocol, which Apollo Client
and routers use.
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
    """The encoding of a stream: its opening, its keepalive, its messages and its completion."""

    content_type: str
    opening: bytes
    idle: bytes  # a keepalive, so that no proxy closes the connection
    next: Callable[[Message], bytes]
    completed: bytes


def _event(message: Message) -> bytes:
    # When an EventSource reconnects, it sends the last id that it has read.
    id = b"" if message.position is None else b"id: %s\n" % str(message.position).encode()
    return b"event: next\n%sdata: %s\n\n" % (id, message.payload[:-1])


def _part(message: Message) -> bytes:
    # Clients take a part as complete once they read the boundary after it.
    return b'%s{"payload":%s%s' % (_PART, message.payload, _BOUNDARY)


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
    """Return the content as a chunk of the chunked transfer coding (RFC 9112, 7.1)."""
    return b"%x\r\n%s\r\n" % (len(content), content)


def encode_message_chunk(messages: Sequence[Message], form: StreamFormat) -> list[bytes]:
    """Return the messages as one chunk, which is the same for all responses in a format."""
    return [encode_chunk(b"".join(form.next(message) for message in messages))]
