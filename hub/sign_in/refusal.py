"""Why a request to sign in, or to change one's own means to sign in, is refused."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """The request is refused.

    Attributes:
        status: the HTTP status of the response.
        code: by which clients distinguish refusals; the message is for their developers.
        details: further members of the `error` in the response.
        retry_after_seconds: how long the client shall wait, if it may try again.
    """

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        *,
        details: dict[str, object] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details or {}
        self.retry_after_seconds = retry_after_seconds


def sign_in_refused() -> Refusal:
    """Return the one refusal of a wrong password, of an unknown login, and of a login without one."""
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        "SIGN_IN_REFUSED",
        "expected a login and its password, got others",
    )


def no_right() -> Refusal:
    """Return the refusal of a person whose right was withdrawn."""
    return Refusal(
        HTTPStatus.FORBIDDEN, "NO_RIGHT", "expected an account with a right, got one without"
    )


def code_void() -> Refusal:
    """Return the refusal of a one-time code that is unknown, used, replaced or expired."""
    return Refusal(
        HTTPStatus.GONE,
        "CODE_VOID",
        "expected a code that is still good, got one that was used, replaced or has expired",
    )


def not_signed_in() -> Refusal:
    """Return the refusal of a request without a session."""
    return Refusal(
        HTTPStatus.UNAUTHORIZED, "UNAUTHENTICATED", "expected the cookie of a session, got none"
    )


def session_ended() -> Refusal:
    """Return the refusal of a request whose session has ended."""
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        "SESSION_ENDED",
        "expected a session that has not ended: sign in again",
    )
