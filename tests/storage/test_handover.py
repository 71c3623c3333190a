"""What a log says about the hand-over of its region: the newest entry about it counts."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.document import to_document
from engine.identifier import region_id
from engine.log.entry import GENESIS, Entry, seal_entry
from engine.log.refusal import RefusalReason, RefusedEntry
from engine.log.source import RegionHandover, Source, SourceState
from engine.model import EventKind, Visibility
from facts.region import listed_region
from storage import handover, log, ownership, refused_entry
from storage.database import Database
from storage.followed_log import accept_entries

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
SOURCE = Source("32.11", "ws://node/graphql", SourceState.FRESH, NOW)


async def append_entry(database: Database, kind: EventKind) -> int:
    async with log.begin_log_transaction(database, "32.11", lambda: NOW) as transaction:
        entry = await transaction.append(
            actor="simpul hand-over",
            kind=kind,
            subject=region_id("32.11"),
            body=to_document(RegionHandover("32.11", SOURCE.url)),
        )
    return entry.sequence


async def follow(database: Database) -> None:
    identity = listed_region("32.11")
    assert identity is not None
    async with database.write() as session:
        await ownership.insert_source(session, SOURCE, identity)


async def test_an_offer_stands_until_it_is_withdrawn_or_completed(database_url: str) -> None:
    database = Database(database_url)
    for kind in (EventKind.HANDOVER_WITHDRAWN, EventKind.REGION_HANDED_OVER):
        offered = await append_entry(database, EventKind.HANDOVER_OFFERED)
        async with database.read() as session:
            [offer] = await handover.list_standing_offers(session)
            assert (offer.region, offer.sequence) == ("32.11", offered)
            assert await handover.find_standing_offer(session, "32.11") == offer
            assert await handover.find_standing_offer(session, "32.12") is None
        await append_entry(database, kind)
        async with database.read() as session:
            assert await handover.list_standing_offers(session) == []
            assert await handover.find_standing_offer(session, "32.11") is None
    await append_entry(database, EventKind.HANDOVER_OFFERED)
    await follow(database)  # an offer of another owner is none of this instance
    async with database.read() as session:
        assert await handover.list_standing_offers(session) == []
    await database.close()


async def test_a_copy_is_complete_without_refused_and_withheld_entries(database_url: str) -> None:
    database = Database(database_url)
    await follow(database)

    async def refuse(sequence: int, reason: RefusalReason) -> None:
        refused = RefusedEntry("32.11", sequence, reason, "expected another", NOW)
        async with database.write() as session:
            await refused_entry.insert_refused_entries(session, [refused])

    async def read_completeness() -> tuple[bool, bool]:
        async with database.read() as session:
            return (
                await handover.is_copy_complete(session, "32.11"),
                await handover.has_foreign_identity(session, "32.11"),
            )

    assert await read_completeness() == (True, False)
    await refuse(1, RefusalReason.FOREIGN_IDENTITY)
    assert await read_completeness() == (True, True)
    await refuse(2, RefusalReason.OUT_OF_BOUNDS)
    assert await read_completeness() == (False, True)
    await database.close()


async def test_a_copy_with_a_withheld_entry_or_from_a_snapshot_is_incomplete(
    database_url: str,
) -> None:
    database = Database(database_url)
    await follow(database)
    async with database.write() as session:
        await ownership.set_replica_base(session, "32.11", 1)
    async with database.read() as session:
        assert not await handover.is_copy_complete(session, "32.11")
    async with database.write() as session:
        await ownership.set_replica_base(session, "32.11", 0)
    async with log.begin_log_transaction(database, "32.11", lambda: NOW) as transaction:
        await accept_entries(transaction, [_entry().withhold()])
    async with database.read() as session:
        assert not await handover.is_copy_complete(session, "32.11")
        assert await handover.is_copy_complete(session, "32.12")
    await database.close()


def _entry() -> Entry:
    return seal_entry(
        region="32.11",
        sequence=1,
        at=NOW,
        actor="ani",
        kind=EventKind.HANDOVER_OFFERED,
        subject=region_id("32.11"),
        visibility=Visibility.REGION,
        body={},
        salt="5a" * 16,
        previous_hash=GENESIS,
    )
