"""Several workers behind one port: their events and metrics, their failures, and their shutdown."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import httpx2
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed

from engine.model import Role
from hub.process.supervisor import WorkerServer
from hub.transport.websocket_protocol import SERVICE_RESTART
from storage import migrate
from tests.fixtures.eventually import eventually
from tests.fixtures.processes import SIMPUL, SimpulProcess, StartSimpul, free_port, start_processes
from tests.hub.live_client import EVENTS, Stream, client

pytestmark = pytest.mark.integration

WORKERS = 2
OWNER = ("32.11", "32.11:opd-dishub")
SHUTDOWN_SECONDS = 10
IMMEDIATE_SECONDS = 5  # waiting for a request would take longer
UNFINISHED_REQUEST = (
    b"POST /graphql HTTP/1.1\r\nHost: simpul\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n"
)


@pytest.fixture(scope="module")
def module_hub(
    filled_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpulProcess]:
    """Yield one hub for all tests that leave the number of workers unchanged."""
    folder = tmp_path_factory.mktemp("supervised")
    shutil.copy(filled_template, folder)
    with start_processes(folder) as start:
        yield start("serve", data_dir=folder, environment={"SIMPUL_WORKERS": str(WORKERS)})


@pytest.fixture
async def complete_hub(module_hub: SimpulProcess) -> SimpulProcess:
    await eventually(lambda: len(read_metric_by_worker(module_hub, "simpul_arrival")) == WORKERS)
    return module_hub


@pytest.fixture
async def hub(filled_sqlite_url: str, simpul_process: StartSimpul) -> SimpulProcess:
    environment = {"DATABASE_URL": filled_sqlite_url, "SIMPUL_WORKERS": str(WORKERS)}
    started = simpul_process("serve", environment=environment)
    await eventually(lambda: len(read_metric_by_worker(started, "simpul_arrival")) == WORKERS)
    return started


def read_metric_by_worker(hub: SimpulProcess, name: str) -> dict[int, float]:
    """Return a metric of each worker, by process id."""
    text = httpx2.get(f"{hub.url}/metrics", trust_env=False).text
    lines = [line.split() for line in text.splitlines() if line.startswith(f"{name}{{")]
    return {int(label.split('"')[1]): float(value) for label, value in lines}


def delete_audit(data_dir: Path) -> None:
    """Delete a table without which a worker cannot start, though a running one goes on."""
    with closing(sqlite3.connect(data_dir / "simpul.db")) as connection:
        connection.execute("DROP TABLE audit")


def sum_metric(hub: SimpulProcess, name: str) -> float:
    return sum(read_metric_by_worker(hub, name).values())


async def wait_until_closed(stream: Stream) -> tuple[int, float]:
    with pytest.raises(ConnectionClosed) as closure:
        await stream.socket.recv()
    assert closure.value.rcvd is not None
    return closure.value.rcvd.code, time.monotonic()


async def test_every_worker_publishes_each_commit_and_one_scrape_covers_all(
    complete_hub: SimpulProcess,
) -> None:
    hub = complete_hub
    before = read_metric_by_worker(hub, "simpul_lag_seconds_count")
    async with client(hub, Role.PROVINCE) as writer, AsyncExitStack() as sockets:
        after = await writer.cursor()
        streams: list[Stream] = []
        while min(read_metric_by_worker(hub, "simpul_sockets").values()) == 0:
            # The kernel chooses the worker of each connection. After 200 the port is not shared.
            assert len(streams) < 200
            listening = [writer.listening(EVENTS, after=after) for _ in range(20)]
            streams += [
                await sockets.enter_async_context(subscription) for subscription in listening
            ]
        id = await writer.register(*OWNER, "Uji")
        assert [(await stream.next())["subjectId"] for stream in streams] == [id] * len(streams)
        for metric_name in ("simpul_subscriptions_resumed_total", "simpul_subscriptions_total"):
            await eventually(lambda name=metric_name: sum_metric(hub, name) == len(streams))

        def deliveries() -> dict[int, float]:
            counts = read_metric_by_worker(hub, "simpul_lag_seconds_count")
            return {worker: counts[worker] - before[worker] for worker in before}

        await eventually(lambda: min(deliveries().values()) > 0)
        lag_sums = read_metric_by_worker(hub, "simpul_lag_seconds_sum")
        lag_counts = read_metric_by_worker(hub, "simpul_lag_seconds_count")
        assert all(0 < lag_sums[worker] / lag_counts[worker] < 5 for worker in before)


async def test_a_worker_that_is_killed_is_replaced_while_the_other_serves(
    complete_hub: SimpulProcess,
) -> None:
    hub = complete_hub
    killed, survivor = read_metric_by_worker(hub, "simpul_arrival")
    os.kill(killed, signal.SIGKILL)
    await eventually(lambda: f"worker {killed} has died (-9)" in hub.log.read_text())
    assert httpx2.get(f"{hub.url}/readyz", trust_env=False).status_code == 200
    await eventually(
        lambda: len(read_metric_by_worker(hub, "simpul_arrival").keys() - {killed, survivor}) == 1
    )
    await eventually(lambda: killed not in read_metric_by_worker(hub, "simpul_arrival"))
    assert survivor in read_metric_by_worker(hub, "simpul_arrival")


async def test_a_restart_whose_workers_are_not_ready_is_given_up(
    complete_hub: SimpulProcess,
) -> None:
    """This must be the last test with this hub, because it deletes the hub's audit."""
    hub = complete_hub
    before = read_metric_by_worker(hub, "simpul_arrival").keys()
    delete_audit(hub.data_dir)
    hub.process.send_signal(signal.SIGHUP)
    await eventually(lambda: "was not ready in time; the others stay" in hub.log.read_text())
    assert read_metric_by_worker(hub, "simpul_arrival").keys() == before
    assert httpx2.get(f"{hub.url}/readyz", trust_env=False).status_code == 200
    assert await asyncio.to_thread(hub.stop) == 0


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
async def test_all_workers_drain_though_the_whole_group_is_signalled(
    hub: SimpulProcess, stop_signal: signal.Signals
) -> None:
    async with client(hub) as reader, AsyncExitStack() as sockets:
        after = await reader.cursor()
        listening = [reader.listening(EVENTS, after=after) for _ in range(60)]
        streams = [await sockets.enter_async_context(subscription) for subscription in listening]
        closings = asyncio.gather(*(wait_until_closed(stream) for stream in streams))
        os.killpg(hub.process.pid, stop_signal)  # as terminals and service managers do
        assert await asyncio.to_thread(hub.process.wait, SHUTDOWN_SECONDS) == 0
        closures = await closings
    assert {code for code, _ in closures} == {SERVICE_RESTART}
    moments = [moment for _, moment in closures]
    assert max(moments) - min(moments) > 0.05
    assert "Traceback" not in hub.log.read_text()


