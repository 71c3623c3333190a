"""Reads what decides about a change of a region, with one statement once the region is locked.

The statement that locks the region cannot read it, because that statement sees the other rows as
they were before it waited for the lock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.model import Region
from storage import opd, ownership, region
from storage.combined_query import CombinedQuery
from storage.idempotency import RESPONSE_BY_KEY, StoredResponse
from storage.log import LogTransaction

_STATE = CombinedQuery(
    owner=ownership.OWNER_BY_REGION,
    region=region.BY_CODE,
    response=RESPONSE_BY_KEY,
    successions=opd.SUCCESSIONS,
)


@dataclass(frozen=True, slots=True)
class RegionState:
    """The state of a region that a transaction has locked."""

    region: Region | None  # None: the log has no entry of the region itself
    owner: str | None  # URL of the owner's API; None if this instance owns the region
    current_opds: Mapping[str, str]  # the OPD that acts for each of the requested ones
    response: StoredResponse | None  # to an earlier request with the same key


async def read_region_state(
    transaction: LogTransaction, *, opds: Collection[str], actor: str, key: str | None
) -> RegionState:
    """Return the state of the transaction's region.

    Args:
        opds: ids of OPDs whose successors are followed, as `storage.opd.current_opd_ids` does.
        actor, key: identify the response; a key of None identifies none.
    """
    rows = await _STATE.read(
        transaction.session,
        {
            "region": transaction.region,
            "code": transaction.region,
            "actor": actor,
            "key": key or "",  # a client's key is never empty
            "opds": list(opds),
        },
    )
    successions = [(row.id, row.successor) for row in rows["successions"]]
    return RegionState(
        region=next(map(region.region_from_row, rows["region"]), None),
        owner=next((row.owner for row in rows["owner"]), None),
        current_opds=opd.follow_successors(opds, successions),
        response=next(
            (StoredResponse(row.request_hash, row.answer) for row in rows["response"]), None
        ),
    )
