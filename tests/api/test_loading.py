"""The number of database queries: the same for 27 regions as for one, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from engine.model import PUBLIC_VIEWER, EventKind, Region, RegionKind
from resolvers.context import Context
from resolvers.event import SNAPSHOT_PAGE, newest_event_cursor, stream_events
from resolvers.recompute import RecomputeWorker
from resolvers.requests import ActiveOperations
from storage import announcement
from tests.api.hub import copied, running
from tests.api.places import PROVINCE, SOURCE
from tests.fixtures.nation import Nation

QUERIES = {
    "a ranking with its regions": (
        """
        {
          ranking(instrument: "spbe-2020", year: 2024, kind: OFFICIAL, province: "32") {
            position region { name parent { name } } score { display }
          }
        }
        """,
        4,  # scores of both years, their regions, the parents
    ),
    "regions with their scores": (
        """
        {
          regions(filter: { province: "32" }) {
            nodes { name parent { name } index { display } history { display } }
          }
        }
        """,
        3,  # page, parents, scores
    ),
    "scores of two kinds": (
        """
        {
          regions(filter: { province: "32" }) {
            nodes { index { display } own: index(kind: SELF) { display } }
          }
        }
        """,
        3,  # page, scores of each kind
    ),
    "applications with their owners": (
        "{ applications(first: 200) { nodes { name opd { name } region { name } } } }",
        4,  # count, page, OPDs, regions
    ),
    "integrations with both ends": (
        """
        {
          region(code: "32") {
            integrations(first: 200) { nodes { source { name opd { name } } target { name } } }
          }
        }
        """,
        4,  # region, page, applications, OPDs
    ),
    "events with their regions": (
        "{ events(first: 500) { events { kind region { name } } } }",
        3,  # position, events, regions
    ),
}


@contextmanager
def _selects() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("what", QUERIES)
async def test_many_rows_are_loaded_by_a_few_statements(
    west_java_template: Path, tmp_path: Path, what: str
) -> None:
    query, count = QUERIES[what]
    async with running(copied(west_java_template, tmp_path), tailing=False) as hub:
        with _selects() as statements:
            await hub.ask(query)
    assert len(statements) == count, "\n\n".join(statements)


async def test_a_hundred_entities_cost_no_more_statements_than_a_page_of_them(
    west_java_template: Path, tmp_path: Path
) -> None:
    wanted = "name parent { name } index { display } history { display }"
    page = f"{{ regions(first: 100) {{ nodes {{ code {wanted} }} }} }}"
    entities = f"""
    query ($all: [_Any!]!, $half: [_Any!]!) {{
      all: _entities(representations: $all) {{ ... on Region {{ code {wanted} }} }}
      half: _entities(representations: $half) {{
        __typename ... on Opd {{ name }} ... on Application {{ name }}
      }}
    }}
    """
    async with running(copied(west_java_template, tmp_path), tailing=False) as hub:
        for number in range(100):
            village = Region(f"98.{number:02}", "Desa", RegionKind.REGENCY, "32", SOURCE)
            await hub.record(EventKind.REGION_RECORDED, village.code, f"region-{number}", village)
        with _selects() as listing:
            listed = (await hub.ask(page))["regions"]["nodes"]
        found = await hub.ask("{ applications(first: 100) { nodes { id opd { id } } } }")
        others = [
            {"__typename": type, "id": each["id"]}
            for node in found["applications"]["nodes"]
            for type, each in (("Application", node), ("Opd", node["opd"]))
            if each is not None
        ]
        references = [{"__typename": "Region", "code": each["code"]} for each in listed]
        with _selects() as referring:
            referred = await hub.ask(entities, all=references, half=others)
    assert (len(listed), referred["all"]) == (100, listed)
    assert {each["__typename"] for each in referred["half"]} == {"Application", "Opd"}
    assert len(listing) == 4  # count, page, parents, scores
    assert len(referring) == 4, "\n\n".join(referring)  # regions, applications, OPDs, scores


async def test_an_operation_that_reads_without_end_is_refused(
    west_java_template: Path, tmp_path: Path
) -> None:
    regions = 'regions(filter: { province: "32" }) { nodes { applications { totalCount } } }'
    several = " ".join(f"a{number}: {regions}" for number in range(12))  # 28 reads each
    async with running(copied(west_java_template, tmp_path), tailing=False) as hub:
        assert await hub.refusal(f"{{ {several} }}") == "TOO_COMPLEX"
        assert len((await hub.ask(f"{{ {regions} }}"))["regions"]["nodes"]) == 27


async def test_the_position_of_an_operation_is_not_after_what_it_reads(
    west_java_template: Path, tmp_path: Path
) -> None:
    async with running(copied(west_java_template, tmp_path)) as hub:
        before = await hub.cursor()
        began = Context(hub.instance, PUBLIC_VIEWER)
        await hub.change(
            "recordResult",
            PROVINCE,
            region="32.13",
            instrument="spbe-2020",
            year=2021,
            kind="OFFICIAL",
            value="3.00",
            source="laporan",
        )
        assert await newest_event_cursor(began) == before
        assert await hub.cursor() != before


async def test_a_search_longer_than_any_name_is_refused(
    west_java_template: Path, tmp_path: Path
) -> None:
    asked = "query ($search: String) { regions(filter: { search: $search }) { totalCount } }"
    async with running(copied(west_java_template, tmp_path), tailing=False) as hub:
        assert await hub.refusal(asked, search="a" * 201) == "INVALID_ARGUMENT"


async def test_a_catch_up_recomputes_each_region_of_a_nation_once(
    two_regions_of_each_province: Nation,
) -> None:
    """The log has many pages of arrivals, and each page concerns regions of all provinces."""
    nation = two_regions_of_each_province
    arrivals = len(nation.regions) * nation.entries
    async with running(nation.database_url, tailing=False) as hub:
        with _selects() as statements:
            await RecomputeWorker(hub.instance).catch_up(0)
        async with hub.instance.database.read() as session:
            assert await announcement.followed_up(session) == arrivals
        inventories = [each for each in statements if "FROM exemption" in each]
        # One read to compute, and one more under the lock to announce the changes of each region.
        assert len(inventories) == 2 * len(nation.regions)
        with _selects() as statements:
            await RecomputeWorker(hub.instance).catch_up(arrivals)
        assert len(statements) == 1  # the position; no work is left


async def test_background_work_waits_for_clients_but_not_without_end() -> None:
    requests = ActiveOperations()
    await requests.idle(0.0)
    with requests.executing(), requests.executing():
        waiting = asyncio.create_task(requests.idle(60.0))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await requests.idle(0.01)  # it is done at all, however busy the process is
    await waiting


async def test_a_snapshot_of_a_nation_reads_the_arrival_order_once(
    two_regions_of_each_province: Nation,
) -> None:
    nation = two_regions_of_each_province
    arrivals = len(nation.regions) * nation.entries
    async with running(nation.database_url, tailing=False) as hub:
        context = Context(hub.instance, PUBLIC_VIEWER)
        with _selects() as statements:
            async with aclosing(
                stream_events(context, after=None, regions=None, kinds=None)
            ) as events:
                seen = [(await anext(events)).arrival.number for _ in range(arrivals)]
    assert seen == list(range(1, arrivals + 1))
    grouped = [each for each in statements if "GROUP BY arrival.kind" in each]
    assert (len(grouped), len(statements)) == (1, 3 + -(-arrivals // SNAPSHOT_PAGE))
