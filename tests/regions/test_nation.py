"""Following an owner that has many regions of a nation."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.log.source import SourceState
from hub import replication
from hub.instance import open_instance
from storage import log_entries, ownership
from tests.fixtures.nation import Nation
from tests.fixtures.processes import StartSimpul
from tests.regions.instances import SimpulInstance

COPIED_SECONDS = 120.0  # usually a few seconds, but longer on a busy machine


@pytest.mark.integration
async def test_all_regions_of_one_endpoint_are_copied(
    simpul_process: StartSimpul, nation: Nation, tmp_path: Path
) -> None:
    """An owner serves 100 operations per connection, so the copy needs several connections."""
    owner = SimpulInstance(nation.data_dir)
    copy = await SimpulInstance(tmp_path / "copy").prepare()
    owner.serve(simpul_process)
    directory = copy.follow((owner, nation.regions))
    async with open_instance(copy.settings) as instance:
        assert await replication.wait_until_copied(
            directory, copy.data_dir, instance, COPIED_SECONDS
        )
        async with instance.database.read() as session:
            states = [source.state for source in await ownership.list_all_sources(session)]
            heads = await log_entries.newest_sequences_by_region(session, nation.regions)
    assert states == [SourceState.FRESH] * len(nation.regions)
    assert heads == dict.fromkeys(nation.regions, nation.entries)
