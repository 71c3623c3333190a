"""Claims, evidence and verdicts for the tests of facts that people record for the rules."""

from __future__ import annotations

from typing import Any

from engine.model import Assessment, AssessmentKind, AssessmentState, LevelClaim
from tests.api import two_provinces
from tests.api.hub import Hub

OFFICE, HEALTH = "32.11:application-office", "32.11:application-health"
DINKES, DISKOMINFO = "32.11:opd-dinkes", "32.11:opd-diskominfo"
VERDICTS = """
query { region(code: "32.11") { verification {
  areDocumentsClosed
  verdicts { indicator claim ceiling notRefuted flag
    findings {
      level requirement state documentUrls integrationIds
      missing { nodes { gap applications { id } documentKind documentUrl } }
    } }
} } }
"""
PAPER = {"title": "Berita acara", "url": "https://example.go.id/ba", "date": "2026-06-01"}


async def write_claims(hub: Hub, levels: dict[int, int]) -> None:
    draft = Assessment(
        id="32.11:assessment-claims",
        region="32.11",
        instrument="spbe-2020",
        year=2026 - 1,
        kind=AssessmentKind.SELF,
        state=AssessmentState.DRAFT,
        version=1,
        provenance=two_provinces.SOURCE,
        levels=tuple(LevelClaim(number, level) for number, level in levels.items()),
    )
    await two_provinces.write_assessment(hub, draft)


async def read_verdict(hub: Hub, indicator: int) -> dict[str, Any]:
    verdicts = (await hub.query_data(VERDICTS, two_provinces.REGION))["region"]["verification"][
        "verdicts"
    ]
    [verdict] = [verdict for verdict in verdicts if verdict["indicator"] == indicator]
    return dict(verdict)


async def connect(hub: Hub, **changes: object) -> dict[str, Any]:
    fields = {
        "sourceId": HEALTH,
        "targetId": OFFICE,
        "dataObject": "pasien",
        "mode": "API",
        **changes,
    }
    return await hub.change("connectApplications", two_provinces.OPD, **fields)
