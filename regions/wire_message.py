"""Parses one message of the WebSocket protocol, after a check of its size and depth.

A small text can become large or deep once it is parsed, so its values are counted first. The counts
make only whole passes over the bytes, because a loop over them would take longer than parsing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from regions.json_depth import is_nested_deeper
from regions.peer_errors import QUOTATION_CHARACTERS, ProtocolError, protocol_error

VALUES_MOST = 150_000  # in one message; a full frame has about 80,000 values
DEPTH_MOST = 32
VALUE_BYTES = 120  # approximate memory of a parsed value


@dataclass(frozen=True, slots=True)
class WireMessage:
    """A parsed message; `weight` is its approximate memory in bytes."""

    type: str
    id: str
    payload: Any
    weight: int


def parse_wire_message(content: bytes) -> WireMessage:
    """Parse a message.

    Raises:
        ProtocolError: the bytes are no message, or exceed a limit.
    """
    values = content.count(b",") + content.count(b"[") + content.count(b"{")
    if values > VALUES_MOST:
        raise ProtocolError(f"expected at most {VALUES_MOST} values in a message, got more")
    if is_nested_deeper(content, DEPTH_MOST):
        raise ProtocolError(f"expected JSON at most {DEPTH_MOST} deep, got {content[:40]!r}…")
    try:
        document = orjson.loads(content)
    except ValueError:
        raise protocol_error("JSON", content[:QUOTATION_CHARACTERS]) from None
    if not isinstance(document, dict):
        raise protocol_error("a message", document)
    kind, id = document.get("type"), document.get("id", "")
    if not isinstance(kind, str):
        raise protocol_error("a message of the protocol", kind)
    if not isinstance(id, str):
        raise protocol_error("an id as text", id)
    return WireMessage(kind, id, document.get("payload"), len(content) + VALUE_BYTES * values)


def payload_of(result: object) -> Mapping[str, Any]:
    """Return the payload of a result as an object.

    Raises:
        ProtocolError: the payload is no object.
    """
    if not isinstance(result, dict):
        raise protocol_error("a result", result)
    return result
