"""The metrics count every state of a region once over all workers."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from engine.log.source import Source, SourceState
from hub import metrics
from hub.instance import open_instance
from hub.settings import Settings
from hub.worker_metrics import FORGET_SECONDS, WRITE_SECONDS, WorkerMetrics
from realtime.fanout import Fanout
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import StartSimpul, free_port

NODE = "wss://node.example.go.id/graphql"


async def test_each_state_of_a_region_is_counted(filled_data_dir: Path) -> None:
    async with open_instance(Settings(data_dir=filled_data_dir)) as instance:
        now = instance.clock()
        for number, (state, age) in enumerate(
            [
                (SourceState.FRESH, 0),
                (SourceState.FRESH, 60),  # stale by now
                (SourceState.STALE, 0),
                (SourceState.UNREACHABLE, 0),
                (SourceState.DIVERGED, 0),
            ]
        ):
            at = now - timedelta(seconds=age)
            instance.sources_by_region[str(number)] = Source(str(number), NODE, state, at)
        owned = metrics.OwnedRegionCount()
        await owned.count(instance)
        fanout = Fanout(b"", lambda: None)
        text = metrics.render_metrics(fanout, instance, metrics.DeliveryLag(), owned).decode()
    assert count_regions_by_state(text) == {
        "OWNED": 29,
        "FRESH": 1,
        "STALE": 2,
        "UNREACHABLE": 1,
        "DIVERGED": 1,
    }


def test_a_worker_that_writes_no_more_disappears_with_its_file(tmp_path: Path) -> None:
    for worker, age in (("7", 0.0), ("8", FORGET_SECONDS + 1)):
        file = tmp_path / f"{worker}.txt"
        file.write_text("# TYPE simpul_sockets gauge\nsimpul_sockets 3.0\n")
        os.utime(file, (time.time() - age,) * 2)
    lock = tmp_path / "owned.lock"
    lock.touch()
    worker_metrics = WorkerMetrics(
        tmp_path, lambda: b"# TYPE simpul_sockets gauge\nsimpul_sockets 1.0\n"
    )
    samples = re.findall(
        r'^simpul_sockets{worker="(\d+)"} (\S+)$', worker_metrics.render().decode(), re.MULTILINE
    )
    assert dict(samples) == {"7": "3.0", str(os.getpid()): "1.0"}
    assert {*tmp_path.iterdir()} == {tmp_path / "7.txt", tmp_path / f"{os.getpid()}.txt", lock}


@pytest.mark.integration
@pytest.mark.parametrize("workers", [1, 2])
async def test_the_regions_of_an_instance_are_counted_once_by_its_workers(
    filled_data_dir: Path, simpul_process: StartSimpul, workers: int
) -> None:
    address = f"127.0.0.1:{free_port()}"
    environment = {"SIMPUL_WORKERS": str(workers), "SIMPUL_METRICS_ADDRESS": address}
    hub = simpul_process("serve", data_dir=filled_data_dir, environment=environment)

    async def check_owned_regions() -> None:
        text = await scrape_metrics(address)
        assert text.count('state="OWNED"') == workers
        assert count_regions_by_state(text)["OWNED"] > 0

    await eventually(check_owned_regions)
    await asyncio.sleep(2 * WRITE_SECONDS)  # by then a second worker would have been counted, too
    text = await scrape_metrics(address)
    assert count_regions_by_state(text) == {
        "OWNED": 29,
        "FRESH": 0,
        "STALE": 0,
        "UNREACHABLE": 0,
        "DIVERGED": 0,
    }
    async with httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{hub.url}/metrics")).status_code == 404
    if workers == 2:
        killed = int(re.findall(r'^simpul_sockets{worker="(\d+)"}', text, re.MULTILINE)[0])
        os.kill(killed, signal.SIGKILL)

        async def check_another_worker_answers() -> None:
            assert 'simpul_sockets{worker="' in await scrape_metrics(address)

        await eventually(check_another_worker_answers)


async def scrape_metrics(address: str) -> str:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.get(f"http://{address}/metrics")).text


def count_regions_by_state(text: str) -> dict[str, int]:
    """Return the number of regions in each state, over all workers."""
    counts: dict[str, int] = {}
    for state, count in re.findall(
        r'^simpul_sources{.*state="([A-Z]+)".*} (\S+)$', text, re.MULTILINE
    ):
        counts[state] = counts.get(state, 0) + int(float(count))
    return counts
