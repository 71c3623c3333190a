"""The errors of authentication.

AuthenticationError    the credentials do not identify a viewer
├── TokenExpired       the token expired at `at`
├── TokenInvalid       the token is unknown, was withdrawn, or is invalid for `reason`
└── SessionEnded       the session has ended, or was ended by someone
AccessUnavailable      the sessions and tokens on record cannot be read at present
CrossSiteRequest       a page of another site sent the request with the cookie of a session

A request without credentials has the public viewer; a request with wrong ones is an error.
"""

from __future__ import annotations

from datetime import datetime


class AuthenticationError(Exception):
    """The credentials do not identify a viewer."""

    code = "UNAUTHENTICATED"


class TokenExpired(AuthenticationError):
    """The token has expired."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            f"expected a token that is still good, got one that expired at {at:%FT%TZ}"
        )
        self.at = at


class TokenInvalid(AuthenticationError):
    """The token is unknown or withdrawn, is not signed with a trusted key, or has wrong claims."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SessionEnded(AuthenticationError):
    """The session has reached its end, or was ended by its owner or by someone else."""

    code = "SESSION_ENDED"

    def __init__(self) -> None:
        super().__init__("expected a session that has not ended: sign in again")


class AccessUnavailable(Exception):
    """The sessions and tokens on record cannot be read at present."""

    code = "ACCESS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("expected a database that answers, got none: try again later")


class CrossSiteRequest(Exception):
    """A page of another site sent the request with the cookie of a session."""

    code = "CROSS_SITE_REQUEST"

    def __init__(self) -> None:
        super().__init__(
            "expected the `Origin` or `Sec-Fetch-Site` of a page of this instance, got none or "
            "another: a program sends a token instead of the cookie"
        )
