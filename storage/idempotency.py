"""The responses to mutations with an idempotency key, so that a retry gets the same response."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import rfc8785
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from storage.log import LogTransaction
from storage.tables import IdempotencyRow

RETENTION = timedelta(days=7)  # longer than any client retries


class KeyReused(Exception):
    """The key was used before, for another request.

    Attributes: key.
    """

    def __init__(self, key: str) -> None:
        super().__init__(
            f"expected a new idempotency key for a new request, got {key!r}, "
            "which was used for another one"
        )
        self.key = key


async def find_idempotent_response(
    transaction: LogTransaction, actor: str, key: str, request: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return the response that was stored for this key, or None if the key is new.

    Raises:
        KeyReused: the key was used for a different request.
    """
    row = await transaction.session.get(IdempotencyRow, (transaction.region, actor, key))
    if row is None:
        return None
    if row.request_hash != _hash_request(request):
        raise KeyReused(key)
    return row.answer


async def list_regions_with_key(session: AsyncSession, actor: str, key: str) -> list[str]:
    """Return the regions in which an actor used a key."""
    query = select(IdempotencyRow.region).where(
        IdempotencyRow.actor == actor, IdempotencyRow.key == key
    )
    return list(await session.scalars(query.order_by(IdempotencyRow.region)))


async def save_idempotent_response(
    transaction: LogTransaction,
    actor: str,
    key: str,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
) -> None:
    """Store the response in the transaction of its change, so that both commit or neither.

    Responses of the region that are older than RETENTION are deleted.
    """
    await transaction.session.execute(
        delete(IdempotencyRow).where(
            IdempotencyRow.region == transaction.region,
            IdempotencyRow.at < format_timestamp(transaction.at - RETENTION),
        )
    )
    transaction.session.add(
        IdempotencyRow(
            region=transaction.region,
            actor=actor,
            key=key,
            request_hash=_hash_request(request),
            answer=dict(response),
            at=format_timestamp(transaction.at),
        )
    )


def _hash_request(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(request))).hexdigest()
