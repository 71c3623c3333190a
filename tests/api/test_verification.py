"""Verification of claims against the graph: bounds, flags and scores side by side."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model import (
    PUBLIC_VIEWER,
    Assessment,
    AssessmentKind,
    AssessmentState,
    LevelClaim,
    Viewer,
)
from tests.api import two_provinces
from tests.api.hub import Hub

VERIFICATION = """
query ($instrumentId: ID! = "spbe-2020", $year: Int, $code: ID! = "32.11") {
  region(code: $code) {
    verification(instrumentId: $instrumentId, year: $year) {
      instrument { id } year asOf areDocumentsClosed
      ruleTable { id version isConfirmed }
      assessment { id score { index { value } } }
      claimed { index { value display } predicate isComplete }
      supported { index { value } } notRefuted { index { value } }
      verdicts {
        indicator ruleId isConfirmed claim ceiling notRefuted flag integrationIds
        findings { level requirement state }
        openFindings {
          level requirement state text
          missing(first: 3) {
            totalCount nodes { gap defects opd { id name } applications { id name } }
          }
        }
      }
    }
  }
}
"""
OPDS = ("32.11:opd-diskominfo", "32.11:opd-dinkes")
FILLED = {"functionText": "f", "platform": "web", "year": 2020}
CLAIMS = Assessment(
    id="32.11:assessment-claims",
    region="32.11",
    instrument="spbe-2020",
    year=2025,
    kind=AssessmentKind.SELF,
    state=AssessmentState.DRAFT,
    version=1,
    provenance=two_provinces.SOURCE,
    levels=tuple(LevelClaim(number, 3) for number in range(1, 48)),
)


async def _verification(
    hub: Hub, viewer: Viewer = PUBLIC_VIEWER, **variables: object
) -> dict[str, Any]:
    verification: dict[str, Any] = (await hub.query_data(VERIFICATION, viewer, **variables))[
        "region"
    ]["verification"]
    return verification


def _verdict(verification: dict[str, Any], indicator: int) -> dict[str, Any]:
    [verdict] = [
        verdict for verdict in verification["verdicts"] if verdict["indicator"] == indicator
    ]
    return dict(verdict)


async def test_without_claims_it_returns_the_bounds_and_nothing_is_refuted(
    west_java: Hub,
) -> None:
    verification = await _verification(west_java)
    assert (verification["assessment"], verification["claimed"], verification["supported"]) == (
        None,
        None,
        None,
    )
    assert (verification["year"], verification["asOf"], verification["areDocumentsClosed"]) == (
        2026,
        "2026-11-24",
        False,
    )
    assert verification["ruleTable"] == {
        "id": "permenpanrb59-2020/engine",
        "version": "0.1",
        "isConfirmed": True,
    }
    indicators = [verdict["indicator"] for verdict in verification["verdicts"]]
    assert indicators == [15, 18, *range(32, 48)]
    assert {verdict["notRefuted"] for verdict in verification["verdicts"]} == {5}
    assert {verdict["flag"] for verdict in verification["verdicts"]} == {None}
    assert _verdict(verification, 35) | {"findings": None} == {
        "indicator": 35,
        "ruleId": "permenpanrb59-2020/engine/0.1/R32-47",
        "isConfirmed": True,
        "claim": None,
        "ceiling": 3,
        "notRefuted": 5,
        "flag": None,
        "integrationIds": [],
        "findings": None,
        "openFindings": [
            {
                "level": 4,
                "requirement": "PARTNER_LINKED",
                "state": "UNKNOWN",
                "text": "Aplikasi layanan bertukar data dengan layanan mitra atau dengan instansi "
                "lain.",
                "missing": {
                    "totalCount": 2,
                    "nodes": [
                        {
                            "gap": "NO_EXCHANGE",
                            "defects": [],
                            "opd": None,
                            "applications": [{"id": "32.11:application-20", "name": "LPSE"}],
                        },
                        {
                            "gap": "NOT_ATTESTED",
                            "defects": [],
                            "opd": {
                                "id": "32.11:opd-ukpbj",
                                "name": "Bagian Pengadaan Barang/Jasa",
                            },
                            "applications": [],
                        },
                    ],
                },
            }
        ],
    }


async def test_a_draft_is_verified_only_for_viewers_who_may_see_it(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, CLAIMS)
    assert (await _verification(hub))["assessment"] is None
    assert (await _verification(hub, two_provinces.OTHER_REGION))["assessment"] is None
    verification = await _verification(hub, two_provinces.REGION)
    assert verification["assessment"] == {"id": CLAIMS.id, "score": {"index": {"value": "3.00"}}}
    assert verification["year"] == 2025


async def test_claims_without_an_attested_inventory_are_unverifiable_never_over_claims(
    hub: Hub,
) -> None:
    await two_provinces.write_assessment(hub, CLAIMS)
    verification = await _verification(hub, two_provinces.REGION)
    assert (_verdict(verification, 18)["claim"], _verdict(verification, 18)["ceiling"]) == (3, 1)
    assert {verdict["flag"] for verdict in verification["verdicts"]} == {
        "SUPPORTED",
        "UNVERIFIABLE",
    }
    assert verification["claimed"] == {
        "index": {"value": "3.00", "display": "3.00"},
        "predicate": "Baik",
        "isComplete": True,
    }
    assert verification["notRefuted"] == {"index": {"value": "3.00"}}
    assert verification["supported"]["index"]["value"] < "3.00"


async def test_an_absence_refutes_while_all_opds_vouch_for_their_inventories(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, CLAIMS)
    for id in ("32.11:application-office", "32.11:application-health"):
        await hub.change("updateApplication", two_provinces.REGION, id=id, version=1, **FILLED)
    for opd in OPDS:
        await hub.change("attestInventory", two_provinces.REGION, opdId=opd)
    sealed = await _verification(hub, two_provinces.REGION)
    bus = _verdict(sealed, 18)
    assert (bus["flag"], bus["notRefuted"]) == ("OVER_CLAIM", 1)
    assert bus["openFindings"][0]["state"] == "FAILED"
    assert sealed["notRefuted"]["index"]["value"] < sealed["claimed"]["index"]["value"]
    own_edit = {"id": "32.11:application-health", "version": 2, "name": "Lain"}
    await hub.change("updateApplication", two_provinces.OPD, **own_edit)
    with_one_seal = _verdict(await _verification(hub, two_provinces.REGION), 18)
    # One OPD still attests its inventory.
    assert with_one_seal["flag"] == "OVER_CLAIM"
    assert with_one_seal["notRefuted"] == 2
    other_edit = {"id": "32.11:application-office", "version": 2, "name": "Lain"}
    await hub.change("updateApplication", two_provinces.PROVINCE, **other_edit)
    without_seals = _verdict(await _verification(hub, two_provinces.REGION), 18)
    assert (without_seals["flag"], without_seals["notRefuted"]) == ("UNVERIFIABLE", 5)


async def test_rules_from_secondary_sources_are_marked_unconfirmed(hub: Hub) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    verification = await _verification(hub, two_provinces.REGION, instrumentId="pemdi-2026")
    assert (verification["ruleTable"]["isConfirmed"], verification["year"]) == (False, 2026)
    assert "OVER_CLAIM" not in {verdict["flag"] for verdict in verification["verdicts"]}


@pytest.mark.parametrize("instrument_id", ["spbe-2018", "spbe-1999"])
async def test_an_instrument_without_rules_is_refused(hub: Hub, instrument_id: str) -> None:
    assert await hub.refusal(VERIFICATION, instrumentId=instrument_id) == "INVALID_ARGUMENT"
