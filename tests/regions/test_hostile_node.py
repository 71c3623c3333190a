"""Three levels of real processes with a hostile node; `benchmarks/hostile_node.py` runs longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hostile_node import run_levels
from tests.fixtures.processes import StartSimpul

pytestmark = pytest.mark.integration


@pytest.mark.soak
async def test_a_hostile_node_takes_nothing_from_the_others_and_each_refusal_can_be_read(
    simpul_process: StartSimpul, tmp_path: Path
) -> None:
    report = await run_levels(simpul_process, tmp_path, seconds=20, rate=5)
    levels = {"province", "nation"}
    assert set(report.delays) == levels
    assert report.lost == report.repeated == report.foreign == dict.fromkeys(levels, 0)
    assert report.moved == dict.fromkeys(levels, False)
    assert report.written.keys() == {"32.11", "32.73"}
    for level in levels:
        assert len(report.delays[level]) == report.written.total()
        assert report.refused[level].total() == report.stated[level] > 0
        assert report.logged[level] == report.refused[level]
