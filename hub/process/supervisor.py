"""Several worker processes on one port: uvicorn's supervisor, with graceful shutdown of workers.

The supervisor holds the listening socket and restarts workers that die. On SIGHUP it replaces the
workers one by one, each after its successor is ready. On SIGTERM or SIGINT all workers shut down
gracefully; a second signal kills them.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from hub.exit_codes import ExitCode
from hub.process import server
from hub.process.shutdown import DrainingServer
from hub.settings import Settings

if TYPE_CHECKING:
    from starlette.applications import Starlette

# A terminal sends these signals to all its processes, but only the supervisor must receive them.
SUPERVISOR_SIGNALS = {signal.SIGINT, signal.SIGHUP}
RETRY_SECONDS = 1.0  # between starts of a worker that exits before it is ready

logger = logging.getLogger(__name__)


class WorkerServer(DrainingServer):
    """The server of a worker; it shuts down on a signal, or when its supervisor has died."""

    def handle_further_signal(self) -> None:
        """Do nothing: the service manager and the supervisor may each send the signal once."""

    async def on_tick(self, counter: int) -> bool:
        supervisor = multiprocessing.parent_process()
        orphaned = supervisor is not None and not supervisor.is_alive()
        return await super().on_tick(counter) or orphaned  # else it would hold the port forever


class Worker(Process):
    """A worker process, as the supervisor manages it."""

    shutdown_requested = False
    was_ready = False  # whether it has ever been ready

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = WorkerServer(self.config)
        return self._server

    def start(self) -> None:
        previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, SUPERVISOR_SIGNALS)  # inherited
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
        # While the parent holds this end open, it detects a dead child only by the health
        # check's timeout.
        self.child_conn.close()

    def is_alive(self, timeout: float = 5) -> bool:
        if not self.process.is_alive():
            return False
        started = self._healthcheck(timeout)
        self.was_ready = self.was_ready or started is True
        return started is not None

    def request_shutdown(self) -> None:
        """Send the worker SIGTERM, once; safe in a signal handler."""
        if not self.shutdown_requested and self.pid is not None:
            self.shutdown_requested = True
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def terminate(self) -> None:
        self.request_shutdown()


class WorkerSupervisor(Multiprocess):
    """uvicorn's supervisor, with graceful shutdown and restarts."""

    processes: list[Worker]  # type: ignore[assignment]  # all of our class

    def __init__(
        self,
        config: uvicorn.Config,
        sockets: list[socket],
        on_listening: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config, sockets)
        self._on_listening: Callable[[], None] | None = on_listening
        self.failed_exit_code: int | None = (
            None  # the exit code of a worker, if no worker could start
        )
        self._shutting_down = False
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_number, self._shut_down)

    def _shut_down(self, sig: int, _frame: FrameType | None) -> None:
        """Shut down all workers at the same time, regardless of what the supervisor waits for."""
        if self._shutting_down:
            for worker in self.processes:
                worker.process.kill()
        self._shutting_down = True
        self.signal_queue.append(sig)
        for worker in self.processes:
            worker.request_shutdown()

    def init_processes(self) -> None:
        for _ in range(self.processes_num):
            self._start_worker()

    def restart_all(self) -> None:
        for old in [*self.processes]:
            if self._shutting_down:
                return
            new = self._start_worker()
            if not new.wait_until_ready(self.config.timeout_worker_healthcheck):
                self._discard_worker(new)
                if not self._shutting_down:
                    logger.error("worker %s was not ready in time; the others stay", new.pid)
                return
            old.terminate()
            old.join()
            self.processes.remove(old)

    def keep_subprocess_alive(self) -> None:
        seconds = self.config.timeout_worker_healthcheck
        for worker in [*self.processes]:
            if worker.is_alive(seconds) or self._shutting_down:
                continue
            self._discard_worker(worker)
            failed_to_start = (
                not worker.was_ready and (worker.exitcode or 0) > 0
            )  # it was not killed
            if failed_to_start and not any(other.is_ready(seconds) for other in self.processes):
                self.failed_exit_code = worker.exitcode
                self.should_exit.set()
                return
            logger.error("worker %s has died (%s); another one starts", worker.pid, worker.exitcode)
            if (
                failed_to_start
            ):  # for example without a database; uvicorn would also stop the others
                self.should_exit.wait(RETRY_SECONDS)
            self._start_worker()
        if self._on_listening is not None and any(worker.was_ready for worker in self.processes):
            self._on_listening()
            self._on_listening = None

    def handle_ttin(self) -> None:
        self.processes_num += 1
        self._start_worker()

    def _start_worker(self) -> Worker:
        worker = Worker(self.config, self.sockets)
        worker.start()
        self.processes.append(worker)
        if self._shutting_down:  # the shutdown began while the worker started
            worker.request_shutdown()
        return worker

    def _discard_worker(self, worker: Worker) -> None:
        worker.kill()
        worker.join()
        self.processes.remove(worker)


def create_worker_app(metrics_folder: Path) -> Starlette:
    """Return the application of a worker.

    The worker reads the settings itself, so that a new version of the program can have new
    settings.

    Args:
        metrics_folder: the folder to which all workers write their metrics.
    """
    from hub.app import create_app

    return create_app(Settings(), metrics_folder=metrics_folder)


def run_supervisor(
    settings: Settings, listeners: list[socket], on_listening: Callable[[], None] = lambda: None
) -> None:
    """Serve in several processes until SIGINT or SIGTERM, then shut them down gracefully."""
    with TemporaryDirectory(prefix="simpul-metrics-") as folder:
        app = partial(create_worker_app, Path(folder))
        config = server.server_config(app, settings, factory=True)
        supervisor = WorkerSupervisor(config, listeners, on_listening)
        supervisor.run()
    if supervisor.failed_exit_code is None:
        sys.exit(ExitCode.OK)
    sys.exit(ExitCode.STATE if supervisor.failed_exit_code == STARTUP_FAILURE else 1)
