"""All routes of sign-in but those of an identity provider."""

from __future__ import annotations

from starlette.routing import BaseRoute

from hub.sign_in.attempts import Attempts
from hub.sign_in.invitation_routes import InvitationRoutes
from hub.sign_in.own_account_routes import OwnAccountRoutes
from hub.sign_in.passkey_routes import PasskeyRoutes
from hub.sign_in.passkeys import PasskeyCeremonies
from hub.sign_in.password_sign_in import PasswordSignIn
from hub.sign_in.passwords import PasswordHashes
from hub.sign_in.session_routes import SessionRoutes
from hub.sign_in.sessions import Sessions


def sign_in_routes(
    sessions: Sessions, provider: str | None = None, *, hashes: PasswordHashes | None = None
) -> list[BaseRoute]:
    """Return the routes.

    Args:
        provider: what the identity provider calls itself, if there is one.
        hashes: replaces the hashes of passwords, whose parameters take time on purpose.
    """
    hashes, attempts = hashes or PasswordHashes(), Attempts(sessions.instance)
    password_sign_in = PasswordSignIn(sessions, hashes, attempts)
    ceremonies = PasskeyCeremonies(sessions.instance, attempts)
    invitations = InvitationRoutes(sessions, hashes, attempts, provider)
    return [
        *SessionRoutes(sessions, password_sign_in, provider).routes(),
        *invitations.routes(),
        *PasskeyRoutes(sessions, ceremonies, invitations).routes(),
        *OwnAccountRoutes(sessions, password_sign_in, ceremonies).routes(),
    ]
