"""The responses to mutations with an idempotency key, so that a retry gets the same response."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import rfc8785
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from engine.log.entry import format_timestamp
from storage.log import LogTransaction
from storage.tables import IdempotencyRow, core_table

RETENTION = timedelta(days=7)  # longer than any client retries

RESPONSE_BY_KEY = select(IdempotencyRow.request_hash, IdempotencyRow.answer).where(
    IdempotencyRow.region == bindparam("region"),
    IdempotencyRow.actor == bindparam("actor"),
    IdempotencyRow.key == bindparam("key"),
)
_DELETE_EXPIRED = delete(core_table(IdempotencyRow)).where(
    IdempotencyRow.region == bindparam("in_region"), IdempotencyRow.at < bindparam("expired")
)
_INSERT = insert(core_table(IdempotencyRow))
# PostgreSQL executes both with one statement.
_DELETE_AND_INSERT = postgresql.insert(core_table(IdempotencyRow)).add_cte(
    _DELETE_EXPIRED.cte("expired")
)


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


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response that was stored for a key, and the hash of its request."""

    request_hash: str
    response: Mapping[str, Any]

    def require_request(self, key: str, request: Mapping[str, Any]) -> None:
        """Raise KeyReused if the key was used for a different request."""
        if self.request_hash != _hash_request(request):
            raise KeyReused(key)


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
    session, region = transaction.session, transaction.region
    expired = {"in_region": region, "expired": format_timestamp(transaction.at - RETENTION)}
    row = {
        "region": region,
        "actor": actor,
        "key": key,
        "request_hash": _hash_request(request),
        "answer": dict(response),
        "at": format_timestamp(transaction.at),
    }
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_DELETE_AND_INSERT, {**row, **expired})
    else:
        await session.execute(_DELETE_EXPIRED, expired)
        await session.execute(_INSERT, row)


def _hash_request(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(request))).hexdigest()
