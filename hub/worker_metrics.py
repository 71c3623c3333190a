"""Merges the metrics of several workers that share a port into one response.

A scrape reaches only one of the workers. Each worker therefore writes its metrics to a file once a
second, and the worker that gets the request returns the metrics of all, with the process id of the
worker as a label. docs/decisions/0020-metrics-over-workers.md explains why the multiprocess mode of
prometheus_client is not used.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

WRITE_SECONDS = 1.0
FORGET_SECONDS = 10.0  # a worker that has written nothing for this long has ended

logger = logging.getLogger(__name__)


class WorkerMetrics(Collector):
    """The metrics of all workers that write to one folder."""

    def __init__(self, folder: Path, render_own: Callable[[], bytes]) -> None:
        self._folder = folder
        self._render_own = render_own

    async def run(self) -> None:
        """Write this worker's metrics once a second, until cancelled."""
        while True:
            try:
                self.write()
            except OSError:  # for example a full disk, which must not stop the server
                logger.exception("the metrics of this worker cannot be written")
            await asyncio.sleep(WRITE_SECONDS)

    def write(self) -> None:
        """Write this worker's current metrics to its file."""
        path = self._folder / f"{os.getpid()}.txt"
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(self._render_own())
        unfinished.replace(path)

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for worker, text in self._read_metrics_files():
            for metric in text_string_to_metric_families(text):
                family = Metric(metric.name, metric.documentation, metric.type)
                family = families.setdefault(metric.name, family)
                for name, labels, value, *_ in metric.samples:
                    family.add_sample(name, {"worker": worker, **labels}, value)
        yield from families.values()

    def _read_metrics_files(self) -> Iterator[tuple[str, str]]:
        """Yield the process id and metrics of each worker; remove the files of ended workers."""
        for path in sorted(self._folder.glob("*.txt")):
            with suppress(FileNotFoundError):  # another worker may have removed it meanwhile
                if path.stat().st_mtime < time.time() - FORGET_SECONDS:
                    path.unlink()
                    continue
                yield path.stem, path.read_text()

    def render(self) -> bytes:
        """Return the metrics of all workers, in Prometheus' text format."""
        self.write()
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)
