"""The audit of accounts, sessions and tokens; its numbers have the order of the commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import AuditAction, AuditEntry
from engine.log.entry import format_timestamp, parse_timestamp
from storage.account_tables import AuditRow
from storage.tables import InstanceRow


async def append_audit(
    session: AsyncSession,
    now: datetime,
    actor: str | None,
    action: AuditAction,
    account: str,
    credential: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Append an entry in the transaction of the act that it records.

    Args:
        actor: id of the account that acts; None for the operator at the command line.
    """
    await lock_audit(session)
    newest = await session.scalar(select(func.max(AuditRow.number))) or 0
    entry = AuditEntry(newest + 1, now, actor, action, account, credential, dict(detail or {}))
    await session.execute(
        insert(AuditRow).values(
            number=entry.number,
            at=format_timestamp(now),
            actor=actor,
            action=action.value,
            account=account,
            credential=credential,
            detail=entry.detail,
        )
    )
    return entry


async def lock_audit(session: AsyncSession) -> None:
    """Order this transaction with the others that append: it waits for them, and they for it."""
    await session.execute(update(InstanceRow).values(identity=InstanceRow.identity))


async def find_newest_audit(
    session: AsyncSession, account: str, actions: Collection[AuditAction]
) -> AuditEntry | None:
    """Return the newest entry of an account with one of these actions, if there is one."""
    query = (
        select(AuditRow)
        .where(
            AuditRow.account == account, AuditRow.action.in_([action.value for action in actions])
        )
        .order_by(AuditRow.number.desc())
        .limit(1)
    )
    row = await session.scalar(query)
    return None if row is None else audit_from_row(row)


async def erase_reasons(session: AsyncSession, account: str) -> None:
    """Erase the reasons that people wrote about an account, which may identify the person."""
    for row in await session.scalars(select(AuditRow).where(AuditRow.account == account)):
        if "reason" in row.detail:
            row.detail = {key: value for key, value in row.detail.items() if key != "reason"}


async def count_audit(
    session: AsyncSession, account: str, actions: Collection[AuditAction], since: datetime
) -> int:
    """Return how many entries an account has with one of these actions since a time."""
    query = select(func.count()).where(
        AuditRow.account == account,
        AuditRow.action.in_([action.value for action in actions]),
        AuditRow.at >= format_timestamp(since),
    )
    return await session.scalar(query) or 0


async def read_identity(session: AsyncSession) -> tuple[str, str]:
    """Return the identity of the instance, and the secret with which it signs."""
    row = (await session.execute(select(InstanceRow.identity, InstanceRow.secret))).one()
    return row.identity, row.secret


async def newest_audit_number(session: AsyncSession) -> int:
    """Return the number of the newest entry, or 0 if there is none."""
    return await session.scalar(select(func.max(AuditRow.number))) or 0


async def list_audit_after(session: AsyncSession, after: int, limit: int) -> Sequence[AuditEntry]:
    """Return the entries after a number, in order."""
    query = select(AuditRow).where(AuditRow.number > after).order_by(AuditRow.number).limit(limit)
    return [audit_from_row(row) for row in await session.scalars(query)]


def audit_from_row(row: AuditRow) -> AuditEntry:
    """Return the entry of a row."""
    return AuditEntry(
        row.number,
        parse_timestamp(row.at),
        row.actor,
        AuditAction(row.action),
        row.account,
        row.credential,
        row.detail,
    )
