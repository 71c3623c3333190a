"""Opens the instance: the database, the tail, the broker and the caches that resolvers use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version

from hub.mail import InvitationMail
from hub.mail_server import parse_mail_server
from hub.settings import Settings
from hub.workbook_reader import WorkbookReader
from realtime.broker import Broker, MemoryBroker
from realtime.redis_broker import RedisBroker, stream_name
from realtime.tail import Tail
from realtime.wakeup import MemoryBus
from regions.owner_heads import OwnerHeadCache
from resolvers.announcements import analysis_cache, verification_deriver
from resolvers.context import Instance
from resolvers.result_cache import ResultCache
from resolvers.snapshot_cache import SnapshotCache
from storage import arrival
from storage.arrival import Arrival, ArrivalPosition
from storage.audit import read_identity
from storage.database import Database
from storage.log import Clock
from storage.region_inventory import InventoryCache


def utc_now() -> datetime:
    """Return the current time in UTC; this is the clock of the instance."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_instance(
    settings: Settings,
    *,
    replay: bool = False,
    clock: Clock = utc_now,
    broker: Broker[Arrival] | None = None,
    reader: WorkbookReader | None = None,
    access_changed: Callable[[], None] = lambda: None,
) -> AsyncIterator[Instance]:
    """Create the parts of the instance, and close them at the end.

    Args:
        broker: replaces the configured broker.
        reader: shares its bound on processes with other users of it.
        access_changed: is called after each commit that concerns accounts, sessions or tokens.
    """
    database = Database(settings.database)
    try:
        async with database.read() as session:
            position = await arrival.read_arrival_position(session)
            identity, secret = await read_identity(session)

        async def read_newest(after: int, limit: int) -> Sequence[Arrival]:
            async with database.read_reserved() as session:
                return await arrival.list_arrivals_after(session, after, limit)

        async def read_older(after: int, limit: int) -> Sequence[Arrival]:
            async with database.read() as session:
                return await arrival.list_arrivals_after(session, after, limit)

        async def read_position() -> ArrivalPosition:
            async with database.read_reserved() as session:
                return await arrival.read_arrival_position(session)

        bus, inventories, analyses = MemoryBus(), InventoryCache(), analysis_cache()
        snapshots, results = SnapshotCache(), ResultCache()

        def clear_caches() -> None:
            # A deleted copy is made again, maybe from another history: the same entry and the same
            # version of a row may then have another content.
            inventories.clear()
            analyses.clear()
            snapshots.clear()
            results.clear()

        yield Instance(
            name=settings.name,
            identity=identity,
            secret=secret,
            version=version("simpul"),
            url=settings.url,
            province=settings.province,
            replay=replay,
            database=database,
            bus=bus,
            tail=Tail(
                read_newest,
                bus,
                read_older=read_older,
                start=position.arrival,
                epoch=position.epoch,
                read_position=read_position,
                epoch_begun=clear_caches,
                broker=broker or _create_broker(settings, position.epoch),
            ),
            clock=clock,
            inventories=inventories,
            snapshot_cache=snapshots,
            result_cache=results,
            analyses=analyses,
            derive_events=verification_deriver(inventories, analyses),
            owners=OwnerHeadCache(clock),
            read_workbook=(reader or WorkbookReader()).read,
            access_changed=access_changed,
            send_invitation=_invitation_sender(settings),
        )
    finally:
        await database.close()


def _create_broker(settings: Settings, epoch: str) -> Broker[Arrival]:
    if settings.redis_url is None:
        return MemoryBroker()
    return RedisBroker(
        settings.redis_url,
        stream_name(epoch),
        encode=arrival.encode_arrival,
        decode=arrival.decode_arrival,
    )


def _invitation_sender(
    settings: Settings,
) -> Callable[[str, str, str, datetime], Awaitable[None]] | None:
    if settings.smtp_url is None or settings.smtp_from is None or settings.url is None:
        return None
    server = parse_mail_server(settings.smtp_url)
    return InvitationMail(
        server,
        settings.smtp_from,
        settings.name,
        settings.url,
        root_path=settings.root_path,
    ).send
