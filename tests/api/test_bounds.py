"""The bounds of the API are those of followed logs: what one refuses, the other refuses too."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from engine.bounds import BoundExceeded
from engine.document import from_document
from engine.log.body_bounds import ROWS_MOST, check_bounds
from engine.log.entry import Entry
from engine.log.entry_types import ENTRY_BODY_TYPES
from engine.model import Application, Integration
from facts.tables import region_catalogue, result_rows
from resolvers.region_change import SCOPE_CHARACTERS_MOST, entered_by
from storage.log_entries import list_applicable_entries, list_regions_with_log
from storage.tables import ApplicationRow, IntegrationRow, core_table
from tests.api.hub import Hub
from tests.api.imported_files import (
    FILE,
    HEADER,
    applications_by_name,
    import_file,
    preview,
    upload,
)
from tests.api.mutation_inputs import (
    DOCUMENTS,
    LEVEL_CLAIM,
    NEW_APPLICATION,
    NEW_ASSESSMENT,
    NEW_INTEGRATION,
    NEW_OPD,
    OFFICE,
    POLICY,
    PUBLISHED_RESULT,
    Fields,
    already_exists,
    invalid_input,
)
from tests.api.two_provinces import ADMIN, OPD, PROVINCE, REGION

PLAIN = "a text without control or format characters"
ONE_MORE = "x" * 2_001

# A mutation, its input, the field of the input and of its entry, and values at and over its bound.
LIMITS: list[tuple[str, Fields, str, str, Any, Any]] = [
    ("registerOpd", NEW_OPD, "name", "name", "x" * 200, "x" * 201),
    ("registerOpd", NEW_OPD, "name", "name", "Dinas \u00e9", "Dinas\u202e"),
    ("registerOpd", NEW_OPD, "acronym", "acronym", "x" * 50, "x" * 51),
    ("registerApplication", NEW_APPLICATION, "name", "name", "x" * 200, "x" * 201),
    ("registerApplication", NEW_APPLICATION, "name", "name", "SIM PEG", "SIM\x1bPEG"),
    ("registerApplication", NEW_APPLICATION, "functionText", "function", "a\nb", "a\u200bb"),
    ("registerApplication", NEW_APPLICATION, "legalBasis", "legal_basis", "x" * 2_000, ONE_MORE),
    ("registerApplication", NEW_APPLICATION, "platform", "platform", "x" * 200, "x" * 201),
    ("registerApplication", NEW_APPLICATION, "users", "users", 2**53 - 1, None),
    ("registerApplication", NEW_APPLICATION, "year", "year", 1980, 1979),
    ("registerApplication", NEW_APPLICATION, "fit", "fit", 5, 6),
    (
        *("registerApplication", NEW_APPLICATION, "url", "url"),
        *("https://a.id/" + "a" * 1_987, "https://a.id/" + "a" * 1_988),
    ),
    ("registerApplication", NEW_APPLICATION, "url", "url", "http://a", "javascript://a.id/%0aa"),
    ("connectApplications", NEW_INTEGRATION, "dataObject", "data_object", "x" * 300, "x" * 301),
    ("claimLevel", LEVEL_CLAIM, "explanation", "explanation", "x" * 10_000, "x" * 10_001),
    ("claimLevel", LEVEL_CLAIM, "explanation", "explanation", "a\r\nb", "a\x00b"),
    ("claimLevel", LEVEL_CLAIM, "evidence", "evidence", DOCUMENTS * 20, DOCUMENTS * 21),
    ("recordDevelopmentPolicy", POLICY, "title", "title", "x" * 300, "x" * 301),
    ("recordResult", PUBLISHED_RESULT, "source", "source", "x" * 1_000, "x" * 1_001),
]


@pytest.mark.parametrize(
    ("mutation", "input", "field", "model_field", "allowed", "refused"),
    LIMITS,
    ids=[f"{mutation}-{field}" for mutation, _, field, *_ in LIMITS],
)
async def test_the_api_and_a_followed_log_have_the_same_bound(
    hub: Hub,
    mutation: str,
    input: Fields,
    field: str,
    model_field: str,
    allowed: Any,
    refused: Any,
) -> None:
    if mutation == "claimLevel":
        started = await hub.change("startAssessment", ADMIN, **NEW_ASSESSMENT)
        input = {**input, "assessmentId": started["id"]}
    if refused is not None:
        before = await hub.list_all_rows()
        problem = await hub.change(mutation, ADMIN, **{**input, field: refused})
        [named] = problem.get("claims", [problem])
        assert problem["__typename"] in ("InvalidInput", "InvalidClaims")
        assert named["field"].partition(".")[0] == field
        assert await hub.list_all_rows() == before
    result = await hub.change(mutation, ADMIN, **{**input, field: allowed})
    assert result["__typename"] not in ("InvalidInput", "NotFound")
    log = "32" if mutation == "recordResult" else "32.11"
    body = (await _list_bodies(hub, log))[-1]
    check_bounds(body)
    if refused is None:
        return
    holder = {"claimLevel": "claim", "recordResult": "provenance"}.get(mutation)
    part = body if holder is None else getattr(body, holder)
    value = part.evidence * 21 if field == "evidence" else refused
    with pytest.raises(BoundExceeded, match=rf"^{model_field}"):
        check_bounds(replace(part, **{model_field: value}))


async def test_a_name_in_full_width_or_with_a_zero_width_character_is_taken(hub: Hub) -> None:
    office = await hub.change("registerApplication", ADMIN, **{**NEW_APPLICATION, "name": "E-Oﬃce"})
    for name in ("e-office", "Ｅ-Ｏｆｆｉｃｅ"):
        again = await hub.change("registerApplication", ADMIN, **{**NEW_APPLICATION, "name": name})
        assert again == already_exists(office["id"])
    exchange = {**NEW_INTEGRATION, "dataObject": "Pasien"}
    connected = await hub.change("connectApplications", ADMIN, **exchange)
    again = await hub.change(
        "connectApplications", ADMIN, **{**exchange, "dataObject": "ＰＡＳＩＥＮ"}
    )
    assert again == already_exists(connected["id"])


async def test_a_full_region_takes_no_further_application(hub: Hub) -> None:
    await _fill(hub, ApplicationRow, OFFICE, ROWS_MOST[Application])
    refused = invalid_input(
        "regionCode", "a region with fewer than 3,000 rows of application", "3,000"
    )
    before = await hub.list_all_rows()
    assert await hub.change("registerApplication", ADMIN, **NEW_APPLICATION) == refused
    assert await hub.list_all_rows() == before
    draft = await preview(hub, await upload(hub, FILE))
    problems = draft["problems"]["nodes"]
    assert [problem for problem in problems if problem["code"] == "REGION_FULL"] == [
        {
            "code": "REGION_FULL",
            "isBlocking": True,
            "cell": None,
            "found": "1",
            "rowCount": 0,
            "candidates": [],
        }
    ]
    refused_import = await import_file(hub, FILE, REGION, onlyGoodRows=True)
    assert refused_import["__typename"] == "ImportRefused"
    changed = await hub.change("updateApplication", ADMIN, id=OFFICE, version=1, name="Kantor")
    assert changed["name"] == "Kantor"


async def test_a_full_region_takes_no_further_integration(hub: Hub) -> None:
    first = await hub.change("connectApplications", ADMIN, **NEW_INTEGRATION)
    await _fill(hub, IntegrationRow, first["id"], ROWS_MOST[Integration])
    refused = await hub.change(
        "connectApplications", ADMIN, **{**NEW_INTEGRATION, "dataObject": "obat"}
    )
    assert refused == invalid_input(
        "sourceId", "a region with fewer than 20,000 rows of integration", "20,000"
    )


async def test_an_assessment_larger_than_followers_store_is_not_submitted(hub: Hub) -> None:
    fields = {"regionCode": "32.11", "instrumentId": "spbe-2020", "year": 2025, "kind": "SELF"}
    id = (await hub.change("startAssessment", REGION, **fields))["id"]
    address = f"https://example.id/{'x' * 1_900}"
    evidence = [{"title": "Dokumen", "url": address}] * 20
    claims = [
        {"indicator": number, "level": 3, "explanation": "x" * 10_000, "evidence": evidence}
        for number in range(1, 48)
    ]
    await hub.change("claimLevels", REGION, assessmentId=id, version=1, claims=claims)
    refused = await hub.change("submitAssessment", REGION, id=id, version=48)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "id")
    assert refused["expected"] == (
        "shorter texts: at most 2,097,152 bytes with all that belongs to it"
    )
    assert refused["got"].endswith(" bytes")


async def test_a_file_loses_characters_that_no_name_may_have(hub: Hub) -> None:
    text = f"{HEADER}\ufeffSi\u00ad \u200bBaru\u202e,Dinkes\u200b,Aktif,2021,\n"
    imported = await import_file(hub, text)
    assert imported["registeredCount"] == 1
    assert "Si Baru" in await applications_by_name(hub)


def test_a_viewer_of_many_opds_is_named_within_the_bound_of_a_source() -> None:
    opds = frozenset(f"32.11:opd-{number:020}" for number in range(100))
    provenance = entered_by(replace(OPD, opds=opds))
    check_bounds(provenance)
    assert provenance.source.endswith(" dan 75 lainnya")
    assert len(provenance.source) <= SCOPE_CHARACTERS_MOST + 40
    assert entered_by(REGION).source == "dicatat oleh daerah 32.11"
    assert entered_by(PROVINCE).source == "dicatat oleh provinsi 32"


async def test_all_shipped_rows_are_within_the_bounds(west_java: Hub) -> None:
    async with west_java.instance.database.read() as session:
        logs = await list_regions_with_log(session)
        kinds = Counter[str]()
        for log in logs:
            for body in map(_parse_body, await list_applicable_entries(session, log)):
                check_bounds(body)
                kinds[type(body).__name__] += 1
    assert kinds == {
        "Region": 29,
        "Opd": 136,
        "Application": 207,
        "Integration": 24,
        "Assessment": 86,
    }
    for region in region_catalogue(national=True):
        check_bounds(region)
    for row in result_rows(national=True):
        check_bounds(row.figures)
        check_bounds(row.provenance)


async def _list_bodies(hub: Hub, region: str) -> list[Any]:
    async with hub.instance.database.read() as session:
        entries = await list_applicable_entries(session, region)
    return list(map(_parse_body, entries))


def _parse_body(entry: Entry) -> Any:
    return from_document(ENTRY_BODY_TYPES[entry.kind], entry.body)


async def _fill(hub: Hub, table: type[ApplicationRow | IntegrationRow], id: str, most: int) -> None:
    """Copy a row until its region has the most of them; a log of so many entries takes minutes."""
    columns = core_table(table).c
    async with hub.instance.database.write() as session:
        [row] = (await session.execute(select(core_table(table)).where(columns.id == id))).all()
        count = select(func.count()).where(columns.region == row.region)
        missing = most - (await session.execute(count)).scalar_one()
        copies = [{**row._mapping, "id": f"{id}-{number}"} for number in range(missing)]
        await session.execute(insert(core_table(table)), copies)
        await session.commit()
