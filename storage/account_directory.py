"""Reads accounts and their audit for the operator of the instance, who sees all of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import Account, AuditEntry
from storage.account import account_from_row
from storage.account_tables import AccountRow, AuditRow
from storage.audit import audit_from_row


async def list_all_accounts(session: AsyncSession) -> Sequence[Account]:
    """Return all accounts, in the order in which they were recorded."""
    query = select(AccountRow).order_by(AccountRow.created_at, AccountRow.id)
    return [account_from_row(row) for row in await session.scalars(query)]


async def list_newest_audit(
    session: AsyncSession, limit: int, account: str | None = None
) -> Sequence[AuditEntry]:
    """Return the newest entries of the audit, or of the audit of an account, newest first."""
    query = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
    if account is not None:
        query = query.where(AuditRow.account == account)
    return [audit_from_row(row) for row in await session.scalars(query)]
