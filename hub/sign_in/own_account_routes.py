"""The routes `/akun`: a signed-in person changes the password, and adds passkeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.account import Account
from engine.log.entry import format_timestamp
from hub.sign_in.invitation_routes import account_changed, chosen_login, login_taken
from hub.sign_in.json_endpoint import (
    json_endpoint,
    object_member,
    optional_text_member,
    read_json,
    text_member,
)
from hub.sign_in.passkey_name import passkey_name
from hub.sign_in.passkeys import PasskeyCeremonies
from hub.sign_in.password_sign_in import PasswordSignIn
from hub.sign_in.passwords import check_password
from hub.sign_in.refusal import Refusal
from hub.sign_in.sessions import Sessions, SignedIn
from resolvers.account_acts import AccountChanged
from resolvers.sign_in_acts import add_passkey, change_password
from storage.account import LoginTaken
from storage.stored_passkey import list_passkeys

PASSKEYS_MOST = 20  # of one account
FRESH_FOR = timedelta(minutes=15)  # since the sign-in


@dataclass(frozen=True, slots=True)
class OwnAccountRoutes:
    """Changes the ways in which the signed-in person signs in."""

    sessions: Sessions
    password_sign_in: PasswordSignIn
    ceremonies: PasskeyCeremonies

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        cookie = self.sessions.cookie
        return [
            Route("/akun/sandi", json_endpoint(self.set_password, cookie), methods=["POST"]),
            Route(
                "/akun/kunci/tantangan",
                json_endpoint(self.begin_passkey, cookie),
                methods=["POST"],
            ),
            Route("/akun/kunci", json_endpoint(self.add_passkey, cookie), methods=["POST"]),
        ]

    async def set_password(self, request: Request) -> Response:
        """Change the password, or set the first one, and end the person's other sessions."""
        body, instance = await read_json(request), self.sessions.instance()
        current, new = optional_text_member(body, "current"), text_member(body, "new")
        signed_in = await self._require_local_account(request)
        account = signed_in.account
        login = chosen_login(account, optional_text_member(body, "login"))
        if account.password_hash is not None:
            await self.password_sign_in.verify(request, login, account, current or "")
        else:
            self._require_fresh_sign_in(signed_in)
        check_password(new, login, account.name)
        password_hash = await self.password_sign_in.hashes.create(new)
        try:
            async with self.sessions.transaction() as session:
                await self.sessions.require(session, request)
                await change_password(
                    session, instance.clock(), account, login, password_hash, signed_in.record.id
                )
        except LoginTaken:
            raise login_taken() from None
        except AccountChanged:
            raise account_changed() from None
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def begin_passkey(self, request: Request) -> Response:
        """Respond with a challenge with which a browser makes a passkey."""
        await read_json(request)
        signed_in = await self._require_local_account(request)
        self._require_fresh_sign_in(signed_in)
        account = signed_in.account
        async with self.sessions.instance().database.read() as session:
            existing = await list_passkeys(session, account.id)
        return JSONResponse(await self.ceremonies.begin_registration(request, account, existing))

    async def add_passkey(self, request: Request) -> Response:
        """Add a passkey."""
        body, instance = await read_json(request), self.sessions.instance()
        id, credential = text_member(body, "id"), object_member(body, "credential")
        name = passkey_name(body)
        account: Account = (await self._require_local_account(request)).account
        passkey = await self.ceremonies.finish_registration(request, account, id, credential, name)
        async with self.sessions.transaction() as session:
            self._require_fresh_sign_in(await self.sessions.require(session, request))
            if len(await list_passkeys(session, account.id)) >= PASSKEYS_MOST:
                raise Refusal(
                    HTTPStatus.CONFLICT,
                    "TOO_MANY_PASSKEYS",
                    f"expected at most {PASSKEYS_MOST} passkeys, got one more",
                    details={"most": PASSKEYS_MOST},
                )
            await add_passkey(session, instance.clock(), passkey)
        added = {
            "id": passkey.id,
            "name": passkey.name,
            "createdAt": format_timestamp(passkey.created_at),
        }
        return JSONResponse({"passkey": added}, HTTPStatus.CREATED)

    def _require_fresh_sign_in(self, signed_in: SignedIn) -> None:
        """Refuse to add a way to sign in long after the sign-in.

        Otherwise some minutes at an unlocked screen would give a stranger the account permanently.
        """
        if self.sessions.instance().clock() - signed_in.record.created_at > FRESH_FOR:
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "SIGN_IN_AGAIN",
                f"expected a sign-in in the last {FRESH_FOR // timedelta(minutes=1)} minutes, "
                "got an earlier one",
            )

    async def _require_local_account(self, request: Request) -> SignedIn:
        async with self.sessions.instance().database.read() as session:
            signed_in = await self.sessions.require(session, request)
        if signed_in.account.issuer is not None:
            # Otherwise a person could sign in here after the provider has closed the account.
            raise Refusal(
                HTTPStatus.CONFLICT,
                "ACCOUNT_OF_PROVIDER",
                "expected an account of this instance, got one of the identity provider",
            )
        return signed_in
