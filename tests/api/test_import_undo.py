"""An import is undone with new entries, by row, and its file can be imported again."""

from __future__ import annotations

from engine.model import Role, Viewer
from tests.api.hub import Hub
from tests.api.imported_files import (
    FILE,
    applications_by_name,
    import_file,
    outcomes,
    preview,
    upload,
)
from tests.api.two_provinces import OPD, REGION


async def test_undo_retires_what_was_added_and_restores_what_was_changed(any_hub: Hub) -> None:
    before = await applications_by_name(any_hub)
    imported = await import_file(any_hub, FILE)
    undone = await any_hub.change("undoImport", REGION, importId=imported["id"])
    assert (undone["undone"], undone["refused"]) == (2, [])
    after = await applications_by_name(any_hub)
    assert after["E-Office"] == {**before["E-Office"], "version": 3}
    assert after["Wakepo"] == before["Wakepo"]
    assert (after["Si Baru"]["status"], after["Si Baru"]["retiredReason"]) == (
        "RETIRED",
        "impor daftar.csv dibatalkan",
    )
    again = await any_hub.change("undoImport", REGION, importId=imported["id"])
    assert (again["currentState"], again["allowedStates"]) == ("UNDONE", ["IMPORTED"])


async def test_an_import_after_the_undo_takes_the_same_applications_into_use(hub: Hub) -> None:
    first = await import_file(hub, FILE)
    id = (await applications_by_name(hub))["Si Baru"]["id"]
    await hub.change("undoImport", REGION, importId=first["id"])
    second = await import_file(hub, FILE)
    assert (second["registeredCount"], second["changedCount"]) == (1, 1)
    application = (await applications_by_name(hub))["Si Baru"]
    assert (application["id"], application["status"], application["version"]) == (id, "ACTIVE", 3)
    await hub.change("undoImport", REGION, importId=second["id"])
    assert (await applications_by_name(hub))["Si Baru"]["status"] == "RETIRED"
    third = await import_file(hub, FILE)
    assert third["registeredCount"] == 1


async def test_an_application_that_a_person_retired_before_the_undo_stays_retired(hub: Hub) -> None:
    imported = await import_file(hub, FILE)
    new = (await applications_by_name(hub))["Si Baru"]
    await hub.change("retireApplication", REGION, id=new["id"], version=1, reason="Diganti")
    undone = await hub.change("undoImport", REGION, importId=imported["id"])
    assert undone["refused"] == [{"application": {"id": new["id"]}, "reason": "CHANGED_SINCE"}]
    assert outcomes(await preview(hub, await upload(hub, FILE)))["Si Baru"] == "LEAVE"


async def test_undo_refuses_the_application_that_a_person_changed_since(hub: Hub) -> None:
    imported = await import_file(hub, FILE)
    new = (await applications_by_name(hub))["Si Baru"]
    await hub.change("updateApplication", REGION, id=new["id"], version=1, year=2024)
    undone = await hub.change("undoImport", REGION, importId=imported["id"])
    assert undone["undone"] == 1
    assert undone["refused"] == [{"application": {"id": new["id"]}, "reason": "CHANGED_SINCE"}]
    assert (await applications_by_name(hub))["Si Baru"]["year"] == 2024


async def test_undo_refuses_an_earlier_name_that_another_application_has_now(hub: Hub) -> None:
    id = "32.11:application-health"
    imported = await import_file(hub, f"ID,Nama,OPD,Status\n{id},Si Sehat,Dinkes,Aktif\n")
    await hub.change(
        "registerApplication", REGION, regionCode="32.11", opdId="32.11:opd-dinkes", name="Wakepo"
    )
    undone = await hub.change("undoImport", REGION, importId=imported["id"])
    assert undone["refused"] == [{"application": {"id": id}, "reason": "NAME_TAKEN"}]


async def test_staff_of_an_opd_undo_only_their_own_import_into_their_opd(hub: Hub) -> None:
    imported = await import_file(hub, FILE)
    assert await hub.change_refusal("undoImport", OPD, importId=imported["id"]) == "FORBIDDEN"
    own = await import_file(hub, "Nama Aplikasi\nSi Uji\n", OPD)
    transferred = Viewer(OPD.subject, Role.OPD, OPD.regions, frozenset({"32.11:opd-diskominfo"}))
    before = await hub.list_all_rows()
    assert await hub.change_refusal("undoImport", transferred, importId=own["id"]) == "FORBIDDEN"
    assert await hub.list_all_rows() == before
    assert (await hub.change("undoImport", OPD, importId=own["id"]))["undone"] == 1
