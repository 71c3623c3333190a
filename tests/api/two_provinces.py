"""Test data: two small provinces with their agencies, applications and viewers."""

from __future__ import annotations

from engine.document import to_document
from engine.log.assessment_log import assessment_log
from engine.model import (
    Application,
    ApplicationStatus,
    Assessment,
    AssessmentKind,
    AssessmentState,
    EventKind,
    EvidenceGrade,
    Integration,
    IntegrationDirection,
    IntegrationMode,
    IntegrationStatus,
    LevelClaim,
    Opd,
    Provenance,
    Region,
    RegionKind,
    Role,
    Viewer,
    Visibility,
)
from facts.instrument import instrument_by_id
from facts.region import nation
from storage import log
from tests.api.hub import Hub

SOURCE = Provenance("test")

REGIONS = (
    Region("32", "Jawa Barat", RegionKind.PROVINCE, None, SOURCE),
    Region("32.11", "Kabupaten Sumedang", RegionKind.REGENCY, "32", SOURCE),
    Region("32.73", "Kota Bandung", RegionKind.CITY, "32", SOURCE),
    Region("33", "Jawa Tengah", RegionKind.PROVINCE, None, SOURCE),
    Region("33.74", "Kota Semarang", RegionKind.CITY, "33", SOURCE),
    nation(),
)
OPDS = (
    Opd("32.11:opd-diskominfo", "32.11", "Dinas Komunikasi dan Informatika", "Diskominfo", SOURCE),
    Opd("32.11:opd-dinkes", "32.11", "Dinas Kesehatan", "Dinkes", SOURCE),
    Opd("32.73:opd-diskominfo", "32.73", "Dinas Komunikasi dan Informatika", "Diskominfo", SOURCE),
    Opd("33.74:opd-diskominfo", "33.74", "Dinas Komunikasi dan Informatika", "Diskominfo", SOURCE),
)


def _application(key: str, region: str, opd: str | None, name: str) -> Application:
    return Application(
        f"{region}:application-{key}", region, opd, name, ApplicationStatus.ACTIVE, 1, SOURCE
    )


APPLICATIONS = (
    _application("office", "32.11", "32.11:opd-diskominfo", "E-Office"),
    _application("health", "32.11", "32.11:opd-dinkes", "Wakepo"),
    _application("budget", "32.73", "32.73:opd-diskominfo", "e-Budgeting"),
    _application("semarang", "33.74", "33.74:opd-diskominfo", "Satu Data"),
)

PUBLIC = Viewer("public", Role.PUBLIC)
ADMIN = Viewer("admin", Role.ADMIN)
PROVINCE = Viewer("province", Role.PROVINCE, frozenset({"32"}))
OTHER_PROVINCE = Viewer("other province", Role.PROVINCE, frozenset({"33"}))
NATION = Viewer("nation", Role.PROVINCE, frozenset({"ID"}))
REGION = Viewer("sumedang", Role.REGION, frozenset({"32.11"}))
OTHER_REGION = Viewer("bandung", Role.REGION, frozenset({"32.73"}))
ASSESSOR = Viewer("assessor", Role.ASSESSOR, frozenset({"32.11"}))
OTHER_ASSESSOR = Viewer("other assessor", Role.ASSESSOR, frozenset({"32.73"}))
OPD = Viewer("dinkes", Role.OPD, frozenset({"32.11"}), frozenset({"32.11:opd-dinkes"}))
OTHER_OPD = Viewer(
    "bandung it", Role.OPD, frozenset({"32.73"}), frozenset({"32.73:opd-diskominfo"})
)

FOLLOWER = Viewer("hub", Role.FOLLOWER, frozenset({"32.11"}))
PUBLISHED_FOLLOWER = Viewer("open hub", Role.FOLLOWER, frozenset({"32.11"}), drafts=False)
OTHER_FOLLOWER = Viewer("other hub", Role.FOLLOWER, frozenset({"32.73"}))

