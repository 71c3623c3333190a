"""The accounts of an identity provider's subjects.

A subject gets an account when it first signs in or sends a token. Afterwards, the right of the
account follows the claims. Only claims that are newer than the right count, so that a token from
before a change does not undo it. A right that a person has withdrawn stays withdrawn, whatever the
claims say, until a person gives it again; the audit states who withdrew it. The same holds for the
right of an account that was erased: its subject gets a new account without a right at the next
sign-in, and none by a token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.account import Account, AuditAction
from facts.region import region_names
from hub.auth.claim_mapping import ClaimedAccount, ClaimMapping, ClaimProblem, Claims
from hub.auth.identity_provider import IdentityProvider
from resolvers.account_acts import add_account, change_right, withdraw_right
from storage.account import find_external_account, update_account
from storage.audit import find_newest_audit, lock_audit
from storage.database import Database, Session
from storage.erased_subject import forget_erased_subject, is_subject_erased
from storage.log import Clock

REASON_ERASED = "an account of this person was erased"  # of the withdrawal, in the audit


class RightWithdrawn(Exception):
    """A person has withdrawn the right of the account here, or erased the account."""

    def __init__(self) -> None:
        super().__init__("expected an account with a right, got one whose right was withdrawn here")


class ProviderAccounts:
    """Finds and keeps the accounts of the subjects of one identity provider.

    Args:
        access_changed: is called after each commit that changes an account.
    """

    def __init__(
        self,
        provider: IdentityProvider,
        database: Callable[[], Database],
        clock: Clock,
        access_changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._mapping = ClaimMapping(provider, lambda text: region_names().match(text))
        self._issuer = provider.issuer
        self._name_claim = provider.claims.name
        self._database = database
        self._clock = clock
        self._access_changed = access_changed

    async def account_of_token(self, claims: Claims, issued_at: datetime) -> Account:
        """Return the account of a bearer token, whose right follows the claims if they are newer.

        Raises:
            ClaimProblem: the claims give no right.
            RightWithdrawn: a person has withdrawn the right here.
        """
        claimed = self._mapping.read_account(claims)
        async with self._database().read() as session:
            account = await find_external_account(session, self._issuer, claimed.subject)
            if account is None and await is_subject_erased(session, self._issuer, claimed.subject):
                raise RightWithdrawn
            is_outdated = account is None or await _may_change(
                session, account, claimed, issued_at, is_sign_in=False
            )
        if account is None or is_outdated:  # else a refused token would wait for a write
            account = await self._store(claimed, issued_at, is_sign_in=False)
        if account.right is None:
            raise RightWithdrawn
        return account

    async def account_of_sign_in(self, claims: Claims, issued_at: datetime) -> Account:
        """Return the account of a person who signs in, whose right and name follow the claims.

        Claims that give no right withdraw the one that the account has. A name that is missing
        withdraws nothing.

        Raises:
            ClaimProblem: the claims give no right, or no name.
            RightWithdrawn: a person has withdrawn the right here.
        """
        try:
            claimed = self._mapping.read_account(claims)
            if claimed.name is None:
                raise ClaimProblem(self._name_claim, "the name of the person", None)
        except ClaimProblem:
            await self._withdraw_unclaimed(claims)
            raise
        account = await self._store(claimed, issued_at, is_sign_in=True)
        if account.right is None:
            raise RightWithdrawn
        return account

    async def _store(
        self, claimed: ClaimedAccount, issued_at: datetime, *, is_sign_in: bool
    ) -> Account:
        now = self._clock()
        given_at = min(now, issued_at)
        async with self._database().write() as session:
            await lock_audit(session)  # two first sign-ins at once shall make one account
            account = await find_external_account(session, self._issuer, claimed.subject)
            if account is None:
                is_erased = await is_subject_erased(session, self._issuer, claimed.subject)
                if is_erased and not is_sign_in:
                    raise RightWithdrawn
                account = await add_account(
                    session,
                    now,
                    None,
                    claimed.right,
                    name=claimed.name or claimed.subject,
                    issuer=self._issuer,
                    external_subject=claimed.subject,
                    given_at=given_at,
                )
                if is_erased:
                    account = await withdraw_right(session, now, None, account, REASON_ERASED)
                    await forget_erased_subject(session, self._issuer, claimed.subject)
            elif await _may_change(session, account, claimed, issued_at, is_sign_in=is_sign_in):
                account = await change_right(
                    session, now, None, account, claimed.right, given_at=given_at
                )
            if is_sign_in and account.name != claimed.name:
                account = replace(account, name=claimed.name, version=account.version + 1)
                await update_account(session, account)
        self._access_changed()
        return account

    async def _withdraw_unclaimed(self, claims: Claims) -> None:
        """Withdraw the right of an account if the claims give none."""
        try:
            subject = self._mapping.read_subject(claims)
        except ClaimProblem:
            return
        try:
            self._mapping.read_right(claims)
            return
        except ClaimProblem as problem:
            reason = f"claim {problem.claim}"
        async with self._database().write() as session:
            await lock_audit(session)
            account = await find_external_account(session, self._issuer, subject)
            if account is None or account.right is None:
                return
            await withdraw_right(session, self._clock(), None, account, reason, is_by_provider=True)
        self._access_changed()


async def _may_change(
    session: Session,
    account: Account,
    claimed: ClaimedAccount,
    issued_at: datetime,
    *,
    is_sign_in: bool,
) -> bool:
    """Whether claims state another right than the account has, and may change it."""
    if account.right == claimed.right:
        return False
    if account.right is None:
        withdrawal = await find_newest_audit(session, account.id, [AuditAction.RIGHT_WITHDRAWN])
        if withdrawal is None or withdrawal.detail.get("provider") is None:
            return False
        return is_sign_in or issued_at > withdrawal.at
    # Claims of the sign-in itself were made just now. The clocks may differ by some seconds.
    return is_sign_in or account.given_at is None or issued_at > account.given_at
