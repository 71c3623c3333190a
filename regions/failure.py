"""The errors of a connection to another instance.

    PeerUnreachable   there is no connection, or no response in time
    ProtocolError     what the other side sends violates the protocol
    RejectedByPeer    the other side responds with a refusal

A message quotes the other side only in short, and as one line that a log can hold.
"""

from __future__ import annotations

import reprlib
from typing import Final

from websockets.exceptions import ConnectionClosed

REJECTING: Final = frozenset({4401, 4403})
SHOWN = 200  # characters of a quotation
CODE = 64  # characters of an error code

# A repr with limits, because the received value may be large or deep.
_brief = reprlib.Repr()
_brief.maxlevel, _brief.maxdict, _brief.maxlist = 3, 4, 4
_brief.maxstring = _brief.maxother = SHOWN


class PeerUnreachable(Exception):
    """There is no connection, or no response in time."""


class ProtocolError(Exception):
    """What the other side sends violates the protocol."""


class RejectedByPeer(Exception):
    """The other side refuses our token or our request; `code` is its reason, or empty."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def protocol_error(expected: str, got: object) -> ProtocolError:
    """Return the error for a received value that was not expected."""
    return ProtocolError(f"expected {expected}, got {sanitize_for_log(_brief.repr(got))}")


def rejection_from_errors(errors: object) -> RejectedByPeer:
    """Return the error for the `errors` of a GraphQL response, of any shape; only the first counts."""
    first = errors[0] if isinstance(errors, list) and errors else errors
    if not isinstance(first, dict):
        return RejectedByPeer(sanitize_for_log(_brief.repr(first)))
    extensions, message = first.get("extensions"), first.get("message")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    code = sanitize_for_log(code[:CODE]) if isinstance(code, str) else ""
    said = message[:SHOWN] if isinstance(message, str) else _brief.repr(message)
    return RejectedByPeer(sanitize_for_log(f"{code or 'error'}: {said}"), code)


def error_from_close(
    connection: ConnectionClosed,
) -> PeerUnreachable | ProtocolError | RejectedByPeer:
    """Return the error for a closed connection, which depends on the side and code of the closure."""
    theirs, ours = connection.rcvd, connection.sent
    if theirs is not None and (connection.rcvd_then_sent or ours is None):
        text = f"closed with {theirs.code}: {sanitize_for_log(theirs.reason)}"
        if theirs.code in REJECTING:
            return RejectedByPeer(text, str(theirs.code))
        return PeerUnreachable(text)
    if ours is not None and ours.code not in (1000, 1001, 1011):
        return ProtocolError(f"what came is no WebSocket's: {sanitize_for_log(ours.reason)}")
    return PeerUnreachable("the connection was lost")


def sanitize_for_log(text: str) -> str:
    """Return received text in a form for logs: short, with only printable characters."""
    line = "".join(each if each.isprintable() else "?" for each in text[: SHOWN + 1])
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
