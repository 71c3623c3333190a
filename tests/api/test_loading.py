"""The number of database queries: the same for 27 regions as for one, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from engine.model import PUBLIC_VIEWER, EventKind, Region, RegionKind
from resolvers.active_operations import ActiveOperations
from resolvers.context import Context
from resolvers.event import SNAPSHOT_PAGE, newest_event_cursor, page_of_events, stream_events
from resolvers.operation_budget import SEARCHES_MOST
from resolvers.problems import OperationTooComplex
from resolvers.recompute import RecomputeWorker
from storage import announcement
from tests.api.hub import Hub, copied_database_url, running_hub
from tests.api.two_provinces import PROVINCE, SOURCE
from tests.fixtures.nation import Nation

QUERIES = {
    "a ranking with its regions": (
        """
        {
          ranking(
            instrumentId: "spbe-2020", year: 2024, kind: OFFICIAL, filter: { provinceCode: "32" }
          ) {
            nodes { position region { name parent { name } } score { index { display } } }
          }
        }
        """,
        4,  # scores of both years, their regions, the parents
    ),
    "regions with their scores": (
        """
        {
          regions(filter: { provinceCode: "32" }) {
            nodes { name parent { name } index { index { display } } history { index { display } } }
          }
        }
        """,
        3,  # page, parents, scores
    ),
    "scores of two kinds": (
        """
        {
          regions(filter: { provinceCode: "32" }) {
            nodes { index { index { display } } own: index(kind: SELF) { index { display } } }
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
        "{ events(first: 500) { nodes { eventKind region { name } } } }",
        3,  # position, events, regions
    ),
}


@contextmanager
def _recorded_selects() -> Iterator[list[str]]:
    statements: list[str] = []

    def record_statement(_connection: Any, _cursor: Any, statement: str, *_arguments: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", record_statement)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", record_statement)


@pytest.mark.parametrize("description", QUERIES)
async def test_many_rows_are_loaded_by_a_few_statements(
    west_java_template: Path, tmp_path: Path, description: str
) -> None:
    query, count = QUERIES[description]
    async with running_hub(copied_database_url(west_java_template, tmp_path), tailing=False) as hub:
        with _recorded_selects() as statements:
            await hub.query_data(query)
    assert len(statements) == count, "\n\n".join(statements)


async def test_a_hundred_entities_cost_no_more_statements_than_a_page_of_them(
    west_java_template: Path, tmp_path: Path
) -> None:
    selection = "name parent { name } index { index { display } } history { index { display } }"
    page = f"{{ regions(first: 100) {{ nodes {{ code {selection} }} }} }}"
    entities = f"""
    query ($all: [_Any!]!, $half: [_Any!]!) {{
      all: _entities(representations: $all) {{ ... on Region {{ code {selection} }} }}
      half: _entities(representations: $half) {{
        __typename ... on Opd {{ name }} ... on Application {{ name }}
      }}
    }}
    """
    async with running_hub(copied_database_url(west_java_template, tmp_path), tailing=False) as hub:
        for number in range(100):
            village = Region(f"98.{number:02}", "Desa", RegionKind.REGENCY, "32", SOURCE)
            await hub.record(
                EventKind.REGION_RECORDED, village.code, f"{village.code}:region", village
            )
        with _recorded_selects() as listing:
            listed = (await hub.query_data(page))["regions"]["nodes"]
        data = await hub.query_data("{ applications(first: 100) { nodes { id opd { id } } } }")
        other_references = [
            {"__typename": type, "id": entity["id"]}
            for node in data["applications"]["nodes"]
            for type, entity in (("Application", node), ("Opd", node["opd"]))
            if entity is not None
        ]
        references = [{"__typename": "Region", "code": region["code"]} for region in listed]
        with _recorded_selects() as referring:
            referred = await hub.query_data(entities, all=references, half=other_references)
    assert (len(listed), referred["all"]) == (100, listed)
    assert {entity["__typename"] for entity in referred["half"]} == {"Application", "Opd"}
    assert len(listing) == 4  # count, page, parents, scores
    assert len(referring) == 4, "\n\n".join(referring)  # regions, applications, OPDs, scores


async def test_an_operation_with_too_many_reads_is_refused(
    west_java_template: Path, tmp_path: Path
) -> None:
    regions = 'regions(filter: { provinceCode: "32" }) { nodes { applications { totalCount } } }'
    several = " ".join(f"a{number}: {regions}" for number in range(12))  # 28 reads each
    async with running_hub(copied_database_url(west_java_template, tmp_path), tailing=False) as hub:
        assert await hub.refusal(f"{{ {several} }}") == "TOO_COMPLEX"
        assert len((await hub.query_data(f"{{ {regions} }}"))["regions"]["nodes"]) == 27


