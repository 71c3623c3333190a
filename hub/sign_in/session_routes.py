"""The routes `/sesi`: who is signed in, signing in, going on, and signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.account import Account, CodePurpose, SignInMethod
from hub.sign_in.json_endpoint import flag_member, json_endpoint, read_json, text_member
from hub.sign_in.password_sign_in import PasswordSignIn
from hub.sign_in.refusal import Refusal, code_void
from hub.sign_in.relying_party import is_host_name
from hub.sign_in.sessions import Sessions, SignedIn, describe_session
from hub.transport.proxy_headers import FORWARDED
from resolvers.credential_acts import end_session
from storage.account import find_account
from storage.one_time_code import find_code, use_code
from storage.secret import secret_digest
from storage.session import extend_session, find_session

EXTENDED_EVERY = timedelta(minutes=1)  # more frequent activity is not written
_FORWARDING_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True)
class SessionRoutes:
    """Responds with sessions.

    Args:
        provider: what the identity provider calls itself, if there is one.
    """

    sessions: Sessions
    password_sign_in: PasswordSignIn
    provider: str | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        cookie = self.sessions.cookie
        return [
            Route("/sesi", json_endpoint(self.state, cookie), methods=["GET"]),
            Route("/sesi", json_endpoint(self.sign_in, cookie), methods=["POST"]),
            Route("/sesi", json_endpoint(self.sign_out, cookie), methods=["DELETE"]),
            Route("/sesi/lanjut", json_endpoint(self.extend, cookie), methods=["POST"]),
            Route("/sesi/tautan", json_endpoint(self.use_link, cookie), methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        """Respond with the ways to sign in, and with the session in the cookie."""
        has_cookie = self.sessions.cookie().read(request) is not None
        described = None
        async with self.sessions.instance().database.read() as session:
            signed_in = await self.sessions.find(session, request)
            if signed_in is not None:
                described = await describe_session(session, signed_in, self.sessions.idle)
        return JSONResponse(
            {
                "methods": sign_in_methods(request, self.provider),
                "session": described,
                "ended": has_cookie and described is None,
            }
        )

    async def sign_in(self, request: Request) -> Response:
        """Open a session with a login and a password."""
        body = await read_json(request)
        login, password = text_member(body, "login"), text_member(body, "password")
        opened = await self.password_sign_in.sign_in(request, login, password)
        return await self.sessions.opened_response(request, opened)

    async def extend(self, request: Request) -> Response:
        """Move the end of the session, because the person is active; never past its limit."""
        await read_json(request)
        instance = self.sessions.instance()
        async with instance.database.write() as session:
            signed_in = await self.sessions.require(session, request)
            idle_until = self.sessions.idle_until(instance.clock())
            record = signed_in.record
            if idle_until - record.idle_until >= min(EXTENDED_EVERY, self.sessions.idle / 10):
                await extend_session(session, record.id, idle_until)
                signed_in = await self.sessions.require(session, request)
            described = await describe_session(session, signed_in, self.sessions.idle)
        self.sessions.authenticator.forget(signed_in.account.id)  # it keeps the earlier end
        return JSONResponse({"session": described})

    async def sign_out(self, request: Request) -> Response:
        """End the session, and delete its cookie, also that of an ended session."""
        instance, secret = self.sessions.instance(), self.sessions.cookie().read(request)
        response = Response(status_code=HTTPStatus.NO_CONTENT)
        if secret is not None:
            async with self.sessions.transaction() as session:
                current = await find_session(session, secret_digest(secret))
                if current is not None:
                    owner = current[0].account
                    await end_session(session, instance.clock(), owner, owner, current[0].id)
            self.sessions.cookie().delete(response, request)
        return response

    async def use_link(self, request: Request) -> Response:
        """Open a session with the code of a sign-in link, on the machine of the instance only."""
        body = await read_json(request)
        code, replace = text_member(body, "code"), flag_member(body, "replace")
        if not is_local(request):
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "NOT_LOCAL",
                "expected a browser on the machine of the instance, got one from elsewhere",
            )
        instance, digest = self.sessions.instance(), secret_digest(code)
        purpose, now = CodePurpose.SIGN_IN, instance.clock()
        async with self.sessions.transaction() as session:
            current = await self.sessions.find(session, request)
            if current is not None and not replace:
                found = await find_code(session, digest, purpose, now)
                account = None if found is None else await find_account(session, found[0])
                if account is not None and account.id != current.account.id:
                    raise _other_account(current, account)
            id = await use_code(session, digest, purpose, now)
            if id is None:
                raise code_void()
            opened = await self.sessions.open(session, request, id, SignInMethod.LINK)
        return await self.sessions.opened_response(request, opened)


def sign_in_methods(request: Request, provider: str | None) -> dict[str, object]:
    """Return the ways in which a person can sign in, as pages offer them."""
    return {
        "password": True,
        "passkey": is_host_name(request.url.hostname),
        "provider": None if provider is None else {"name": provider},
    }


def is_local(request: Request) -> bool:
    """Whether the client runs on the machine of the instance, and is no proxy."""
    if request.client is None or request.scope.get(FORWARDED):
        return False
    if any(name in request.headers for name in _FORWARDING_HEADERS):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _other_account(current: SignedIn, account: Account) -> Refusal:
    return Refusal(
        HTTPStatus.CONFLICT,
        "OTHER_ACCOUNT",
        "expected `replace`, since a session of another account is open",
        details={"current": _person(current.account), "new": _person(account)},
    )


def _person(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": None if account.right is None else account.right.role.value,
    }
