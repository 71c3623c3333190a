"""`node` finds every object by its id, if the viewer may see it."""

from __future__ import annotations

import pytest

from engine.model import Viewer
from tests.api import two_provinces
from tests.api.hub import Hub

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Region { name }
    ... on Opd { acronym region { code } }
    ... on Application { name opd { id } region { code } }
    ... on Integration { source { id } target { id } targetId region { code } }
    ... on Assessment { state region { code } instrument { id } }
    ... on RuleTable { version }
    ... on Instrument { status }
  }
}
"""


@pytest.mark.parametrize(
    ("id", "fields"),
    [
        ("32.11:region", {"__typename": "Region", "name": "Kabupaten Sumedang"}),
        (
            "32.11:opd-dinkes",
            {"__typename": "Opd", "acronym": "Dinkes", "region": {"code": "32.11"}},
        ),
        (
            "32.11:application-health",
            {
                "__typename": "Application",
                "name": "Wakepo",
                "opd": {"id": "32.11:opd-dinkes"},
                "region": {"code": "32.11"},
            },
        ),
        ("pemdi-2026", {"__typename": "Instrument", "status": "IN_FORCE"}),
        (
            two_provinces.DRAFT,
            {
                "__typename": "Assessment",
                "state": "DRAFT",
                "region": {"code": "32.11"},
                "instrument": {"id": "pemdi-2026"},
            },
        ),
        ("permenpanrb59-2020/engine", {"__typename": "RuleTable", "version": "0.1"}),
    ],
)
async def test_an_object_is_found_by_its_id(hub: Hub, id: str, fields: dict[str, object]) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    assert (await hub.query_data(NODE, two_provinces.REGION, id=id))["node"] == {"id": id, **fields}


async def test_an_integration_is_found_by_its_id(hub: Hub) -> None:
    integration = await hub.change(
        "connectApplications",
        two_provinces.REGION,
        sourceId="32.11:application-office",
        targetId="32.73:application-budget",
        dataObject="gaji",
        mode="API",
    )
    assert (await hub.query_data(NODE, id=integration["id"]))["node"] == {
        "__typename": "Integration",
        "id": integration["id"],
        "source": {"id": "32.11:application-office"},
        "target": {"id": "32.73:application-budget"},
        "targetId": "32.73:application-budget",
        "region": {"code": "32.11"},
    }


@pytest.mark.parametrize(
    ("id", "type_name"),
    [
        ("spbe-2020", "Instrument"),
        ("permenpanrb59-2020/engine", "RuleTable"),
        ("srikandi", "CommonApplication"),
        ("attendance", "BusinessFunction"),
        ("national-system:siasn", "NationalSystem"),
    ],
)
async def test_an_object_of_a_catalogue_is_found_by_its_id(
    hub: Hub, id: str, type_name: str
) -> None:
    query = "query ($id: ID!) { node(id: $id) { __typename id } }"
    assert (await hub.query_data(query, id=id))["node"] == {"__typename": type_name, "id": id}


@pytest.mark.parametrize(
    "id",
    [
        "",
        "region",
        ":region",
        "32.11:",
        "32.11:region-1",
        "99.99:region",
        "32.11",
        "32.11:opd-99",
        "32.11:application-99",
        "32.11:assessment-99",
        "32.11:integration-99",
        "32.11:planet-1",
        "32.11:application-" + "9" * 1000,
    ],
)
async def test_an_unknown_id_gives_null(hub: Hub, id: str) -> None:
    assert await hub.query_data(NODE, two_provinces.ADMIN, id=id) == {"node": None}


@pytest.mark.parametrize(
    ("viewer", "sees"),
    two_provinces.SEES_DRAFT.items(),
    ids=lambda value: value.subject if isinstance(value, Viewer) else None,
)
async def test_a_draft_is_null_for_viewers_who_may_not_see_it(
    hub: Hub, viewer: Viewer, sees: bool
) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    node = (await hub.query_data(NODE, viewer, id=two_provinces.DRAFT))["node"]
    assert (node is not None) is sees
    listed = await hub.query_data(
        '{ region(code: "32.11") { assessments { nodes { id } } } }', viewer
    )
    assert listed["region"]["assessments"]["nodes"] == (
        [{"id": two_provinces.DRAFT}] if sees else []
    )
