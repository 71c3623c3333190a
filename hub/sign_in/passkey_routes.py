"""The routes with which people without a session sign in with a passkey, or make their first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.account import SignInMethod
from hub.sign_in.invitation_routes import InvitationRoutes, account_changed
from hub.sign_in.json_endpoint import json_endpoint, object_member, read_json, text_member
from hub.sign_in.passkey_name import passkey_name
from hub.sign_in.passkeys import PasskeyCeremonies, passkey_refused
from hub.sign_in.sessions import Sessions
from resolvers.account_acts import AccountChanged
from resolvers.sign_in_acts import accept_with_passkey
from storage.stored_passkey import record_passkey_use


@dataclass(frozen=True, slots=True)
class PasskeyRoutes:
    """Opens sessions with passkeys."""

    sessions: Sessions
    ceremonies: PasskeyCeremonies
    invitations: InvitationRoutes

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        endpoints = {
            "/sesi/kunci/tantangan": self.begin_sign_in,
            "/sesi/kunci": self.sign_in,
            "/undangan/kunci/tantangan": self.begin_accepting,
            "/undangan/kunci": self.accept,
        }
        cookie = self.sessions.cookie
        return [
            Route(path, json_endpoint(endpoint, cookie), methods=["POST"])
            for path, endpoint in endpoints.items()
        ]

    async def begin_sign_in(self, request: Request) -> Response:
        """Respond with a challenge to sign."""
        await read_json(request)
        return JSONResponse(await self.ceremonies.begin_sign_in(request))

    async def sign_in(self, request: Request) -> Response:
        """Open a session for the person whose passkey signed a challenge."""
        body, instance = await read_json(request), self.sessions.instance()
        id, credential = text_member(body, "id"), object_member(body, "credential")
        stored, used = await self.ceremonies.finish_sign_in(request, id, credential)
        async with self.sessions.transaction() as session:
            now = instance.clock()
            if not await record_passkey_use(session, stored, used.sign_count, now):
                raise passkey_refused("expected a passkey that no other request uses, got one")
            method = SignInMethod.PASSKEY
            opened = await self.sessions.open(session, request, stored.account, method)
        return await self.sessions.opened_response(request, opened)

    async def begin_accepting(self, request: Request) -> Response:
        """Respond with a challenge with which an invited person's browser makes a passkey."""
        code = text_member(await read_json(request), "code")
        async with self.sessions.instance().database.read() as session:
            account, _ = await self.invitations.find_invited(session, code)
        # The new passkey replaces all others, so none is excluded.
        return JSONResponse(await self.ceremonies.begin_registration(request, account, ()))

    async def accept(self, request: Request) -> Response:
        """Accept an invitation with a passkey, and open a session."""
        body, instance = await read_json(request), self.sessions.instance()
        code, id = text_member(body, "code"), text_member(body, "id")
        credential, name = object_member(body, "credential"), passkey_name(body)
        async with instance.database.read() as session:
            account, _ = await self.invitations.find_invited(session, code)
        passkey = await self.ceremonies.finish_registration(request, account, id, credential, name)
        try:
            async with self.sessions.transaction() as session:
                account = await self.invitations.use_invitation(session, code)
                await accept_with_passkey(session, instance.clock(), account, passkey)
                method = SignInMethod.PASSKEY
                opened = await self.sessions.open(session, request, account.id, method)
        except AccountChanged:
            raise account_changed() from None
        return await self.sessions.opened_response(request, opened)
