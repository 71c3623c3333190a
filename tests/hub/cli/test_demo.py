"""The tokens that `simpul demo` prints."""

from __future__ import annotations

import pytest

from engine.log.source import Source, SourceState
from facts import tables
from hub.app import open_instance
from hub.cli.demo import EXAMPLE_REGION, find_demo_scope, print_welcome
from hub.settings import Settings
from storage import ownership


async def follow(settings: Settings, *regions: str) -> None:
    async with open_instance(settings) as instance, instance.database.write() as session:
        for region in regions:
            owner = Source(region, "wss://a.id/graphql", SourceState.UNREACHABLE, None)
            await ownership.insert_source(session, owner)


async def test_the_example_is_a_region_that_is_written_here(
    filled_sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(SIMPUL_DATABASE_URL=filled_sqlite_url)
    shown = await find_demo_scope(settings)
    assert shown is not None
    assert (shown.region, shown.opd.region) == (EXAMPLE_REGION, EXAMPLE_REGION)
    await follow(settings, EXAMPLE_REGION)
    other = await find_demo_scope(settings)
    assert other is not None
    assert other.region == other.opd.region != EXAMPLE_REGION
    await follow(
        settings, *(each.code for each in tables.region_catalogue() if each.code != EXAMPLE_REGION)
    )
    assert await find_demo_scope(settings) is None
    print_welcome(settings, "http://127.0.0.1:8000", None, [], [], replay=False)
    assert "No region with an OPD is written here" in capsys.readouterr().out
