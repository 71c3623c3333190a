"""Facts that people record for the rules: policies, mergers, exemptions, efforts and values."""

from __future__ import annotations

import pytest

from tests.api import two_provinces
from tests.api.hub import Hub
from tests.api.rule_facts import (
    DINKES,
    DISKOMINFO,
    HEALTH,
    OFFICE,
    PAPER,
    read_verdict,
    write_claims,
)


async def test_development_is_checked_against_the_recorded_policy(hub: Hub) -> None:
    assert (await read_verdict(hub, 15))["ceiling"] == 2
    policy = {
        "regionCode": "32.11",
        "year": 2021,
        "title": "Perbup 5/2021",
        "url": "https://a.id/5",
    }
    await hub.change("recordDevelopmentPolicy", two_provinces.REGION, **policy)
    for id, year, consulted in ((OFFICE, 2022, True), (HEALTH, 2023, False)):
        await hub.change(
            "updateApplication",
            two_provinces.REGION,
            id=id,
            version=1,
            year=year,
            isConsulted=consulted,
        )
    verdict = await read_verdict(hub, 15)
    assert (verdict["ceiling"], verdict["notRefuted"]) == (2, 2)
    assert verdict["findings"][0]["missing"]["nodes"] == [
        {
            "gap": "NOT_CONSULTED",
            "applications": [{"id": HEALTH}],
            "documentKind": None,
            "documentUrl": None,
        }
    ]
    await hub.change(
        "updateApplication", two_provinces.REGION, id=HEALTH, version=2, isConsulted=None
    )
    assert (await read_verdict(hub, 15))["notRefuted"] == 5  # an unknown fact refutes nothing
    query = '{ region(code: "32.11") { inventory { developmentPolicy { year title } } } }'
    recorded_policy = (await hub.query_data(query))["region"]["inventory"]["developmentPolicy"]
    assert recorded_policy == {"year": 2021, "title": "Perbup 5/2021"}
    await hub.change("recordDevelopmentPolicy", two_provinces.REGION, regionCode="32.11", year=None)
    assert (await hub.query_data(query))["region"]["inventory"]["developmentPolicy"] is None


async def test_an_accepted_merger_is_a_duplicate_until_it_is_withdrawn(hub: Hub) -> None:
    new = await hub.change(
        "registerApplication",
        two_provinces.REGION,
        regionCode="32.11",
        opdId=DINKES,
        name="Absensi Puskesmas",
        year=2023,
        isConsulted=True,
        users=900,
    )
    for id in (HEALTH, new["id"]):
        await hub.change(
            "correctFunction", two_provinces.REGION, applicationId=id, functionId="attendance"
        )
    await hub.change(
        "updateApplication", two_provinces.REGION, id=HEALTH, version=1, year=2022, isConsulted=True
    )
    await hub.change("retireApplication", two_provinces.REGION, id=OFFICE, version=1)
    policy = {
        "regionCode": "32.11",
        "year": 2021,
        "title": "Perbup 5/2021",
        "url": "https://a.id/5",
    }
    await hub.change("recordDevelopmentPolicy", two_provinces.REGION, **policy)
    assert (await read_verdict(hub, 15))["ceiling"] == 5
    query = """{ region(code: "32.11") { proposals(kinds: [MERGE]) {
      nodes { id inputsHash survivor { id } } } } }"""
    [merge] = (await hub.query_data(query))["region"]["proposals"]["nodes"]
    assert merge["survivor"]["id"] == new["id"]  # the application that is known to be in use
    fields = {"proposalId": merge["id"], "inputsHash": merge["inputsHash"]}
    await hub.change("decideProposal", two_provinces.REGION, choice="ACCEPT", **fields)
    verdict = await read_verdict(hub, 15)
    assert (verdict["ceiling"], verdict["notRefuted"]) == (3, 3)
    # A correction of one of the applications withdraws the merger, and so does a rejection.
    await hub.change(
        "correctFunction", two_provinces.REGION, applicationId=HEALTH, functionId="finance"
    )
    assert (await read_verdict(hub, 15))["ceiling"] == 5
    await hub.change("correctFunction", two_provinces.REGION, applicationId=HEALTH, functionId=None)
    assert (await read_verdict(hub, 15))["ceiling"] == 3
    rejection = await hub.change(
        "decideProposal", two_provinces.REGION, choice="REJECT", reason="beda", **fields
    )
    assert rejection["choice"] == "REJECT"
    assert (await read_verdict(hub, 15))["ceiling"] == 5


