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
    ... on Opd { acronym regionCode }
    ... on Application { name opd { id } region { code } }
    ... on Integration { source { id } target { id } regionCode }
    ... on Assessment { state region { code } instrument { id } }
  }
}
"""


@pytest.mark.parametrize(
    ("id", "fields"),
    [
        ("region-32.11", {"__typename": "Region", "name": "Kabupaten Sumedang"}),
        (
            "opd-32.11.dinkes",
            {"__typename": "Opd", "acronym": "Dinkes", "regionCode": "32.11"},
        ),
        (
            "application-health",
            {
                "__typename": "Application",
                "name": "Wakepo",
                "opd": {"id": "opd-32.11.dinkes"},
                "region": {"code": "32.11"},
            },
        ),
        (
            two_provinces.DRAFT,
            {
                "__typename": "Assessment",
                "state": "DRAFT",
                "region": {"code": "32.11"},
                "instrument": {"id": "pemdi-2026"},
            },
        ),
    ],
)
async def test_an_object_is_found_by_its_id(hub: Hub, id: str, fields: dict[str, object]) -> None:
    await two_provinces.write_assessment(hub, two_provinces.assessment())
    assert (await hub.query_data(NODE, two_provinces.REGION, id=id))["node"] == {"id": id, **fields}


async def test_an_integration_is_found_by_its_id(hub: Hub) -> None:
    integration = await hub.change(
        "connectApplications",
        two_provinces.REGION,
        source="application-office",
        target="application-budget",
        dataObject="gaji",
        mode="API",
    )
    assert (await hub.query_data(NODE, id=integration["id"]))["node"] == {
        "__typename": "Integration",
        "id": integration["id"],
        "source": {"id": "application-office"},
        "target": {"id": "application-budget"},
        "regionCode": "32.11",
    }


@pytest.mark.parametrize(
    "id",
    [
        "",
        "region",
        "region-",
        "region-99.99",
        "32.11",
        "opd-99",
        "application-99",
        "assessment-99",
        "integration-99",
        "planet-32.11",
        "application-" + "9" * 1000,
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
    listed = await hub.query_data('{ region(code: "32.11") { assessments { id } } }', viewer)
    assert listed["region"]["assessments"] == ([{"id": two_provinces.DRAFT}] if sees else [])
