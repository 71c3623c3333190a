"""The 552 regions of the nation for benchmarks, each with a made-up OPD and 20 applications."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import zip_longest

from engine.document import to_document
from engine.log.entry import GENESIS, Entry, seal_entry
from engine.model import (
    Application,
    ApplicationStatus,
    EventKind,
    Opd,
    Provenance,
    Region,
    RegionKind,
    Visibility,
)
from facts.tables import listed_region, region_catalogue
from storage import log
from storage.database import Database
from storage.followed_log import accept_entries

PROVINCES = 38
REGIONS = 552
APPLICATIONS = 20  # of each region
AT = datetime(2026, 11, 1, tzinfo=UTC)
SOURCE = Provenance("made up")


def region_codes() -> list[str]:
    """Return the codes of the provinces, and of the regencies and cities of all provinces.

    The first of each province come before the second of any.
    """
    members: dict[str, list[str]] = {}  # by province
    for region in region_catalogue(national=True):
        if region.kind is RegionKind.PROVINCE:
            members[region.code] = []
        elif region.parent is not None:
            members[region.parent].append(region.code)
    rounds = zip_longest(*members.values())
    return [*members, *(code for codes in rounds for code in codes if code is not None)]


def build_log(code: str, applications: int = APPLICATIONS) -> list[Entry]:
    """Return the log of a region."""
    identity = listed_region(code)
    assert identity is not None  # the code is one of `region_codes`
    opd = Opd(f"{code}:opd-1", code, "Dinas Uji", "Dinuji", SOURCE)
    values: list[tuple[EventKind, str, object]] = [
        (
            EventKind.REGION_RECORDED,
            f"{code}:region",
            Region(code, identity.name, identity.kind, identity.parent, SOURCE),
        ),
        (EventKind.OPD_RECORDED, opd.id, opd),
    ]
    for number in range(applications):
        id = f"{code}:application-{number}"
        name = f"Aplikasi {number} Daerah {code}"
        application = Application(id, code, opd.id, name, ApplicationStatus.ACTIVE, 1, SOURCE)
        values.append((EventKind.APPLICATION_REGISTERED, id, application))
    log_entries: list[Entry] = []
    for sequence, (event, subject, value) in enumerate(values, start=1):
        log_entries.append(
            seal_entry(
                region=code,
                sequence=sequence,
                at=AT,
                actor="test",
                kind=event,
                subject=subject,
                visibility=Visibility.PUBLIC,
                body=to_document(value),
                salt=f"{sequence:032x}",  # every process makes the same log
                previous_hash=log_entries[-1].hash if log_entries else GENESIS,
            )
        )
    return log_entries


async def write_nation(
    url: str, regions: Iterable[str] | None = None, applications: int = APPLICATIONS
) -> None:
    """Write the nation, or some of its regions, into a database that has this version's schema."""
    database = Database(url)
    try:
        for code in region_codes() if regions is None else regions:
            async with log.begin_log_transaction(database, code, lambda: AT) as transaction:
                await accept_entries(transaction, build_log(code, applications))
    finally:
        await database.close()
