"""Several workers behind one port: their events and metrics, their failures, and their shutdown."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from engine.model import Role
from hub.transport.websocket_protocol import SERVICE_RESTART
from storage import migrate
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SIMPUL, SimpulProcess, StartSimpul, free_port, starting
from tests.hub.live import EVENTS, Stream, client

pytestmark = pytest.mark.integration

WORKERS = 2
OWNER = ("32.11", "opd-32.11.dishub")
GONE_SECONDS = 10
AT_ONCE_SECONDS = 5  # waiting for a request would take longer
HALF = (
    b"POST /graphql HTTP/1.1\r\nHost: simpul\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n"
)


@pytest.fixture(scope="module")
def lasting_hub(
    filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpulProcess]:
    """Yield one hub for all tests that leave the number of workers unchanged."""
    folder = tmp_path_factory.mktemp("supervised")
    shutil.copy(filled_template, folder)
    with starting(folder) as start:
        yield start("serve", data_dir=folder, environment={"SIMPUL_WORKERS": str(WORKERS)})


@pytest.fixture
async def whole_hub(lasting_hub: SimpulProcess) -> SimpulProcess:
    await eventually(lambda: len(metric(lasting_hub, "simpul_arrival")) == WORKERS)
    return lasting_hub


@pytest.fixture
async def hub(filled_sqlite_url: str, simpul_process: StartSimpul) -> SimpulProcess:
    environment = {"DATABASE_URL": filled_sqlite_url, "SIMPUL_WORKERS": str(WORKERS)}
    started = simpul_process("serve", environment=environment)
    await eventually(lambda: len(metric(started, "simpul_arrival")) == WORKERS)
    return started


def metric(hub: SimpulProcess, name: str) -> dict[int, float]:
    """Return a metric of each worker, by process id."""
    text = httpx2.get(f"{hub.url}/metrics", trust_env=False).text
    lines = [line.split() for line in text.splitlines() if line.startswith(f"{name}{{")]
    return {int(label.split('"')[1]): float(value) for label, value in lines}


def total(hub: SimpulProcess, name: str) -> float:
    return sum(metric(hub, name).values())


async def closing(stream: Stream) -> tuple[int, float]:
    with pytest.raises(ConnectionClosed) as closed:
        await stream.socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, time.monotonic()


async def test_every_worker_publishes_each_commit_and_one_scrape_covers_all(
    whole_hub: SimpulProcess,
) -> None:
    hub = whole_hub
    before = metric(hub, "simpul_lag_seconds_count")
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as sockets:
        after = await writer.cursor()
        streams: list[Stream] = []
        while min(metric(hub, "simpul_sockets").values()) == 0:
            # The kernel chooses the worker of each connection. After 200 the port is not shared.
            assert len(streams) < 200
            listening = [writer.listening(EVENTS, after=after) for _ in range(20)]
            streams += [await sockets.enter_async_context(each) for each in listening]
        id = await writer.register(*OWNER, "Uji")
        assert [(await each.next())["subject"] for each in streams] == [id] * len(streams)
        for counted in ("simpul_subscriptions_resumed_total", "simpul_subscriptions_total"):
            await eventually(lambda name=counted: total(hub, name) == len(streams))

        def deliveries() -> dict[int, float]:
            found = metric(hub, "simpul_lag_seconds_count")
            return {worker: found[worker] - before[worker] for worker in before}

        await eventually(lambda: min(deliveries().values()) > 0)
        late = metric(hub, "simpul_lag_seconds_sum")
        seen = metric(hub, "simpul_lag_seconds_count")
        assert all(0 < late[worker] / seen[worker] < 5 for worker in before)


async def test_a_worker_that_is_killed_is_replaced_while_the_other_serves(
    whole_hub: SimpulProcess,
) -> None:
    hub = whole_hub
    killed, other = metric(hub, "simpul_arrival")
    os.kill(killed, signal.SIGKILL)
    await eventually(lambda: f"worker {killed} has died (-9)" in hub.log.read_text())
    assert httpx2.get(f"{hub.url}/readyz", trust_env=False).status_code == 200
    await eventually(lambda: len(metric(hub, "simpul_arrival").keys() - {killed, other}) == 1)
    await eventually(lambda: killed not in metric(hub, "simpul_arrival"))
    assert other in metric(hub, "simpul_arrival")


async def test_a_restart_that_cannot_be_is_given_up(whole_hub: SimpulProcess) -> None:
    """This must be the last test with this hub, because it deletes the hub's key."""
    hub = whole_hub
    before = metric(hub, "simpul_arrival").keys()
    key = hub.data_dir / "token.key"
    key.rename(key.with_suffix(".old"))
    key.mkdir()
    hub.process.send_signal(signal.SIGHUP)
    await eventually(lambda: "was not ready in time; the others stay" in hub.log.read_text())
    assert metric(hub, "simpul_arrival").keys() == before
    assert httpx2.get(f"{hub.url}/readyz", trust_env=False).status_code == 200
    assert await asyncio.to_thread(hub.stop) == 0


@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGINT])
async def test_all_workers_drain_though_the_whole_group_is_signalled(
    hub: SimpulProcess, ended: signal.Signals
) -> None:
    async with client(hub) as reader, AsyncExitStack() as sockets:
        after = await reader.cursor()
        listening = [reader.listening(EVENTS, after=after) for _ in range(60)]
        streams = [await sockets.enter_async_context(each) for each in listening]
        closings = asyncio.gather(*(closing(each) for each in streams))
        os.killpg(hub.process.pid, ended)  # as terminals and service managers do
        assert await asyncio.to_thread(hub.process.wait, GONE_SECONDS) == 0
        found = await closings
    assert {code for code, _ in found} == {SERVICE_RESTART}
    moments = [moment for _, moment in found]
    assert max(moments) - min(moments) > 0.05
    assert "Traceback" not in hub.log.read_text()


async def test_a_second_signal_ends_all_at_once(hub: SimpulProcess) -> None:
    port = httpx2.URL(hub.url).port
    _, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(HALF)
    await asyncio.sleep(0.3)
    hub.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(1)
    assert hub.process.poll() is None  # it waits for the request
    hub.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(hub.process.wait, AT_ONCE_SECONDS) == 0
    asking.close()


async def test_workers_whose_supervisor_is_gone_end_too(hub: SimpulProcess) -> None:
    workers = metric(hub, "simpul_arrival")
    hub.process.kill()
    hub.process.wait()
    await eventually(lambda: not any(Path(f"/proc/{each}/cmdline").exists() for each in workers))
    with pytest.raises(httpx2.ConnectError):
        metric(hub, "simpul_arrival")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_no_worker_can_start_with_ends_it(tmp_path: Path, workers: str) -> None:
    migrate.upgrade_database(f"sqlite:///{tmp_path / 'simpul.db'}")
    (tmp_path / "token.key").mkdir()
    environment = {
        "SIMPUL_DATA_DIR": str(tmp_path),
        "SIMPUL_PORT": str(free_port()),
        "SIMPUL_WORKERS": workers,
    }
    done = subprocess.run(
        [SIMPUL, "serve"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "IsADirectoryError" in done.stderr
