"""The usual OPDs that a region lacks, and their registration in one change."""

from __future__ import annotations

from engine.model import EventKind, Opd
from tests.api import two_provinces
from tests.api.hub import Hub

DEFAULTS = """query ($code: ID!) { defaultOpds(regionCode: $code) {
  referenceId name acronym kind parentName affairs { id name group } } }"""
SECRETARIAT, LEGAL, FOOD = "OPD-01", "OPD-03", "OPD-30"


async def test_a_region_is_offered_the_usual_opds_that_it_lacks(any_hub: Hub) -> None:
    opds = (await any_hub.query_data(DEFAULTS, code="32.11"))["defaultOpds"]
    assert len(opds) == 40
    names = {opd["name"]: opd for opd in opds}
    assert not names.keys() & {"Dinas Kesehatan", "Dinas Komunikasi dan Informatika"}
    assert names["Bagian Hukum"] == {
        "referenceId": LEGAL,
        "name": "Bagian Hukum",
        "acronym": "Bag. Hukum",
        "kind": "DIVISION",
        "parentName": "Sekretariat Daerah",
        "affairs": [],
    }
    assert names["Dinas Pendidikan"]["affairs"] == [
        {"id": "A", "name": "Pendidikan", "group": "BASIC_SERVICE"}
    ]
    assert (await any_hub.query_data(DEFAULTS, code="32"))["defaultOpds"] == []
    assert await any_hub.refusal(DEFAULTS, code="99.99") == "INVALID_ARGUMENT"


async def test_another_spelling_or_name_of_an_opd_is_not_offered_again(hub: Hub) -> None:
    source = two_provinces.SOURCE
    for key, name, acronym in (
        ("school", "DINAS PENDIDIKAN DAN KEBUDAYAAN", "Disdikbud"),
        ("fish", "Dinas Kelautan & Perikanan Kab. Sumedang", "DKP"),
    ):
        opd = Opd(f"32.11:opd-{key}", "32.11", name, acronym, source)
        await hub.record(EventKind.OPD_RECORDED, "32.11", opd.id, opd)
    opds = (await hub.query_data(DEFAULTS, code="32.11"))["defaultOpds"]
    names = {opd["name"]: opd["acronym"] for opd in opds}
    assert not names.keys() & {"Dinas Pendidikan", "Dinas Perikanan"}
    assert names["Dinas Ketahanan Pangan"] is None  # the region uses DKP for another OPD


async def test_chosen_opds_are_registered_in_one_change(any_hub: Hub) -> None:
    fields = {
        "regionCode": "32.11",
        "referenceIds": [LEGAL, SECRETARIAT],
        "idempotencyKey": "k",
    }
    registered = await any_hub.change("registerDefaultOpds", two_provinces.REGION, **fields)
    assert registered["opds"] == [
        {"name": "Sekretariat Daerah", "parent": None},
        {"name": "Bagian Hukum", "parent": {"name": "Sekretariat Daerah"}},
    ]
    assert (
        await any_hub.change("registerDefaultOpds", two_provinces.REGION, **fields)
    ) == registered
    later = await any_hub.change(
        "registerDefaultOpds", two_provinces.REGION, regionCode="32.11", referenceIds=["OPD-10"]
    )
    assert later["opds"] == [{"name": "Bagian Umum", "parent": {"name": "Sekretariat Daerah"}}]


async def test_a_part_is_not_registered_without_what_contains_it(hub: Hub) -> None:
    before = await hub.list_all_rows()
    for ids, index, expected in (
        ([FOOD, LEGAL], 1, "the id of Sekretariat Daerah, too, which contains this OPD"),
        ([FOOD, FOOD], 1, "the id of a usual OPD that the region lacks, once"),
        (["OPD-20"], 0, "the id of a usual OPD that the region lacks, once"),
    ):
        refused = await hub.change(
            "registerDefaultOpds", two_provinces.REGION, regionCode="32.11", referenceIds=ids
        )
        assert (refused["field"], refused["expected"]) == (f"referenceIds.{index}", expected)
    assert await hub.list_all_rows() == before
