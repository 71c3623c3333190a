"""Claims and changes that lead to announcements, and the outcomes that an instance stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from engine.log.assessment_log import NATION_CODE
from engine.model import Assessment, AssessmentKind, AssessmentState, LevelClaim
from resolvers import recompute
from storage.tables import AnnouncementRow
from tests.api import two_provinces
from tests.api.hub import Hub
from tests.fixtures.eventually import eventually

OFFICE, HEALTH, BUDGET = (
    "32.11:application-office",
    "32.11:application-health",
    "32.73:application-budget",
)
DINKES = "32.11:opd-dinkes"
PAPER = {"title": "Berita acara", "url": "https://example.go.id/ba", "date": "2026-06-01"}
VERIFICATION = """
subscription ($after: Cursor) { verificationChanged(after: $after) {
  cursor previousCursor region { code } instrument { id } year assessmentId assessmentKind
  before { ...Values } after { ...Values }
  changedVerdicts { indicator before { ceiling flag } after { claim ceiling notRefuted flag } }
} }
fragment Values on VerifiedValues {
  claimed { value } supported { value } notRefuted { value }
}
"""
PROPOSALS = """
subscription ($after: Cursor) { proposalsChanged(after: $after) {
  region { code } openedIds changedIds closedIds proposalCounts { kind count }
} }
"""
CLAIMS = Assessment(
    id="32.11:assessment-claims",
    region="32.11",
    instrument="spbe-2020",
    year=2025,
    kind=AssessmentKind.SELF,
    state=AssessmentState.DRAFT,
    version=1,
    provenance=two_provinces.SOURCE,
    levels=(LevelClaim(36, 4),),
)
SERVED_IN_BANDUNG = Assessment(
    id="32:assessment-bandung",
    region="32.73",
    instrument="spbe-2020",
    year=2024,
    kind=AssessmentKind.OFFICIAL,
    state=AssessmentState.PUBLISHED,
    version=1,
    provenance=two_provinces.SOURCE,
    levels=tuple(LevelClaim(number, 4) for number in range(1, 48)),
)
EVENTS = """
query ($after: Cursor) { events(after: $after, first: 500) { nodes { eventKind region { code } } } }
"""


async def catch_up(hub: Hub) -> None:
    """Recompute everything that has changed, as the instance does in the background."""
    await recompute.RecomputeWorker(hub.instance).catch_up(0)


async def stored_outcomes(hub: Hub) -> dict[tuple[str, str], Mapping[str, Any]]:
    async with hub.instance.database.read() as session:
        rows = await session.scalars(select(AnnouncementRow))
        return {(row.region, row.subject): row.body for row in rows}


async def await_first_outcomes(hub: Hub) -> None:
    """Return once the proposals of all five regions have a first outcome."""

    async def all_regions_have_outcomes() -> None:
        codes = {code for code, subject in await stored_outcomes(hub) if subject == "proposals"}
        assert codes == {region.code for region in two_provinces.REGIONS} - {NATION_CODE}

    await eventually(all_regions_have_outcomes)


async def delete_outcomes(hub: Hub) -> None:
    async with hub.instance.database.write() as session:
        await session.execute(delete(AnnouncementRow))


async def event_kinds_after(hub: Hub, after: str) -> list[str]:
    data = await hub.query_data(EVENTS, two_provinces.ADMIN, after=after)
    return [event["eventKind"] for event in data["events"]["nodes"]]


async def connect_to_other_instance(hub: Hub) -> dict[str, Any]:
    """Connect the application that serves indicator 36 with another instance."""
    return await hub.change(
        "connectApplications",
        two_provinces.OPD,
        sourceId=HEALTH,
        targetName="SIASN",
        dataObject="pegawai",
        mode="API",
        evidence=[PAPER],
    )
