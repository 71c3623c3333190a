"""The columns that people choose are remembered for later files of the region with this header."""

from __future__ import annotations

from typing import Any

from storage.column_mapping import MAPPINGS_MOST, column_mappings_by_header, save_column_mapping
from tests.api.hub import Hub
from tests.api.imported_files import upload
from tests.api.two_provinces import ADMIN, REGION

TEXT = "Nama Aplikasi,OPD,Rincian,Catatan\nSi Uji,Dinkes,Mencatat hasil uji,x\n"
COLUMNS = """query ($id: ID!) { importDraft(id: $id) { sheets { columns {
  column field isChosen } } } }"""


async def columns(hub: Hub, id: str, viewer: Any = REGION) -> list[tuple[int, str | None, bool]]:
    draft = (await hub.query_data(COLUMNS, viewer, id=id))["importDraft"]
    return [
        (column["column"], column["field"], column["isChosen"])
        for column in draft["sheets"][0]["columns"]
    ]


async def test_a_chosen_column_is_remembered_by_region_and_header(hub: Hub) -> None:
    id = await upload(hub, TEXT)
    assert (await columns(hub, id))[2:] == [(3, None, False), (4, None, False)]
    choice = [{"sheet": "", "column": 3, "field": "USE"}]
    await hub.change("editImport", REGION, draftId=id, version=1, columns=choice)
    chosen = [(3, "USE", True), (4, None, False)]
    assert (await columns(hub, id))[2:] == chosen
    later = await upload(hub, TEXT.replace("Si Uji", "Si Coba"))
    assert (await columns(hub, later))[2:] == chosen
    elsewhere = await upload(hub, TEXT, ADMIN, "32.73")
    assert (await columns(hub, elsewhere, ADMIN))[2] == (3, None, False)
    another_header = await upload(hub, TEXT.replace("Catatan", "Ket"))
    assert (await columns(hub, another_header))[2] == (3, None, False)


async def test_the_oldest_headers_of_a_region_are_forgotten(hub: Hub) -> None:
    async with hub.instance.database.write() as session:
        for number in range(MAPPINGS_MOST + 2):
            now = hub.instance.clock()
            await save_column_mapping(session, "32.11", f"{number:064}", {1: "name"}, now)
        await save_column_mapping(session, "32.73", "0" * 64, {2: None}, hub.instance.clock())
    async with hub.instance.database.read() as session:
        mappings = await column_mappings_by_header(session, "32.11")
        assert sorted(mappings) == [f"{number:064}" for number in range(2, MAPPINGS_MOST + 2)]
        assert await column_mappings_by_header(session, "32.73") == {"0" * 64: {2: None}}
