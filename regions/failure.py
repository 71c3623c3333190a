"""How an instance that is followed fails: it is not there, talks rubbish, or refuses.

    Unreachable   no connection, or no answer in time
    Misbehaved    what came is none of the protocol's
    Rejected      an answer, and it is no

What others said stands in a message only in short, and as a line that a log can hold.
"""

from __future__ import annotations

import reprlib
from typing import Final

from websockets.exceptions import ConnectionClosed

REJECTING: Final = frozenset({4401, 4403})
SHOWN = 200  # characters of what came
CODE = 64  # characters of a code

# A repr that is cut while it is made: what came may be large, or deep.
_brief = reprlib.Repr()
_brief.maxlevel, _brief.maxdict, _brief.maxlist = 3, 4, 4
_brief.maxstring = _brief.maxother = SHOWN


class PeerUnreachable(Exception):
    """There is no connection, or no answer in time."""


class ProtocolError(Exception):
    """What came is none of the protocol's."""


class RejectedByPeer(Exception):
    """The other side answers, and refuses: who we are, or what we ask; `code` says why, if it does."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def protocol_error(expected: str, got: object) -> ProtocolError:
    """Return what to raise where something else was expected."""
    return ProtocolError(f"expected {expected}, got {sanitize_for_log(_brief.repr(got))}")


def rejection_from_errors(errors: object) -> RejectedByPeer:
    """Return what to raise for the errors of GraphQL, of any shape; the first is told."""
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
    """Return what to raise where the connection was closed, by whom and why it may be."""
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
    """What came, as a log can hold it: short, and nothing that moves the cursor."""
    line = "".join(each if each.isprintable() else "?" for each in text[: SHOWN + 1])
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
