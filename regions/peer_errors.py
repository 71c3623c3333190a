"""The errors of a connection to another instance, made from what it sent and cleaned for logs.

    PeerUnreachable   there is no connection, or no response in time
    ProtocolError     the other side violates the protocol
    RejectedByPeer    the other side refuses the connection or the request

A message quotes only a short part of what the other side sent, as one line for a log.
"""

from __future__ import annotations

import reprlib
from typing import Final

from websockets.exceptions import ConnectionClosed

REJECTION_CODES: Final = frozenset({4401, 4403})
QUOTATION_CHARACTERS = 200
ERROR_CODE_CHARACTERS = 64

# A repr with limits, because the received value may be large or deep.
_short_repr = reprlib.Repr()
_short_repr.maxlevel, _short_repr.maxdict, _short_repr.maxlist = 3, 4, 4
_short_repr.maxstring = _short_repr.maxother = QUOTATION_CHARACTERS


class PeerUnreachable(Exception):
    """There is no connection, or no response in time."""


class ProtocolError(Exception):
    """The other side violates the protocol."""


class RejectedByPeer(Exception):
    """The other side refuses our token or our request; `code` is its reason, or empty."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def protocol_error(expected: str, received: object) -> ProtocolError:
    """Return the error for a received value that was not expected."""
    return ProtocolError(f"expected {expected}, got {sanitize_for_log(_short_repr.repr(received))}")


def rejection_from_errors(errors: object) -> RejectedByPeer:
    """Return the error for the first of the `errors` of a GraphQL response, of any shape."""
    first = errors[0] if isinstance(errors, list) and errors else errors
    if not isinstance(first, dict):
        return RejectedByPeer(sanitize_for_log(_short_repr.repr(first)))
    extensions, message = first.get("extensions"), first.get("message")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    code = sanitize_for_log(code[:ERROR_CODE_CHARACTERS]) if isinstance(code, str) else ""
    text = message[:QUOTATION_CHARACTERS] if isinstance(message, str) else _short_repr.repr(message)
    return RejectedByPeer(sanitize_for_log(f"{code or 'error'}: {text}"), code)


def error_from_close(
    connection: ConnectionClosed,
) -> PeerUnreachable | ProtocolError | RejectedByPeer:
    """Return the error for a closed connection, by the side that closed it and its code."""
    received, sent = connection.rcvd, connection.sent
    if received is not None and (connection.rcvd_then_sent or sent is None):
        text = f"closed with {received.code}: {sanitize_for_log(received.reason)}"
        if received.code in REJECTION_CODES:
            return RejectedByPeer(text, str(received.code))
        return PeerUnreachable(text)
    if sent is not None and sent.code not in (1000, 1001, 1011):
        return ProtocolError(f"what came is no WebSocket's: {sanitize_for_log(sent.reason)}")
    return PeerUnreachable("the connection was lost")


def sanitize_for_log(text: str) -> str:
    """Return received text in a form for logs: short, with only printable characters."""
    start = text[: QUOTATION_CHARACTERS + 1]
    line = "".join(character if character.isprintable() else "?" for character in start)
    return line if len(line) <= QUOTATION_CHARACTERS else f"{line[:QUOTATION_CHARACTERS]}…"