async def test_the_position_of_an_operation_is_not_after_what_it_reads(
    west_java_template: Path, tmp_path: Path
) -> None:
    async with running_hub(copied_database_url(west_java_template, tmp_path)) as hub:
        before = await hub.cursor()
        context = Context(hub.instance, PUBLIC_VIEWER)
        await hub.change(
            "recordResult",
            PROVINCE,
            regionCode="32.13",
            instrumentId="spbe-2020",
            year=2021,
            kind="OFFICIAL",
            value="3.00",
            source="laporan",
        )
        assert await newest_event_cursor(context) == before
        assert await hub.cursor() != before


async def test_a_search_longer_than_any_name_is_refused(
    west_java_template: Path, tmp_path: Path
) -> None:
    query = "query ($search: String) { regions(filter: { search: $search }) { totalCount } }"
    async with running_hub(copied_database_url(west_java_template, tmp_path), tailing=False) as hub:
        assert await hub.refusal(query, search="a" * 201) == "INVALID_ARGUMENT"


async def test_a_catch_up_recomputes_each_region_of_a_nation_once(
    two_regions_of_each_province: Nation,
) -> None:
    """The log has many pages of arrivals, and each page concerns regions of all provinces."""
    nation = two_regions_of_each_province
    arrivals = len(nation.regions) * nation.entries
    async with running_hub(nation.database_url, tailing=False) as hub:
        with _recorded_selects() as statements:
            await RecomputeWorker(hub.instance).catch_up(0)
        async with hub.instance.database.read() as session:
            assert await announcement.read_derived_head(session) == arrivals
        inventory_reads = [statement for statement in statements if "FROM exemption" in statement]
        # One read to compute, and one more under the lock to announce the changes of each region.
        assert len(inventory_reads) == 2 * len(nation.regions)
        with _recorded_selects() as statements:
            await RecomputeWorker(hub.instance).catch_up(arrivals)
        assert len(statements) == 1  # the position, because no region is left to recompute


async def test_background_work_waits_for_clients_up_to_a_timeout() -> None:
    requests = ActiveOperations()
    await requests.wait_until_idle(0.0)
    with requests.count_operation(), requests.count_operation():
        idle_task = asyncio.create_task(requests.wait_until_idle(60.0))
        await asyncio.sleep(0.01)
        assert not idle_task.done()
        await requests.wait_until_idle(
            0.01
        )  # the wait ends after its timeout, although the process is busy
    await idle_task


async def test_a_snapshot_of_a_nation_reads_the_arrival_order_once(
    two_regions_of_each_province: Nation,
) -> None:
    nation = two_regions_of_each_province
    arrivals = len(nation.regions) * nation.entries
    async with running_hub(nation.database_url, tailing=False) as hub:
        context = Context(hub.instance, PUBLIC_VIEWER)
        with _recorded_selects() as statements:
            async with aclosing(
                stream_events(context, after=None, region_codes=None, kinds=None)
            ) as events:
                numbers = [(await anext(events)).arrival.number for _ in range(arrivals)]
    assert numbers == list(range(1, arrivals + 1))
    grouped = [statement for statement in statements if "GROUP BY arrival.kind" in statement]
    assert (len(grouped), len(statements)) == (1, 3 + -(-arrivals // SNAPSHOT_PAGE))


async def test_the_events_of_a_snapshot_share_one_budget(hub: Hub) -> None:
    context, within_budget = Context(hub.instance, PUBLIC_VIEWER), []

    async def search_in_each_event() -> None:
        async with aclosing(
            stream_events(context, after=None, region_codes=None, kinds=None)
        ) as events:
            async for visible_event in events:
                with suppress(OperationTooComplex):  # the error of one field
                    context.budget.count_searches(SEARCHES_MOST // 4)
                    within_budget.append(visible_event)

    with pytest.raises(OperationTooComplex) as exceeded:
        await search_in_each_event()
    assert len(within_budget) == 4
    assert str(exceeded.value) == (
        "expected at most 100 searches for one snapshot, got more: "
        "subscribe to fewer fields or regions, or after a cursor"
    )


async def test_each_live_event_has_a_budget_of_its_own(hub: Hub) -> None:
    context = Context(hub.instance, PUBLIC_VIEWER)
    _, start, _ = await page_of_events(context, None, 1)
    async with aclosing(stream_events(context, after=start, region_codes=None, kinds=None)) as live:
        for _ in range(5):
            await anext(live)
            context.budget.count_searches(SEARCHES_MOST)
