"""Stores the accounts of this instance and their rights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from engine.account import Account, AccountKind, Right
from engine.log.entry import format_timestamp, parse_timestamp
from engine.model import Role
from storage.account_tables import AccountRow
from storage.database import batch_ids


class LoginTaken(Exception):
    """Another account has the login, or the external subject."""


async def insert_account(session: AsyncSession, account: Account) -> None:
    """Store a new account.

    Raises:
        LoginTaken: another account has its login or its external subject.
    """
    statement = insert(AccountRow).values(
        id=account.id,
        kind=account.kind.value,
        created_at=format_timestamp(account.created_at),
        **_columns(account),
    )
    try:
        await session.execute(statement)
    except IntegrityError as error:
        raise LoginTaken from error


async def update_account(session: AsyncSession, account: Account) -> bool:
    """Store an account whose version is one higher than the stored one.

    Returns whether the stored account had the version before.

    Raises:
        LoginTaken: another account has its login or its external subject.
    """
    statement = (
        update(AccountRow)
        .where(AccountRow.id == account.id, AccountRow.version == account.version - 1)
        .values(**_columns(account))
        .returning(AccountRow.id)
    )
    try:
        return (await session.execute(statement)).first() is not None
    except IntegrityError as error:
        raise LoginTaken from error


async def replace_password_hash(session: AsyncSession, id: str, hash: str, by: str) -> None:
    """Store another hash of the same password, unless the password was changed meanwhile."""
    statement = update(AccountRow).where(AccountRow.id == id, AccountRow.password_hash == hash)
    await session.execute(statement.values(password_hash=by))


async def record_sign_in(session: AsyncSession, id: str, now: datetime) -> None:
    """Store the time of the newest sign-in of an account."""
    statement = update(AccountRow).where(AccountRow.id == id)
    await session.execute(statement.values(last_sign_in_at=format_timestamp(now)))


async def find_account(session: AsyncSession, id: str) -> Account | None:
    """Return the account with this id, if there is one."""
    row = await session.get(AccountRow, id, populate_existing=True)
    return None if row is None else account_from_row(row)


async def find_account_by_login(session: AsyncSession, login: str) -> Account | None:
    """Return the account of a login name, whose letters may have any case."""
    query = select(AccountRow).where(AccountRow.login == login.strip().lower())
    row = await session.scalar(query)
    return None if row is None else account_from_row(row)


async def find_external_account(session: AsyncSession, issuer: str, subject: str) -> Account | None:
    """Return the account of a subject of an identity provider, if there is one."""
    query = select(AccountRow).where(
        AccountRow.issuer == issuer, AccountRow.external_subject == subject
    )
    row = await session.scalar(query)
    return None if row is None else account_from_row(row)


async def find_program_account(session: AsyncSession, name: str, right: Right) -> Account | None:
    """Return the account of a program with this name and right, if there is one."""
    accounts = await list_program_accounts(session, name)
    return next((account for account in accounts if account.right == right), None)


async def list_program_accounts(session: AsyncSession, name: str) -> Sequence[Account]:
    """Return the accounts of programs with this name, oldest first."""
    query = (
        select(AccountRow)
        .where(AccountRow.kind == AccountKind.PROGRAM.value, AccountRow.name == name)
        .order_by(AccountRow.created_at, AccountRow.id)
    )
    return [account_from_row(row) for row in await session.scalars(query)]


async def account_names(session: AsyncSession, ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of accounts by id, without unknown and erased ones."""
    names: dict[str, str] = {}
    for batch in batch_ids(ids):
        query = select(AccountRow.id, AccountRow.name).where(
            AccountRow.id.in_(batch), AccountRow.name.is_not(None)
        )
        names.update((row.id, row.name) for row in await session.execute(query))
    return names


def account_from_row(row: AccountRow) -> Account:
    """Return the account of a row."""
    right = None
    if row.role is not None:
        regions, opds = frozenset(row.regions), frozenset(row.opds)
        right = Right(Role(row.role), regions, opds, row.drafts)
    return Account(
        id=row.id,
        kind=AccountKind(row.kind),
        right=right,
        created_at=parse_timestamp(row.created_at),
        name=row.name,
        login=row.login,
        issuer=row.issuer,
        external_subject=row.external_subject,
        password_hash=row.password_hash,
        given_by=row.given_by,
        given_at=None if row.given_at is None else parse_timestamp(row.given_at),
        last_sign_in_at=(
            None if row.last_sign_in_at is None else parse_timestamp(row.last_sign_in_at)
        ),
        version=row.version,
    )


def _columns(account: Account) -> dict[str, Any]:
    right = account.right
    return {
        "name": account.name,
        "login": account.login,
        "issuer": account.issuer,
        "external_subject": account.external_subject,
        "password_hash": account.password_hash,
        "role": None if right is None else right.role.value,
        "regions": [] if right is None else sorted(right.regions),
        "opds": [] if right is None else sorted(right.opds),
        "drafts": right is not None and right.drafts,
        "given_by": account.given_by,
        "given_at": None if account.given_at is None else format_timestamp(account.given_at),
        "last_sign_in_at": (
            None if account.last_sign_in_at is None else format_timestamp(account.last_sign_in_at)
        ),
        "version": account.version,
    }
