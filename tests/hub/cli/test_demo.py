"""The tokens that `simpul demo` prints."""

from __future__ import annotations

import pytest

from engine.log.source import Source, SourceState
from facts import tables
from hub.app import open_instance
from hub.cli.demo import EXAMPLE_REGION, find_demo_scope, print_welcome
from hub.settings import Settings
from storage import ownership


async def insert_sources(settings: Settings, *regions: str) -> None:
    async with open_instance(settings) as instance, instance.database.write() as session:
        for region in regions:
            owner = Source(region, "wss://a.id/graphql", SourceState.UNREACHABLE, None)
            await ownership.insert_source(session, owner)


async def test_the_example_is_a_region_that_the_instance_owns(
    filled_sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)
    scope = await find_demo_scope(settings)
    assert scope is not None
    assert (scope.region, scope.opd.region) == (EXAMPLE_REGION, EXAMPLE_REGION)
    await insert_sources(settings, EXAMPLE_REGION)
    other_scope = await find_demo_scope(settings)
    assert other_scope is not None
    assert other_scope.region == other_scope.opd.region != EXAMPLE_REGION
    await insert_sources(
        settings,
        *(region.code for region in tables.region_catalogue() if region.code != EXAMPLE_REGION),
    )
    assert await find_demo_scope(settings) is None
    print_welcome(settings, "http://127.0.0.1:8000", None, [], [], replay=False)
    assert "No region with an OPD is written here" in capsys.readouterr().out
