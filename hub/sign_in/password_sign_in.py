"""Signs people in with a login and a password."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request

from engine.account import Account, AuditAction, SignInMethod
from hub.sign_in.attempts import Attempts
from hub.sign_in.client_address import client_address
from hub.sign_in.passwords import PasswordHashes
from hub.sign_in.refusal import sign_in_refused
from hub.sign_in.sessions import OpenedSession, Sessions
from storage.account import find_account, find_account_by_login, replace_password_hash
from storage.audit import append_audit

REFUSAL_SECONDS = 0.3  # at the earliest, so that the time does not show whether the login exists


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """Verifies passwords, and counts the failures."""

    sessions: Sessions
    hashes: PasswordHashes
    attempts: Attempts

    async def sign_in(self, request: Request, login: str, password: str) -> OpenedSession:
        """Open a session for the person with this login and password.

        Raises:
            Refusal: the login or the password is wrong, there were too many failures, or the
                person's right was withdrawn.
        """
        login, database = login.strip().lower(), self.sessions.instance().database
        async with database.read() as session:
            account = await find_account_by_login(session, login)
        await self.verify(request, login, account, password)
        if account is None:
            raise sign_in_refused()
        outdated = account.password_hash or ""
        replacement = None
        if self.hashes.is_outdated(outdated):
            replacement = await self.hashes.create(password)
            async with database.write() as session:
                await replace_password_hash(session, account.id, outdated, replacement)
        async with self.sessions.transaction() as session:
            method = SignInMethod.PASSWORD
            opened = await self.sessions.open(session, request, account.id, method)
            current = await find_account(session, account.id)
            if current is None or current.password_hash != (replacement or outdated):
                raise sign_in_refused()  # the password was changed in the meantime
        return opened

    async def verify(
        self, request: Request, login: str, account: Account | None, password: str
    ) -> None:
        """Verify a password. Only a wrong one counts as a failure, and no error of the instance.

        Raises:
            Refusal: it is wrong, or there were too many failures.
        """
        instance, began_at = self.sessions.instance(), monotonic()
        attempt = await self.attempts.begin(login, client_address(request), instance.clock())
        stored_hash = None if account is None else account.password_hash
        try:
            is_right = await self.hashes.verify(stored_hash, password)
        except BaseException:
            async with instance.database.write() as session:
                await self.attempts.take_back(session, attempt)
            raise
        if is_right:
            async with instance.database.write() as session:
                await self.attempts.forgive(session, attempt)
            return
        if attempt.locks_login and account is not None:
            async with instance.database.write() as session:
                action = AuditAction.ACCOUNT_LOCKED
                await append_audit(session, instance.clock(), None, action, account.id)
        await asyncio.sleep(max(0.0, began_at + REFUSAL_SECONDS - monotonic()))
        raise sign_in_refused()
