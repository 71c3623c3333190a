"""The formats of streaming responses: server-sent events and multipart.

Server-sent events follow the distinct connections mode of the GraphQL over SSE protocol, which
graphql-sse uses and every EventSource can read. Multipart responses follow the multipart
subscription protocol, which Apollo Client and routers use.
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
    keepalive: bytes  # so that no proxy closes an idle connection
    encode: Callable[[Message], bytes]
    completion: bytes


def _encode_event(message: Message) -> bytes:
    # When an EventSource reconnects, it sends the last id that it has read.
    id = b"" if message.position is None else b"id: %s\n" % str(message.position).encode()
    return b"event: next\n%sdata: %s\n\n" % (id, message.payload[:-1])


def _encode_part(message: Message) -> bytes:
    # Clients consider a part complete once they have read the boundary after it.
    return b'%s{"payload":%s%s' % (_PART, message.payload, _BOUNDARY)


SERVER_SENT_EVENTS = StreamFormat(
    content_type=f"{EVENT_STREAM}; charset=utf-8",
    opening=b":\n\n",
    keepalive=b":\n\n",
    encode=_encode_event,
    completion=b"event: complete\ndata:\n\n",
)
MULTIPART_PARTS = StreamFormat(
    content_type=f'{MULTIPART};boundary="graphql";subscriptionSpec=1.0',
    opening=_BOUNDARY + _PART + b"{}" + _BOUNDARY,
    keepalive=_PART + b"{}" + _BOUNDARY,
    encode=_encode_part,
    completion=b"--\r\n",
)
STREAM_FORMATS = {EVENT_STREAM: SERVER_SENT_EVENTS, MULTIPART: MULTIPART_PARTS}


def encode_chunk(content: bytes) -> bytes:
    """Return the content as a chunk of the chunked transfer coding (RFC 9112, 7.1)."""
    return b"%x\r\n%s\r\n" % (len(content), content)


def encode_message_chunk(messages: Sequence[Message], stream_format: StreamFormat) -> list[bytes]:
    """Return the messages as one chunk, which all responses in this format share."""
    return [encode_chunk(b"".join(stream_format.encode(message) for message in messages))]
