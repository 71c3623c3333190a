"""Stores which subjects of identity providers were erased here, as keyed digests.

Without it, the next token of an erased person would make a new account with a right. The digest
does not identify the person without the instance's secret and the subject itself.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from storage.account_tables import ErasedSubjectRow
from storage.audit import read_identity


async def record_erased_subject(
    session: AsyncSession, issuer: str, subject: str, now: datetime
) -> None:
    """Store that the account of a subject was erased."""
    digest = await _digest(session, issuer, subject)
    await session.execute(delete(ErasedSubjectRow).where(ErasedSubjectRow.digest == digest))
    erased_at = format_timestamp(now)
    await session.execute(insert(ErasedSubjectRow).values(digest=digest, erased_at=erased_at))


async def is_subject_erased(session: AsyncSession, issuer: str, subject: str) -> bool:
    """Return whether the account of a subject was erased, and the subject has no new one."""
    digest = await _digest(session, issuer, subject)
    return await session.get(ErasedSubjectRow, digest) is not None


async def forget_erased_subject(session: AsyncSession, issuer: str, subject: str) -> None:
    """Delete the digest of a subject that has a new account."""
    digest = await _digest(session, issuer, subject)
    await session.execute(delete(ErasedSubjectRow).where(ErasedSubjectRow.digest == digest))


async def _digest(session: AsyncSession, issuer: str, subject: str) -> str:
    _, secret = await read_identity(session)
    text = f"erased subject\0{issuer}\0{subject}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