def test_a_signal_that_interrupts_the_handler_of_the_first_one_does_not_force_a_worker() -> None:
    """The service manager and the supervisor signal a worker at almost the same time."""

    class InterruptedServer(WorkerServer):
        interruptions = 0

        @property
        def should_exit(self) -> bool:
            if self._is_exiting is False and self.interruptions == 0:
                self.interruptions += 1
                self.handle_exit(signal.SIGTERM, None)
            return self._is_exiting

        @should_exit.setter
        def should_exit(self, value: bool) -> None:
            self._is_exiting = value

    server = InterruptedServer(uvicorn.Config(lambda: None))
    server.handle_exit(signal.SIGTERM, None)
    assert server.interruptions == 1
    assert server.should_exit
    assert not server.force_exit


async def test_a_second_signal_ends_all_at_once(hub: SimpulProcess) -> None:
    port = httpx2.URL(hub.url).port
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UNFINISHED_REQUEST)
    await asyncio.sleep(0.3)
    hub.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(1)
    assert hub.process.poll() is None  # it waits for the request
    hub.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(hub.process.wait, IMMEDIATE_SECONDS) == 0
    writer.close()


async def test_workers_end_after_their_supervisor_is_killed(hub: SimpulProcess) -> None:
    workers = read_metric_by_worker(hub, "simpul_arrival")
    hub.process.kill()
    hub.process.wait()
    await eventually(
        lambda: not any(Path(f"/proc/{worker}/cmdline").exists() for worker in workers)
    )
    with pytest.raises(httpx2.ConnectError):
        read_metric_by_worker(hub, "simpul_arrival")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_audit_that_cannot_be_read_ends_the_server(tmp_path: Path, workers: str) -> None:
    migrate.upgrade_database(f"sqlite:///{tmp_path / 'simpul.db'}")
    delete_audit(tmp_path)
    environment = {
        "SIMPUL_DATA_DIR": str(tmp_path),
        "SIMPUL_PORT": str(free_port()),
        "SIMPUL_WORKERS": workers,
    }
    completed = subprocess.run(
        [SIMPUL, "serve"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert completed.returncode == 3
    assert "no such table: audit" in completed.stderr
