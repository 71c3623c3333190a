"""A file states functions and integrated systems, which an import records and its undo withdraws."""

from __future__ import annotations

from typing import Any

from engine.matching.function_classifier import FunctionCorrection
from engine.model import EventKind
from storage.function_correction import corrected_functions
from tests.api.hub import Hub
from tests.api.imported_files import applications_by_name, import_file, preview, upload
from tests.api.two_provinces import OPD, REGION

HEADER = "Nama Aplikasi,OPD,Terintegrasi Dengan\n"
OFFICE, HEALTH = "32.11:application-office", "32.11:application-health"
INTEGRATIONS = """{ region(code: "32.11") { integrations { nodes {
  id targetId targetName status mode direction evidenceGrade dataObject provenance { source note }
} } } }"""
UNKNOWN = """query ($id: ID!) { importDraft(id: $id) { newIntegrationCount
  unknownIntegrations { name rowCount nearest { id } } } }"""


async def list_integrations(hub: Hub) -> list[dict[str, Any]]:
    region = (await hub.query_data(INTEGRATIONS))["region"]
    nodes: list[dict[str, Any]] = region["integrations"]["nodes"]
    return nodes


async def targets(hub: Hub) -> set[tuple[str | None, str, str]]:
    return {
        (integration["targetId"], integration["targetName"], integration["status"])
        for integration in await list_integrations(hub)
    }


async def functions(hub: Hub) -> dict[str, str]:
    async with hub.instance.database.read() as session:
        return await corrected_functions(session, ["32.11"])


async def test_a_stated_exchange_is_recorded_as_a_claim_of_the_list(hub: Hub) -> None:
    text = f"{HEADER}Wakepo,Dinkes,e office\nE-Office,Diskominfo,WAKEPO\n"
    imported = await import_file(hub, text)
    assert (imported["leftCount"], imported["integrationCount"]) == (2, 1)
    [integration] = await list_integrations(hub)
    del integration["id"]
    assert integration == {
        "targetId": OFFICE,
        "targetName": "E-Office",
        "status": "ACTIVE",
        "mode": "UNKNOWN",
        "direction": "ONE_WAY",
        "evidenceGrade": "CLAIMED",
        "dataObject": None,
        "provenance": {
            "source": "daftar.csv",
            "note": "dinyatakan dalam daftar aplikasi; dicatat oleh daerah 32.11",
        },
    }
    assert (await import_file(hub, text))["integrationCount"] == 0


async def test_a_name_means_a_row_of_the_same_file_that_is_written(hub: Hub) -> None:
    text = f"{HEADER}Si Uji,Dinkes,Si Coba\nSi Coba,Diskominfo,\nSi Lain,Ngawur,\nSi Ani,Dinkes,Si Lain\n"
    imported = await import_file(hub, text, onlyGoodRows=True)
    assert (imported["registeredCount"], imported["integrationCount"]) == (3, 1)
    assert [name for _, name, _ in await targets(hub)] == ["Si Coba"]


async def test_unknown_names_are_offered_and_resolved_by_choices(hub: Hub) -> None:
    id = await upload(hub, f"{HEADER}Wakepo,Dinkes,E-Ofice; SIMDA; Lain-lain\n")
    draft = (await hub.query_data(UNKNOWN, REGION, id=id))["importDraft"]
    assert draft["newIntegrationCount"] == 0
    assert draft["unknownIntegrations"] == [
        {"name": "E-Ofice", "rowCount": 1, "nearest": [{"id": OFFICE}]},
        {"name": "SIMDA", "rowCount": 1, "nearest": []},
        {"name": "Lain-lain", "rowCount": 1, "nearest": []},
    ]
    problems = (await preview(hub, id))["problems"]["nodes"]
    assert [problem["code"] for problem in problems] == ["INTEGRATION_UNKNOWN"] * 3
    choices = [
        {"name": "E-Ofice", "applicationId": OFFICE},
        {"name": "SIMDA", "isExternal": True},
        {"name": "Lain-lain"},
    ]
    edited = await hub.change("editImport", REGION, draftId=id, version=1, integrations=choices)
    assert edited["counts"]["warnings"] == 0
    imported = await hub.change("importApplications", REGION, draftId=id, version=2)
    assert imported["integrationCount"] == 2
    assert await targets(hub) == {(OFFICE, "E-Office", "ACTIVE"), (None, "SIMDA", "ACTIVE")}


async def test_undo_withdraws_the_integrations_without_a_confirmation(hub: Hub) -> None:
    imported = await import_file(hub, f"{HEADER}Wakepo,Dinkes,E-Office\n")
    undone = await hub.change("undoImport", REGION, importId=imported["id"])
    assert (undone["withdrawnIntegrationCount"], undone["keptIntegrationCount"]) == (1, 0)
    assert await targets(hub) == {(OFFICE, "E-Office", "WITHDRAWN")}
    again = await import_file(hub, f"{HEADER}E-Office,Diskominfo,Wakepo\n")
    [id] = [
        integration["id"]
        for integration in await list_integrations(hub)
        if integration["status"] == "ACTIVE"
    ]
    await hub.change("confirmIntegration", OPD, id=id, version=1)
    undone = await hub.change("undoImport", REGION, importId=again["id"])
    assert (undone["withdrawnIntegrationCount"], undone["keptIntegrationCount"]) == (0, 1)


async def test_a_stated_function_becomes_a_correction_until_the_import_is_undone(
    hub: Hub,
) -> None:
    earlier = FunctionCorrection(HEALTH, "planning", "ani", hub.instance.clock())
    await hub.record(EventKind.FUNCTION_CORRECTED, "32.11", HEALTH, earlier)
    imported = await import_file(
        hub,
        "Nama Aplikasi,OPD,Fungsi katalog\n"
        "Wakepo,Dinkes,budgeting\nE-Office,Diskominfo,budgeting\nSi Uji,Dinkes,planning\n",
    )
    assert (imported["registeredCount"], imported["changedCount"]) == (1, 2)
    new = (await applications_by_name(hub))["Si Uji"]["id"]
    assert await functions(hub) == {HEALTH: "budgeting", OFFICE: "budgeting", new: "planning"}
    undone = await hub.change("undoImport", REGION, importId=imported["id"])
    assert undone["undone"] == 3
    assert await functions(hub) == {HEALTH: "planning"}
    assert (await applications_by_name(hub))["Wakepo"]["version"] == 1