async def test_an_exempt_opd_need_not_be_on_the_bus_and_its_reason_is_shown(hub: Hub) -> None:
    await hub.change(
        "connectApplications",
        two_provinces.REGION,
        sourceId=OFFICE,
        targetName="SIASN",
        dataObject="pegawai",
        mode="HUB",
        evidence=[PAPER],
    )
    assert (await read_verdict(hub, 18))["ceiling"] == 2  # one OPD of two
    await hub.change("exemptOpd", two_provinces.REGION, opdId=DINKES, reason=" tanpa data ")
    assert (await read_verdict(hub, 18))["ceiling"] == 3
    query = (
        '{ region(code: "32.11") { inventory { opds { nodes { opd { id } exemptionReason } } } } }'
    )
    opds = (await hub.query_data(query))["region"]["inventory"]["opds"]["nodes"]
    assert {opd["opd"]["id"]: opd["exemptionReason"] for opd in opds} == {
        DINKES: "tanpa data",
        DISKOMINFO: None,
    }
    await hub.change("exemptOpd", two_provinces.REGION, opdId=DINKES, reason=None)
    assert (await read_verdict(hub, 18))["ceiling"] == 2


async def test_a_corrected_function_takes_precedence_until_it_is_cleared(
    any_hub: Hub,
) -> None:
    query = '{ node(id: "32.11:application-office") { ... on Application { functionTag { '
    query += "function { id } isByPerson confidence { value } } } } }"

    async def tag() -> tuple[str, bool]:
        function_tag = (await any_hub.query_data(query))["node"]["functionTag"]
        return function_tag["function"]["id"], function_tag["isByPerson"]

    assert await tag() == ("records", False)
    fields = {"applicationId": OFFICE, "functionId": "attendance"}
    await any_hub.change("correctFunction", two_provinces.REGION, **fields)
    assert await tag() == ("attendance", True)
    await any_hub.change(
        "correctFunction", two_provinces.REGION, applicationId=OFFICE, functionId=None
    )
    assert await tag() == ("records", False)


async def test_edited_efforts_of_a_region_change_its_path(hub: Hub) -> None:
    await write_claims(hub, dict.fromkeys(range(1, 48), 3))
    query = """{ region(code: "32.11") {
      pathToTarget(input: { target: 3.1, buffer: 0 }) {
        isEffortAssumed steps { indicator effort isEffortEdited }
      }
      effort(instrumentId: "spbe-2020") {
        ruleTable { tableId version } isAssumption steps { indicator level effort isEdited }
      }
    } }"""
    before = (await hub.query_data(query, two_provinces.REGION))["region"]
    assert not any(step["isEdited"] for step in before["effort"]["steps"])
    cheap = [{"indicator": number, "level": 4, "effort": "0.01"} for number in range(42, 46)]
    edited = await hub.change(
        "editEffort",
        two_provinces.REGION,
        regionCode="32.11",
        instrumentId="spbe-2020",
        steps=cheap,
    )
    assert [step["effort"] for step in edited["steps"]] == ["0.01"] * 4
    after = (await hub.query_data(query, two_provinces.REGION))["region"]
    steps = after["pathToTarget"]["steps"]
    assert [step["indicator"] for step in steps] == [42, 43, 44, 45]
    assert {(step["effort"], step["isEffortEdited"]) for step in steps} == {("0.01", True)}
    back = [{"indicator": number, "level": 4, "effort": None} for number in range(42, 46)]
    cleared = await hub.change(
        "editEffort", two_provinces.REGION, regionCode="32.11", instrumentId="spbe-2020", steps=back
    )
    assert cleared["steps"] == []
    assert (await hub.query_data(query, two_provinces.REGION))["region"] == before


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [("fit", 6, "1 to 5"), ("fit", 0, "1 to 5")],
)
async def test_a_rating_out_of_its_range_is_refused_by_name(
    hub: Hub, field: str, value: int, expected: str
) -> None:
    before = await hub.list_all_rows()
    answer = await hub.change(
        "updateApplication", two_provinces.REGION, id=OFFICE, version=1, **{field: value}
    )
    assert answer == {
        "__typename": "InvalidInput",
        "field": field,
        "expected": expected,
        "got": str(value),
    }
    assert await hub.list_all_rows() == before


async def test_a_cost_beyond_32_bits_is_stored_and_a_negative_count_is_refused(hub: Hub) -> None:
    cost = 12_500_000_000
    await hub.change(
        "updateApplication", two_provinces.REGION, id=OFFICE, version=1, yearlyCost=cost
    )
    query = '{ node(id: "32.11:application-office") { ... on Application { yearlyCost users } } }'
    assert (await hub.query_data(query))["node"] == {"yearlyCost": cost, "users": None}
    update = 'mutation { updateApplication(input: { id: "32.11:application-office", version: 2, '
    update += "users: -1 }) { __typename } }"
    assert "from 0 to" in await hub.refusal(update, two_provinces.REGION)


async def test_capabilities_are_stored_once_each_and_can_be_cleared(hub: Hub) -> None:
    query = '{ node(id: "32.11:application-office") { ... on Application { capabilities } } }'
    repeated = ["TRANSACTION", "INFORMATION", "INFORMATION"]
    for version, capabilities in ((1, repeated), (2, [])):
        await hub.change(
            "updateApplication",
            two_provinces.REGION,
            id=OFFICE,
            version=version,
            capabilities=capabilities,
            idempotencyKey=f"k{version}",
        )
        stored = (await hub.query_data(query))["node"]["capabilities"]
        assert stored == (["INFORMATION", "TRANSACTION"] if capabilities else [])
