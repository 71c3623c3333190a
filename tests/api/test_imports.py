"""A file is previewed and imported as one change: rows to add, change, leave and refuse."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from storage import log, log_entries
from storage.database import Database
from storage.followed_log import accept_entries
from storage.rebuild import rebuild_projection
from storage.tables import Table
from storage.upsert import PROJECTED_TABLES
from tests.api.hub import Hub
from tests.api.imported_files import (
    FILE,
    HEADER,
    applications_by_name,
    import_file,
    outcomes,
    preview,
    preview_or_none,
    upload,
)
from tests.api.two_provinces import OPD, PUBLIC, REGION


async def test_rows_are_added_changed_and_left_in_one_change(any_hub: Hub) -> None:
    id = await upload(any_hub, FILE)
    before = await applications_by_name(any_hub)
    draft = await preview(any_hub, id)
    assert draft["counts"] == {"add": 1, "change": 1, "leave": 1, "refuse": 0, "warnings": 0}
    assert outcomes(draft) == {"E-Office": "CHANGE", "Wakepo": "LEAVE", "Si Baru": "ADD"}
    assert draft["rows"]["nodes"][0]["changes"] == [
        {"field": "STATUS", "before": "ACTIVE", "after": "INACTIVE"},
        {"field": "YEAR", "before": None, "after": "2019"},
    ]
    assert draft["rows"]["nodes"][1]["changes"] == []
    assert draft["rows"]["nodes"][2]["changes"] == [
        {"field": field, "before": None, "after": after}
        for field, after in (
            ("OPD", "Dinas Kesehatan"),
            ("NAME", "Si Baru"),
            ("URL", "https://baru.id"),
            ("STATUS", "ACTIVE"),
            ("YEAR", "2021"),
        )
    ]
    assert await applications_by_name(any_hub) == before
    imported = await any_hub.change("importApplications", REGION, draftId=id, version=1)
    assert imported["registeredCount"] == imported["changedCount"] == imported["leftCount"] == 1
    after = await applications_by_name(any_hub)
    assert (after["E-Office"]["status"], after["E-Office"]["year"]) == ("INACTIVE", 2019)
    assert after["Wakepo"] == before["Wakepo"]
    assert after["Si Baru"]["opd"] == {"id": "32.11:opd-dinkes"}
    assert after["Si Baru"]["provenance"] == {
        "source": "daftar.csv",
        "note": "dicatat oleh daerah 32.11",
    }
    assert await preview_or_none(any_hub, id) is None


async def test_the_corrected_file_updates_instead_of_adding_twice(hub: Hub) -> None:
    await import_file(hub, FILE)
    corrected = FILE.replace("2021", "2022")
    assert outcomes(await preview(hub, await upload(hub, corrected))) == {
        "E-Office": "LEAVE",
        "Wakepo": "LEAVE",
        "Si Baru": "CHANGE",
    }
    await import_file(hub, corrected)
    applications = await applications_by_name(hub)
    assert len(applications) == 3
    assert (applications["Si Baru"]["year"], applications["Si Baru"]["version"]) == (2022, 2)


async def test_an_empty_cell_clears_a_value_only_in_a_row_that_is_matched_by_id(hub: Hub) -> None:
    await import_file(hub, FILE)
    new = (await applications_by_name(hub))["Si Baru"]
    await import_file(hub, f"{HEADER}Si Baru,Dinkes,,,\n")
    assert (await applications_by_name(hub))["Si Baru"] == new
    answer = await import_file(
        hub, f"ID,Nama Aplikasi,OPD,Tahun,Alamat\n{new['id']},Si Lama,Dinkes,,https://baru.id\n"
    )
    assert answer["changedCount"] == 1
    renamed = (await applications_by_name(hub))["Si Lama"]
    assert (renamed["id"], renamed["year"], renamed["url"], renamed["status"]) == (
        new["id"],
        None,
        "https://baru.id",
        "ACTIVE",
    )


async def test_an_unknown_id_is_refused_and_one_of_another_register_is_not_used(hub: Hub) -> None:
    id = await upload(hub, "ID,Nama,OPD\n32.11:application-x,Si Uji,Dinkes\nA-7,Si Coba,Dinkes\n")
    assert (await preview(hub, id))["problems"]["nodes"] == [
        {
            "code": "ID_UNKNOWN",
            "isBlocking": is_blocking,
            "cell": cell,
            "found": found,
            "rowCount": 1,
            "candidates": [],
        }
        for is_blocking, cell, found in (
            (True, "A2", "32.11:application-x"),
            (False, "A3", "A-7"),
        )
    ]


async def test_a_row_with_a_problem_refuses_the_file_unless_only_good_rows_are_wanted(
    hub: Hub,
) -> None:
    text = f"{HEADER}Si Uji,Dinas Kesehatn,Aktif,2020,\nSi Coba,Dinkes,Aktif,1492,\n{FILE[38:]}"
    before = await hub.list_all_rows()
    id = await upload(hub, text)
    draft = await preview(hub, id)
    assert draft["unknownOpds"] == [
        {"name": "Dinas Kesehatn", "rowCount": 1, "nearest": [{"id": "32.11:opd-dinkes"}]}
    ]
    assert [
        (problem["code"], problem["cell"], problem["candidates"])
        for problem in draft["problems"]["nodes"]
    ] == [
        ("OPD_UNKNOWN", "B2", [{"id": "32.11:opd-dinkes"}]),
        ("NOT_A_YEAR", "D3", []),
    ]
    refused = await hub.change("importApplications", REGION, draftId=id, version=1)
    assert refused["__typename"] == "ImportRefused"
    assert refused["counts"]["refuse"] == 2
    after = await hub.list_all_rows()
    assert {name for name in after if after[name] != before[name]} == {"import_draft"}
    imported = await hub.change(
        "importApplications", REGION, draftId=id, version=1, onlyGoodRows=True
    )
    assert (imported["registeredCount"], imported["refusedCount"]) == (1, 2)


async def test_a_chosen_opd_and_a_corrected_cell_mend_their_rows(hub: Hub) -> None:
    id = await upload(hub, f"{HEADER}Si Uji,Bagian Gizi,Aktif,1492,\n")
    draft = await hub.change(
        "editImport",
        REGION,
        draftId=id,
        version=1,
        opds=[{"name": "Bagian Gizi", "opdId": "32.11:opd-dinkes"}],
        cells=[{"sheet": "", "row": 2, "column": 4, "text": "2020"}],
    )
    assert draft["version"] == 2
    assert draft["counts"] == {"add": 1, "change": 0, "leave": 0, "refuse": 0, "warnings": 0}
    conflict = await hub.change("importApplications", REGION, draftId=id, version=1)
    assert (conflict["expectedVersion"], conflict["currentVersion"]) == (1, 2)
    await hub.change("importApplications", REGION, draftId=id, version=2)
    application = (await applications_by_name(hub))["Si Uji"]
    assert (application["opd"], application["year"]) == ({"id": "32.11:opd-dinkes"}, 2020)


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"opds": [{"name": "x", "opdId": "32.73:opd-diskominfo"}]}, "opds.0.opdId"),
        (
            {"integrations": [{"name": "x", "applicationId": "32.73:application-budget"}]},
            "integrations.0.applicationId",
        ),
        ({"cells": [{"sheet": "", "row": 2, "column": 1, "text": "x" * 2001}]}, "cells.0.text"),
        ({"columns": [{"sheet": "Lain", "column": 1, "field": None}]}, "columns.0.sheet"),
        ({"cells": [{"sheet": "Lain", "row": 2, "column": 1, "text": "x"}]}, "cells.0.sheet"),
        ({"opds": [{"name": "x" * 2001, "opdId": None}]}, "opds.0.name"),
        ({"integrations": [{"name": "x" * 2001}]}, "integrations.0.name"),
        ({"skippedSheets": ["", "Lain"]}, "skippedSheets.1"),
        ({"skippedSheets": ["x"] * 1001}, "skippedSheets"),
    ],
)
async def test_an_edit_that_is_too_long_or_names_something_unknown_is_refused(
    hub: Hub, edit: dict[str, Any], field: str
) -> None:
    id = await upload(hub, FILE)
    answer = await hub.change("editImport", REGION, draftId=id, version=1, **edit)
    assert answer["field"] == field
    assert (await preview(hub, id))["version"] == 1


async def test_an_application_that_a_person_retired_is_left_with_a_warning(hub: Hub) -> None:
    await hub.change("retireApplication", REGION, id="32.11:application-health", version=1)
    draft = await preview(hub, await upload(hub, FILE))
    assert draft["counts"] == {"add": 1, "change": 1, "leave": 1, "refuse": 0, "warnings": 1}
    [problem] = draft["problems"]["nodes"]
    assert (problem["code"], problem["isBlocking"]) == ("APPLICATION_RETIRED", False)


async def test_a_retired_namesake_in_the_file_does_not_take_the_name(hub: Hub) -> None:
    retired = "32.11:application-health"
    await hub.change("retireApplication", REGION, id=retired, version=1)
    new = await hub.change(
        "registerApplication", REGION, regionCode="32.11", name="Wakepo", opdId="32.11:opd-dinkes"
    )
    rows = f"{retired},Wakepo,Dinkes,\n{new['id']},Wakepo,Dinkes,2021\n"
    draft = await preview(hub, await upload(hub, f"ID,Nama Aplikasi,OPD,Tahun\n{rows}"))
    assert [row["outcome"] for row in draft["rows"]["nodes"]] == ["LEAVE", "CHANGE"]
    assert draft["counts"]["warnings"] == 0


async def test_staff_of_an_opd_import_rows_of_their_opd_only(hub: Hub) -> None:
    draft = await preview(hub, await upload(hub, FILE, OPD), OPD)
    assert outcomes(draft) == {"E-Office": "REFUSE", "Wakepo": "LEAVE", "Si Baru": "ADD"}
    assert [problem["code"] for problem in draft["problems"]["nodes"]] == ["OPD_NOT_YOURS"]
    id = await upload(hub, "Nama Aplikasi\nSi Uji\n", OPD)
    chosen = [{"name": "", "opdId": "32.11:opd-diskominfo"}]
    draft = await hub.change("editImport", OPD, draftId=id, version=1, opds=chosen)
    assert draft["counts"]["refuse"] == 1
    office = "ID,Nama,OPD\n32.11:application-office,E-Office,Dinkes\n"
    draft = await preview(hub, await upload(hub, office, OPD), OPD)
    assert [problem["code"] for problem in draft["problems"]["nodes"]] == ["ID_OF_OTHER_OPD"]


async def test_an_application_without_an_owner_is_matched_by_name_and_address(hub: Hub) -> None:
    await import_file(hub, "Nama Aplikasi,Alamat\nSi Uji,https://uji.id\n")
    id = (await applications_by_name(hub))["Si Uji"]["id"]
    by_id = await upload(hub, f"ID,Nama,OPD\n{id},Si Uji,Dinkes\n", OPD)
    assert outcomes(await preview(hub, by_id, OPD)) == {"Si Uji": "REFUSE"}
    other = await upload(hub, "Nama,OPD,Alamat\nSi Uji,Dinkes,https://lain.id\n", OPD)
    assert outcomes(await preview(hub, other, OPD)) == {"Si Uji": "ADD"}
    await import_file(hub, "Nama,OPD,Alamat\nSi Uji,Dinkes,www.uji.id/\n", OPD)
    application = (await applications_by_name(hub))["Si Uji"]
    assert (application["id"], application["opd"]) == (id, {"id": "32.11:opd-dinkes"})


async def test_an_emptied_opd_is_kept_with_a_warning(hub: Hub) -> None:
    text = "ID,Nama,OPD,Tahun\n32.11:application-health,Wakepo,,2020\n"
    id = await upload(hub, text)
    draft = await preview(hub, id)
    assert outcomes(draft) == {"Wakepo": "CHANGE"}
    assert [problem["code"] for problem in draft["problems"]["nodes"]] == ["OPD_MISSING"]
    await hub.change("importApplications", REGION, draftId=id, version=1)
    application = (await applications_by_name(hub))["Wakepo"]
    assert (application["opd"], application["year"]) == ({"id": "32.11:opd-dinkes"}, 2020)


async def test_the_only_opd_of_a_viewer_owns_the_rows_that_name_none(hub: Hub) -> None:
    id = await upload(hub, "Nama Aplikasi\nSi Uji\nWakepo\n", OPD)
    draft = await preview(hub, id, OPD)
    assert draft["defaultOpd"] == {"id": "32.11:opd-dinkes"}
    assert outcomes(draft) == {"Si Uji": "ADD", "Wakepo": "LEAVE"}
    await hub.change("importApplications", OPD, draftId=id, version=1)
    application = (await applications_by_name(hub))["Si Uji"]
    assert application["opd"] == {"id": "32.11:opd-dinkes"}


async def test_the_region_records_a_row_without_an_opd_with_a_warning(hub: Hub) -> None:
    id = await upload(hub, "Nama Aplikasi\nSi Uji\nSi Coba\n")
    draft = await preview(hub, id)
    assert draft["counts"] == {"add": 2, "change": 0, "leave": 0, "refuse": 0, "warnings": 1}
    [problem] = draft["problems"]["nodes"]
    assert (problem["code"], problem["rowCount"]) == ("OPD_MISSING", 2)
    chosen = [{"name": "", "opdId": "32.11:opd-dinkes"}]
    draft = await hub.change("editImport", REGION, draftId=id, version=1, opds=chosen)
    assert draft["counts"]["warnings"] == 0
    await hub.change("importApplications", REGION, draftId=id, version=2)
    application = (await applications_by_name(hub))["Si Uji"]
    assert application["opd"] == {"id": "32.11:opd-dinkes"}


async def test_a_repeated_request_returns_the_first_import(hub: Hub) -> None:
    id = await upload(hub, FILE)
    fields = {"draftId": id, "version": 1, "idempotencyKey": "k"}
    first = await hub.change("importApplications", REGION, **fields)
    after = await hub.list_all_rows()
    assert await hub.change("importApplications", REGION, **fields) == first
    assert await hub.list_all_rows() == after
    other = await hub.change(
        "importApplications", REGION, draftId=await upload(hub, FILE), version=1, idempotencyKey="k"
    )
    assert other["__typename"] == "IdempotencyKeyReused"
    undo = {"importId": first["id"], "idempotencyKey": "u"}
    undone = await hub.change("undoImport", REGION, **undo)
    assert await hub.change("undoImport", REGION, **undo) == undone


async def test_imports_are_listed_for_viewers_who_may_read_drafts(hub: Hub) -> None:
    ids = [(await import_file(hub, FILE))["id"] for _ in range(3)]
    query = """query ($after: Cursor) { region(code: "32.11") { imports(first: 2, after: $after) {
      nodes { id } totalCount pageInfo { hasNextPage endCursor } } } }"""
    page = (await hub.query_data(query, REGION))["region"]["imports"]
    assert [node["id"] for node in page["nodes"]] == ids[:0:-1]
    rest = await hub.query_data(query, REGION, after=page["pageInfo"]["endCursor"])
    assert [node["id"] for node in rest["region"]["imports"]["nodes"]] == ids[:1]
    hidden = (await hub.query_data(query, PUBLIC))["region"]["imports"]
    assert (hidden["nodes"], hidden["totalCount"]) == ([], 0)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert await hub.query_data(node, REGION, id=ids[0]) == {"node": {"id": ids[0]}}
    assert await hub.query_data(node, PUBLIC, id=ids[0]) == {"node": None}


async def test_a_rebuild_and_a_copy_have_the_same_rows(
    hub: Hub, postgresql_database_url: str
) -> None:
    first = await import_file(hub, FILE)
    await hub.change("undoImport", REGION, importId=first["id"])
    await import_file(hub, FILE)
    rows = await projected_rows(hub.instance.database)
    assert [len(rows[name]) for name in ("application", "inventory_import")] == [5, 2]
    async with hub.instance.database.write() as session:
        await rebuild_projection(session)
    assert await projected_rows(hub.instance.database) == rows
    copy = Database(postgresql_database_url)
    for region in ("32", "32.11", "32.73", "33", "33.74", "ID"):
        async with hub.instance.database.read() as session:
            entries = await log_entries.list_log_entries(session, region)
        async with log.begin_log_transaction(copy, region, hub.instance.clock) as transaction:
            await accept_entries(transaction, entries)
    assert await projected_rows(copy) == rows
    await copy.close()


async def projected_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    async with database.read() as session:
        return {
            table.__tablename__: [
                tuple(row)
                for row in await session.execute(
                    select(Table.metadata.tables[table.__tablename__]).order_by(
                        *Table.metadata.tables[table.__tablename__].primary_key
                    )
                )
            ]
            for table in PROJECTED_TABLES
        }
