"""The sessions that sign-in opens: their cookie, and their description for pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.account import Account, SessionRecord, SignInMethod
from engine.log.entry import format_timestamp
from hub.auth.authentication import Authenticator
from hub.auth.credentials import SessionCookie
from hub.sign_in.refusal import no_right, not_signed_in, session_ended
from resolvers.context import Instance
from resolvers.credential_acts import begin_session, end_session
from storage.account import find_account
from storage.audit import lock_audit
from storage.database import Session
from storage.opd import opds_by_id
from storage.region import regions_by_code
from storage.secret import secret_digest
from storage.session import find_session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open session and its account."""

    record: SessionRecord
    account: Account


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that was just opened; its secret is for the cookie."""

    record: SessionRecord
    secret: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, finds and describes the sessions of an instance.

    Args:
        idle: how long a session lasts without activity.
        lifetime: how long it lasts at most.
    """

    instance: Callable[[], Instance]
    cookie: Callable[[], SessionCookie]
    authenticator: Authenticator
    idle: timedelta
    lifetime: timedelta

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """Yield a session that writes; after its commit, all connections follow the change.

        Every act appends to the audit. Its lock comes first, because acts that take locks in
        different orders would block each other.
        """
        async with self.instance().database.write() as session:
            await lock_audit(session)
            yield session
        self.instance().access_changed()

    async def open(
        self, session: Session, request: Request, account: str, method: SignInMethod
    ) -> OpenedSession:
        """Begin a session in the caller's transaction, in place of the one in the cookie.

        The secret is always a new one, so that a cookie that was planted earlier gives nothing.

        Raises:
            Refusal: the account has no right.
        """
        now = self.instance().clock()
        previous = self.cookie().read(request)
        earlier = None if previous is None else await find_session(session, secret_digest(previous))
        if earlier is not None:
            owner = earlier[0].account
            await end_session(session, now, owner, owner, earlier[0].id)
        record, secret = await begin_session(
            session,
            now,
            account,
            method,
            idle=self.idle,
            lifetime=self.lifetime,
            user_agent=request.headers.get("user-agent", ""),
        )
        signed_in = await find_account(session, account)
        if signed_in is None or signed_in.right is None:
            raise no_right()
        return OpenedSession(record, secret)

    async def opened_response(self, request: Request, opened: OpenedSession) -> Response:
        """Respond, after the commit, with a new session and its cookie."""
        async with self.instance().database.read() as session:
            account = await find_account(session, opened.record.account)
            if account is None:
                raise session_ended()
            signed_in = SignedIn(opened.record, account)
            described = await describe_session(session, signed_in, self.idle)
        response = JSONResponse({"session": described}, HTTPStatus.CREATED)
        self.cookie().set(response, request, opened.secret)
        return response

    async def find(self, session: Session, request: Request) -> SignedIn | None:
        """Return the session in the cookie; None without a cookie or if it has ended."""
        secret = self.cookie().read(request)
        current = None if secret is None else await find_session(session, secret_digest(secret))
        if current is None:
            return None
        record, account = current
        is_open = record.expires_at > self.instance().clock() and account.right is not None
        return SignedIn(record, account) if is_open else None

    async def require(self, session: Session, request: Request) -> SignedIn:
        """Return the session in the cookie.

        Raises:
            Refusal: there is no cookie, or its session has ended.
        """
        signed_in = await self.find(session, request)
        if signed_in is None:
            has_cookie = self.cookie().read(request) is not None
            raise session_ended() if has_cookie else not_signed_in()
        return signed_in

    def idle_until(self, now: datetime) -> datetime:
        """Return until when a session with activity now lasts without more."""
        return now + self.idle


async def describe_session(
    session: Session, signed_in: SignedIn, idle: timedelta
) -> dict[str, object]:
    """Return who is signed in, as pages show it, and how long it lasts without activity."""
    record, account = signed_in.record, signed_in.account
    return {
        "id": record.id,
        "accountId": account.id,
        "name": account.name,
        **await describe_right(session, account),
        "method": record.method.value,
        "expiresAt": format_timestamp(record.expires_at),
        "endsAt": format_timestamp(record.ends_at),
        "idleSeconds": idle.total_seconds(),
    }


async def describe_right(session: Session, account: Account) -> dict[str, object]:
    """Return the role of an account, and the regions and OPDs of its right by name."""
    right = account.right
    if right is None:
        return {"role": None, "regions": [], "opds": []}
    regions = await regions_by_code(session, right.regions)
    opds = await opds_by_id(session, right.opds)
    # A region or an OPD that this instance does not know has no other name.
    return {
        "role": right.role.value,
        "regions": [
            {"code": code, "name": regions[code].name if code in regions else code}
            for code in sorted(right.regions)
        ],
        "opds": [
            {"id": id, "name": opds[id].name if id in opds else id} for id in sorted(right.opds)
        ],
    }
