"""`simpul load` adds missing data and does not change existing data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.model import EventKind, Role, Viewer
from facts import tables
from hub.instance import open_instance
from hub.settings import Settings
from resolvers.context import Context, Instance
from resolvers.seed import SeedSummary, seed_regions
from schema.schema import schema
from storage import log_entries
from storage.tables import Table

PROVINCE = Viewer("ani", Role.PROVINCE, frozenset({"32"}))
SAPAWARGA = "32:application-01"
RESULT = {"regionCode": "32.13", "instrumentId": "spbe-2020", "year": 2024, "kind": "OFFICIAL"}


@pytest.fixture
async def instance(database_url: str) -> AsyncIterator[Instance]:
    async with open_instance(Settings(SIMPUL_DATABASE_URL=database_url)) as instance:
        yield instance


async def test_a_second_load_writes_nothing(instance: Instance) -> None:
    progress: list[tuple[int, int]] = []
    first = await seed_regions(instance, progress=lambda *step: progress.append(step))
    shipped_rows = (
        tables.nation(),
        *tables.region_catalogue(),
        *tables.west_java_opds(),
        *tables.west_java_applications(),
        *tables.west_java_integrations(),
        *tables.result_rows(),
    )
    assert (
        first
        == SeedSummary(entries=len(shipped_rows), regions=28)
        == SeedSummary(entries=482, regions=28)
    )
    assert progress == [(done, 34) for done in range(1, 35)]
    assert await seed_regions(instance) == SeedSummary(entries=0, regions=28)


async def test_a_load_keeps_later_edits(instance: Instance) -> None:
    await seed_regions(instance)
    edited = await change(
        instance,
        "updateApplication",
        "Application { name url version }",
        {"id": SAPAWARGA, "version": 1, "name": "Sapawarga Baru"},
    )
    assert edited == {
        "name": "Sapawarga Baru",
        "url": "https://digitalservice.jabarprov.go.id/sapawarga",
        "version": 2,
    }
    corrected = await change(
        instance,
        "recordResult",
        "Assessment { version score { index { value } } }",
        {**RESULT, "value": "3.33", "source": "koreksi", "version": 1},
    )
    assert corrected == {"version": 2, "score": {"index": {"value": "3.33"}}}

    assert await seed_regions(instance) == SeedSummary(entries=0, regions=28)
    current = await ask(
        instance,
        "query ($id: ID!) { node(id: $id) { ... on Application { name url version } } "
        'region(code: "32.13") { index(year: 2024) { index { value } provenance { source } } } }',
        {"id": SAPAWARGA},
    )
    assert current["node"] == edited
    assert current["region"]["index"] == {
        "index": {"value": "3.33"},
        "provenance": {"source": "koreksi"},
    }


@pytest.mark.integration
@pytest.mark.soak(database="postgresql")
async def test_the_whole_country_is_every_region_agency_and_result(instance: Instance) -> None:
    await seed_regions(instance)
    assert await seed_regions(instance, national=True) == SeedSummary(entries=1812, regions=646)
    counts = await ask(
        instance,
        "{ areas: regions(filter: { kinds: [PROVINCE, REGENCY, CITY] }) { totalCount } "
        "agencies: regions(filter: { kinds: [CENTRAL_AGENCY] }) { totalCount } "
        "resultEditions { resultCount } }",
        {},
    )
    assert counts["areas"] == {"totalCount": 552}
    assert counts["agencies"] == {"totalCount": 94}
    assert sum(edition["resultCount"] for edition in counts["resultEditions"]) == 1280
    async with instance.database.read() as session:
        written = [
            entry.kind
            for region in await log_entries.list_regions_with_log(session)
            for entry in await log_entries.list_log_entries(session, region)
        ]
    assert written.count(EventKind.RESULT_RECORDED) == 1280
    assert written.count(EventKind.REGION_RECORDED) == 647
    # PostgreSQL refuses a text that is longer than its column declares; SQLite accepts it.
    assert await _longer_than_declared(instance) == []


async def _longer_than_declared(instance: Instance) -> list[str]:
    """Return the columns that contain a longer text than they declare."""
    columns_too_short = []
    async with instance.database.read() as session:
        for table in Table.metadata.sorted_tables:
            for column in table.columns:
                limit = getattr(column.type, "length", None)
                if limit is None:
                    continue
                longest = await session.scalar(select(func.max(func.length(column))))
                if longest is not None and longest > limit:
                    columns_too_short.append(f"{table.name}.{column.name}: {longest} of {limit}")
    return columns_too_short


async def change(
    instance: Instance, mutation: str, selection: str, values: dict[str, object]
) -> Any:
    """Change an object through the resolver, as the API does."""
    kind = mutation[0].upper() + mutation[1:]
    document = (
        f"mutation ($input: {kind}Input!) {{ {mutation}(input: $input) "
        f"{{ ... on {selection} ... on Problem {{ message }} }} }}"
    )
    return (await ask(instance, document, {"input": values}))[mutation]


async def ask(instance: Instance, document: str, variables: dict[str, object]) -> Any:
    result = await schema.execute(
        document, variable_values=variables, context_value=Context(instance, PROVINCE)
    )
    assert result.errors is None
    return result.data
