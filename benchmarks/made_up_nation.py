"""A made-up nation for benchmarks: 552 regions, each with an OPD and 20 applications."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

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
from storage import log
from storage.database import Database

PROVINCES = 38
REGIONS = 552
APPLICATIONS = 20  # of each region
AT = datetime(2026, 11, 1, tzinfo=UTC)
SOURCE = Provenance("made up")


def region_codes() -> list[str]:
    """Return the codes of the provinces, and of the regencies of all provinces."""
    provinces = [str(number) for number in range(11, 11 + PROVINCES)]
    regencies = [
        f"{provinces[number % PROVINCES]}.{number // PROVINCES + 1:02}"
        for number in range(REGIONS - PROVINCES)
    ]
    return [*provinces, *regencies]


def build_log(code: str, applications: int = APPLICATIONS) -> list[Entry]:
    """Return the log of a region."""
    parent = code.partition(".")[0] if "." in code else None
    kind = RegionKind.PROVINCE if parent is None else RegionKind.REGENCY
    opd = Opd(f"{code}:opd-1", code, "Dinas Uji", "Dinuji", SOURCE)
    values: list[tuple[EventKind, str, object]] = [
        (
            EventKind.REGION_RECORDED,
            f"{code}:region",
            Region(code, f"Daerah {code}", kind, parent, SOURCE),
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
                await transaction.accept(build_log(code, applications))
    finally:
        await database.close()
