"""Lists accounts and their audit for readers who see those whose right they may give.

An account without a right is judged by the last right that it had, which the audit holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from engine.account import Account, AccountKind, AuditAction, AuditEntry, Right
from engine.account_access import AccountAccess, AccountFilter
from engine.model import Role
from engine.page import Page
from storage.account import account_from_row
from storage.account_tables import AccountRow, AuditRow, PasskeyRow
from storage.audit import audit_from_row

_OWN_ACTS = (AuditAction.SIGNED_IN.value, AuditAction.SIGNED_OUT.value)
_GIVING = (AuditAction.ACCOUNT_INVITED.value, AuditAction.RIGHT_CHANGED.value)
_LAST = aliased(AuditRow, name="last_given")
_LAST_ROLE = func.coalesce(AccountRow.role, _LAST.detail["role"].as_string())
_LAST_REGIONS: ColumnElement[Any] = case(
    (AccountRow.role.is_not(None), AccountRow.regions), else_=_LAST.detail["regions"]
)


@dataclass(frozen=True, slots=True)
class _Rights:
    """The columns of the rights that a condition is about, and the tables that have them."""

    role: ColumnElement[Any]
    regions: ColumnElement[Any]
    tables: tuple[Any, ...]


_LAST_RIGHTS = _Rights(_LAST_ROLE, _LAST_REGIONS, (AccountRow, _LAST))
_KEY = (
    case((AccountRow.name.is_(None), "1"), else_="0"),  # erased ones come last
    func.coalesce(AccountRow.name, ""),
    AccountRow.id,
)
_HAS_WAY_IN = or_(
    AccountRow.kind == AccountKind.PROGRAM.value,
    AccountRow.password_hash.is_not(None),
    AccountRow.issuer.is_not(None),
    exists().where(PasskeyRow.account == AccountRow.id),
)
_IS_INVITED = and_(
    AccountRow.kind == AccountKind.PERSON.value,
    AccountRow.issuer.is_(None),
    AccountRow.last_sign_in_at.is_(None),
)


async def paginate_accounts(
    session: AsyncSession,
    access: AccountAccess,
    own: str,
    accepted: AccountFilter,
    *,
    first: int,
    after: tuple[str, ...] | None,
) -> Page[Account]:
    """Return one page of the accounts that a reader may see, by name.

    Args:
        own: id of the reader's own account, which it may see.
    """
    query = _visible(session, select(AccountRow), access, own).where(*_accepted(session, accepted))
    following = query if after is None else query.where(tuple_(*_KEY) > tuple_(*after))
    rows = list(await session.scalars(following.order_by(*_KEY).limit(first + 1)))
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    return Page(
        values=[account_from_row(row) for row in rows[:first]],
        keys=[("1" if row.name is None else "0", row.name or "", row.id) for row in rows[:first]],
        has_next=len(rows) > first,
        has_previous=after is not None,
        total=total or 0,
    )


async def paginate_audit(
    session: AsyncSession,
    access: AccountAccess,
    own: str,
    account: str | None,
    *,
    first: int,
    after: int | None,
) -> Page[AuditEntry]:
    """Return one page of the audit, newest first: of the accounts that a reader may see.

    Of other people, a reader sees no sign-in, and nothing from before the last right that the
    reader could not have given: what they did in another office is not the reader's business. A
    reader who may give every right sees everything.

    Args:
        account: id of the account whose entries to return, which the reader may see; None for all.
    """
    query = select(AuditRow)
    if account is not None:
        query = query.where(AuditRow.account == account)
    elif not access.everything:
        visible = _visible(session, select(AccountRow.id), access, own)
        query = query.where(AuditRow.account.in_(visible))
    if not access.everything:
        query = query.where(or_(AuditRow.account == own, _concerns_reader(session, access)))
    following = query if after is None else query.where(AuditRow.number < after)
    rows = list(await session.scalars(following.order_by(AuditRow.number.desc()).limit(first + 1)))
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    return Page(
        values=[audit_from_row(row) for row in rows[:first]],
        keys=[(str(row.number),) for row in rows[:first]],
        has_next=len(rows) > first,
        has_previous=after is not None,
        total=total or 0,
    )


async def find_last_right(session: AsyncSession, account: Account) -> Right | None:
    """Return the right of an account, or the last one that it had; None if none is known."""
    if account.right is not None:
        return account.right
    query = select(AuditRow).where(AuditRow.account == account.id, AuditRow.action.in_(_GIVING))
    row = await session.scalar(query.order_by(AuditRow.number.desc()).limit(1))
    if row is None:
        return None
    regions, opds = frozenset(row.detail["regions"]), frozenset(row.detail["opds"])
    return Right(Role(row.detail["role"]), regions, opds, row.detail["drafts"])


async def has_other_admin(session: AsyncSession, account: str) -> bool:
    """Return whether another person than that of the account is ADMIN and can sign in."""
    query = select(AccountRow.id).where(
        AccountRow.id != account,
        AccountRow.kind == AccountKind.PERSON.value,
        AccountRow.role == Role.ADMIN.value,
        _HAS_WAY_IN,
    )
    return await session.scalar(query.limit(1)) is not None


def _visible(
    session: AsyncSession, query: Select[Any], access: AccountAccess, own: str
) -> Select[Any]:
    """Return the query for accounts that a reader may see, with the last right that each had."""
    given = aliased(AuditRow)
    newest = (
        select(func.max(given.number))
        .where(given.account == AccountRow.id, given.action.in_(_GIVING))
        .correlate(AccountRow)
        .scalar_subquery()
    )
    is_last = and_(AccountRow.role.is_(None), _LAST.number == newest)
    return query.outerjoin(_LAST, is_last).where(
        or_(AccountRow.id == own, _is_givable(session, access))
    )


def _concerns_reader(session: AsyncSession, access: AccountAccess) -> ColumnElement[bool]:
    """Return the condition for entries at and since which a reader may give all rights."""
    given, earlier = aliased(AuditRow), aliased(AuditRow)
    right_then = (
        select(func.max(earlier.number))
        .where(
            earlier.account == AuditRow.account,
            earlier.number <= AuditRow.number,
            earlier.action.in_(_GIVING),
        )
        .correlate(AuditRow)
        .scalar_subquery()
    )
    rights = _Rights(given.detail["role"].as_string(), given.detail["regions"], (given,))
    foreign = exists().where(
        given.account == AuditRow.account,
        given.number >= func.coalesce(right_then, AuditRow.number),
        given.action.in_(_GIVING),
        ~_is_givable(session, access, rights),
    )
    return and_(AuditRow.action.not_in(_OWN_ACTS), ~foreign.correlate(AuditRow))


def _is_givable(
    session: AsyncSession, access: AccountAccess, rights: _Rights = _LAST_RIGHTS
) -> ColumnElement[bool]:
    """Return the condition that `AccountAccess.includes` states."""
    if access.everything:
        return true()
    return or_(
        false(),
        *(
            and_(
                rights.role == role.value,
                _has_region(session, rights),
                ~_has_region(session, rights, outside=regions),
            )
            for role, regions in access.regions_by_role.items()
        ),
    )


def _accepted(session: AsyncSession, accepted: AccountFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if accepted.role is not None:
        conditions.append(_LAST_ROLE == accepted.role.value)
    if accepted.region is not None:
        conditions.append(_has_region(session, _LAST_RIGHTS, code=accepted.region))
    if accepted.kind is not None:
        conditions.append(AccountRow.kind == accepted.kind.value)
    if accepted.has_right is not None:
        conditions.append(AccountRow.role.is_not(None) == accepted.has_right)
    if accepted.is_invited is not None:
        conditions.append(_IS_INVITED if accepted.is_invited else ~_IS_INVITED)
    if accepted.search:
        texts = (func.lower(AccountRow.name), AccountRow.login)
        part = accepted.search.lower()
        conditions.append(or_(*(text.contains(part, autoescape=True) for text in texts)))
    return conditions


def _has_region(
    session: AsyncSession,
    rights: _Rights,
    *,
    code: str | None = None,
    outside: frozenset[str] | None = None,
) -> Exists:
    """Return the condition that some region of a right is `code`, or is not in `outside`."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    list_texts = func.json_array_elements_text if is_postgresql else func.json_each
    region = list_texts(rights.regions).table_valued("value").c.value
    condition = select(1).select_from(region.table)
    if code is not None:
        condition = condition.where(region == code)
    if outside is not None:
        condition = condition.where(region.not_in(sorted(outside)))
    return condition.correlate(*rights.tables).exists()
