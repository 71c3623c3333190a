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
from tests.api import places
from tests.api.hub import Hub

VERIFICATION = """
query ($instrument: ID! = "spbe-2020", $year: Int, $code: ID! = "32.11") {
  region(code: $code) {
    verification(instrument: $instrument, year: $year) {
      instrument { id } year asOf documentsClosed
      rules { id version confirmed }
      assessment { id score { value } }
      claimed { value display predicate complete } supported { value } notRefuted { value }
      verdicts {
        indicator rule confirmed claim ceiling notRefuted flag integrations
        findings { level ask state }
        open { level ask state text missingCount missing(first: 3) { gap subject name details } }
      }
    }
  }
}
"""
OPDS = ("opd-32.11.diskominfo", "opd-32.11.dinkes")
FILLED = {"function": "f", "platform": "web", "year": 2020}
CLAIMS = Assessment(
    id="assessment-claims",
    region="32.11",
    instrument="spbe-2020",
    year=2025,
    kind=AssessmentKind.SELF,
    state=AssessmentState.DRAFT,
    version=1,
    provenance=places.SOURCE,
    levels=tuple(LevelClaim(number, 3) for number in range(1, 48)),
)


async def _verification(
    hub: Hub, viewer: Viewer = PUBLIC_VIEWER, **given: object
) -> dict[str, Any]:
    found: dict[str, Any] = (await hub.ask(VERIFICATION, viewer, **given))["region"]["verification"]
    return found


def _verdict(found: dict[str, Any], indicator: int) -> dict[str, Any]:
    [verdict] = [each for each in found["verdicts"] if each["indicator"] == indicator]
    return dict(verdict)


async def test_without_claims_it_returns_the_bounds_and_nothing_is_refuted(
    west_java: Hub,
) -> None:
    found = await _verification(west_java)
    assert (found["assessment"], found["claimed"], found["supported"]) == (None, None, None)
    assert (found["year"], found["asOf"], found["documentsClosed"]) == (2026, "2026-11-24", False)
    assert found["rules"] == {
        "id": "permenpanrb59-2020/engine",
        "version": "0.1",
        "confirmed": True,
    }
    indicators = [each["indicator"] for each in found["verdicts"]]
    assert indicators == [15, 18, *range(32, 48)]
    assert {each["notRefuted"] for each in found["verdicts"]} == {5}
    assert {each["flag"] for each in found["verdicts"]} == {None}
    assert _verdict(found, 35) | {"findings": None} == {
        "indicator": 35,
        "rule": "permenpanrb59-2020/engine/0.1/R32-47",
        "confirmed": True,
        "claim": None,
        "ceiling": 3,
        "notRefuted": 5,
        "flag": None,
        "integrations": [],
        "findings": None,
        "open": [
            {
                "level": 4,
                "ask": "PARTNER_LINKED",
                "state": "UNKNOWN",
                "text": "Aplikasi layanan bertukar data dengan layanan mitra atau dengan instansi "
                "lain.",
                "missingCount": 2,
                "missing": [
                    {
                        "gap": "NO_EXCHANGE",
                        "subject": "application-32.11-20",
                        "name": "LPSE",
                        "details": [],
                    },
                    {
                        "gap": "NOT_VOUCHED_FOR",
                        "subject": "opd-32.11.ukpbj",
                        "name": "Bagian Pengadaan Barang/Jasa",
                        "details": [],
                    },
                ],
            }
        ],
    }


async def test_a_draft_is_verified_for_those_who_may_see_it_only(hub: Hub) -> None:
    await places.begin(hub, CLAIMS)
    assert (await _verification(hub))["assessment"] is None
    assert (await _verification(hub, places.OTHER_REGION))["assessment"] is None
    found = await _verification(hub, places.REGION)
    assert found["assessment"] == {"id": CLAIMS.id, "score": {"value": "3.00"}}
    assert found["year"] == 2025


async def test_claims_without_an_attested_inventory_are_unverifiable_never_over_claims(
    hub: Hub,
) -> None:
    await places.begin(hub, CLAIMS)
    found = await _verification(hub, places.REGION)
    assert (_verdict(found, 18)["claim"], _verdict(found, 18)["ceiling"]) == (3, 1)
    assert {each["flag"] for each in found["verdicts"]} == {"SUPPORTED", "UNVERIFIABLE"}
    assert found["claimed"] == {
        "value": "3.00",
        "display": "3.00",
        "predicate": "Baik",
        "complete": True,
    }
    assert found["notRefuted"] == {"value": "3.00"}
    assert found["supported"]["value"] < "3.00"


async def test_where_all_opds_vouch_an_absence_refutes_until_a_seal_breaks(hub: Hub) -> None:
    await places.begin(hub, CLAIMS)
    for id in ("application-office", "application-health"):
        await hub.change("updateApplication", places.REGION, id=id, version=1, **FILLED)
    for opd in OPDS:
        await hub.change("attestInventory", places.REGION, opd=opd)
    sealed = await _verification(hub, places.REGION)
    bus = _verdict(sealed, 18)
    assert (bus["flag"], bus["notRefuted"]) == ("OVER_CLAIM", 1)
    assert bus["open"][0]["state"] == "FAILED"
    assert sealed["notRefuted"]["value"] < sealed["claimed"]["value"]
    ours = {"id": "application-health", "version": 2, "name": "Lain"}
    await hub.change("updateApplication", places.OPD, **ours)
    one_left = _verdict(await _verification(hub, places.REGION), 18)
    assert (one_left["flag"], one_left["notRefuted"]) == ("OVER_CLAIM", 2)  # not every OPD
    other = {"id": "application-office", "version": 2, "name": "Lain"}
    await hub.change("updateApplication", places.PROVINCE, **other)
    none_left = _verdict(await _verification(hub, places.REGION), 18)
    assert (none_left["flag"], none_left["notRefuted"]) == ("UNVERIFIABLE", 5)


async def test_rules_that_rest_on_secondary_sources_say_so(hub: Hub) -> None:
    await places.begin(hub, places.assessment())
    found = await _verification(hub, places.REGION, instrument="pemdi-2026")
    assert (found["rules"]["confirmed"], found["year"]) == (False, 2026)
    assert "OVER_CLAIM" not in {each["flag"] for each in found["verdicts"]}


@pytest.mark.parametrize("instrument", ["spbe-2018", "spbe-1999"])
async def test_an_instrument_without_rules_is_refused(hub: Hub, instrument: str) -> None:
    assert await hub.refusal(VERIFICATION, instrument=instrument) == "INVALID_ARGUMENT"