SEES_DRAFT = {  # the viewers of a draft of Sumedang
    PUBLIC: False,
    REGION: True,
    OTHER_REGION: False,
    ASSESSOR: True,
    OTHER_ASSESSOR: False,
    OPD: True,
    OTHER_OPD: False,
    PROVINCE: True,
    OTHER_PROVINCE: False,
    ADMIN: True,
}

DRAFT = "32.11:assessment-draft"
VIEWERS = (
    *(PUBLIC, ADMIN, PROVINCE, OTHER_PROVINCE, REGION, OTHER_REGION, ASSESSOR, OTHER_ASSESSOR),
    *(OPD, OTHER_OPD, FOLLOWER, PUBLISHED_FOLLOWER, OTHER_FOLLOWER),
)

PEMDI_2026 = instrument_by_id("pemdi-2026")


def assessment(
    id: str | None = None,
    *,
    region: str = "32.11",
    kind: AssessmentKind = AssessmentKind.SELF,
    state: AssessmentState = AssessmentState.DRAFT,
    level: int | None = 3,
    year: int = 2026,
) -> Assessment:
    """Return an assessment by pemdi-2026 with every indicator at `level`; None: without any.

    Its id is that of a draft in the log that holds an assessment of this kind, unless it is given.
    """
    claimed = (
        () if level is None else tuple(indicator.number for indicator in PEMDI_2026.indicators)
    )
    return Assessment(
        id=id or f"{log_of(region, kind)}:assessment-draft",
        region=region,
        instrument="pemdi-2026",
        year=year,
        kind=kind,
        state=state,
        version=1,
        provenance=SOURCE,
        levels=tuple(LevelClaim(number, level or 0) for number in claimed),
    )


def log_of(region: str, kind: AssessmentKind) -> str:
    """Return the code of the region whose log holds a region's assessments of a kind."""
    parents = {place.code: place.parent for place in REGIONS}
    log_code = assessment_log(region, parents[region], kind)
    assert log_code is not None
    return log_code


async def write_regions(hub: Hub) -> None:
    """Write the two provinces and the nation, one transaction for each region."""
    instance = hub.instance
    for region in REGIONS:
        values: list[tuple[EventKind, str, object]] = [
            (EventKind.REGION_RECORDED, f"{region.code}:region", region)
        ]
        for opd in OPDS:
            if opd.region == region.code:
                values.append((EventKind.OPD_RECORDED, opd.id, opd))
        for application in APPLICATIONS:
            if application.region == region.code:
                values.append((EventKind.APPLICATION_REGISTERED, application.id, application))
        log_transaction = log.begin_log_transaction(
            instance.database, region.code, instance.clock, instance.derive_events
        )
        async with log_transaction as transaction:
            for kind, subject, value in values:
                await transaction.append(
                    actor="test", kind=kind, subject=subject, body=to_document(value)
                )
        instance.bus.announce(transaction.arrival)


async def write_assessment(hub: Hub, unpublished: Assessment) -> None:
    """Write an unpublished assessment into its log."""
    await hub.record(
        EventKind.ASSESSMENT_STARTED,
        log_of(unpublished.region, unpublished.kind),
        unpublished.id,
        unpublished,
        Visibility.REGION,
    )


async def write_integration(hub: Hub, id: str, source: str, target: str | None) -> None:
    """Write an integration about salaries that is only claimed."""
    region = next(application.region for application in APPLICATIONS if application.id == source)
    name = next(
        (application.name for application in APPLICATIONS if application.id == target), "SIPD"
    )
    integration = Integration(
        id=id,
        region=region,
        source=source,
        target=target,
        target_name=name,
        data_object="gaji",
        mode=IntegrationMode.API,
        direction=IntegrationDirection.ONE_WAY,
        status=IntegrationStatus.ACTIVE,
        evidence_grade=EvidenceGrade.CLAIMED,
        version=1,
        provenance=SOURCE,
    )
    await hub.record(EventKind.INTEGRATION_CONNECTED, region, id, integration)
