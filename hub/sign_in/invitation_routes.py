"""The routes `/undangan`: an invited person reads the invitation, and sets a way to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.account import Account, CodePurpose, SignInMethod
from engine.log.entry import format_timestamp
from hub.sign_in.attempts import Attempts
from hub.sign_in.json_endpoint import json_endpoint, optional_text_member, read_json, text_member
from hub.sign_in.passwords import PasswordHashes, check_password
from hub.sign_in.refusal import Refusal, code_void
from hub.sign_in.session_routes import sign_in_methods
from hub.sign_in.sessions import Sessions, describe_right
from resolvers.account_acts import AccountChanged
from resolvers.login_name import checked_login
from resolvers.problems import InvalidInput
from resolvers.sign_in_acts import accept_with_password
from storage.account import LoginTaken, account_names, find_account, find_account_by_login
from storage.database import Session
from storage.one_time_code import find_code, use_code
from storage.secret import secret_digest


@dataclass(frozen=True, slots=True)
class InvitationRoutes:
    """Responds with invitations, and accepts them."""

    sessions: Sessions
    hashes: PasswordHashes
    attempts: Attempts
    provider: str | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        cookie = self.sessions.cookie
        return [
            Route("/undangan", json_endpoint(self.read, cookie), methods=["POST"]),
            Route("/undangan/sandi", json_endpoint(self.set_password, cookie), methods=["POST"]),
        ]

    async def read(self, request: Request) -> Response:
        """Respond with the account and the right of an invitation, without using its code."""
        code = text_member(await read_json(request), "code")
        async with self.sessions.instance().database.read() as session:
            account, expires_at = await self.find_invited(session, code)
            giver = account.given_by
            names = {} if giver is None else await account_names(session, [giver])
            right = await describe_right(session, account)
        return JSONResponse(
            {
                "name": account.name,
                "login": account.login,
                **right,
                "givenBy": None if giver is None else names.get(giver),
                "expiresAt": format_timestamp(expires_at),
                "methods": sign_in_methods(request, self.provider),
            }
        )

    async def set_password(self, request: Request) -> Response:
        """Set a password, and open a session."""
        body = await read_json(request)
        code, password = text_member(body, "code"), text_member(body, "password")
        instance = self.sessions.instance()
        async with instance.database.read() as session:
            account, _ = await self.find_invited(session, code)
            login = chosen_login(account, optional_text_member(body, "login"))
            holder = await find_account_by_login(session, login)
        if holder is not None and holder.id != account.id:
            raise login_taken()
        check_password(password, login, account.name)
        password_hash = await self.hashes.create(password)
        try:
            async with self.sessions.transaction() as session:
                account = await self.use_invitation(session, code)
                await accept_with_password(session, instance.clock(), account, login, password_hash)
                await self.attempts.forget(session, login)
                method = SignInMethod.PASSWORD
                opened = await self.sessions.open(session, request, account.id, method)
        except LoginTaken:
            raise login_taken() from None
        except AccountChanged:
            raise account_changed() from None
        return await self.sessions.opened_response(request, opened)

    async def find_invited(self, session: Session, code: str) -> tuple[Account, datetime]:
        """Return the invited account, and until when its code is good.

        Raises:
            Refusal: the code is void.
        """
        now, digest = self.sessions.instance().clock(), secret_digest(code)
        found = await find_code(session, digest, CodePurpose.INVITATION, now)
        account = None if found is None else await find_account(session, found[0])
        if found is None or account is None or not _may_accept(account):
            raise code_void()
        return account, found[1]

    async def use_invitation(self, session: Session, code: str) -> Account:
        """Use the code of an invitation in the caller's transaction; return the invited account.

        Raises:
            Refusal: the code is void.
        """
        now, digest = self.sessions.instance().clock(), secret_digest(code)
        id = await use_code(session, digest, CodePurpose.INVITATION, now)
        account = None if id is None else await find_account(session, id)
        if account is None or not _may_accept(account):
            raise code_void()
        return account


def _may_accept(account: Account) -> bool:
    """Whether the person of an account may set a way to sign in here; a changed right voids codes."""
    return account.right is not None and account.issuer is None


def chosen_login(account: Account, text: str | None) -> str:
    """Return the login of an account, or the one that the person has chosen if it has none.

    Raises:
        Refusal: there is none, or it cannot be a login.
    """
    if text is None or not text.strip():
        if account.login is None:
            raise _unfit("LOGIN_MISSING", "expected a `login`, since the account has none")
        return account.login
    try:
        login = checked_login("login", text)
    except InvalidInput as error:
        raise _unfit("LOGIN_INVALID", str(error)) from None
    if account.login not in (None, login):
        raise _unfit("LOGIN_INVALID", "expected no `login`, since the account has another")
    return login


def login_taken() -> Refusal:
    """Return the refusal of a login that another account has."""
    return _unfit("LOGIN_TAKEN", "expected a `login` that is unused, got one of another account")


def account_changed() -> Refusal:
    """Return the refusal of a change to an account that was changed at the same time."""
    return Refusal(
        HTTPStatus.CONFLICT,
        "ACCOUNT_CHANGED",
        "the account was changed at the same time; try again",
    )


def _unfit(code: str, message: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, code, message)
