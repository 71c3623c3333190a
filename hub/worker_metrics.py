"""The metrics of several workers behind one port, in one response.

A scrape reaches one of the workers. Each worker therefore writes its metrics to a file once a second,
and the one that is asked returns those of all, with the process id of the worker as a label.
docs/decisions/0020-metrics-over-workers.md says why this is not the mode that prometheus_client has.
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
FORGET_SECONDS = 10.0  # a worker that has written nothing for so long has ended

logger = logging.getLogger(__name__)


class WorkerMetrics(Collector):
    """The metrics of all workers that write to one folder."""

    def __init__(self, folder: Path, own: Callable[[], bytes]) -> None:
        self._folder = folder
        self._own = own

    async def run(self) -> None:
        """Write this worker's own now and then, until cancelled."""
        while True:
            try:
                self.write()
            except OSError:  # as of a full disk, which is no reason to serve less
                logger.exception("the metrics of this worker cannot be written")
            await asyncio.sleep(WRITE_SECONDS)

    def write(self) -> None:
        """Write this worker's own as they are."""
        path = self._folder / f"{os.getpid()}.txt"
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(self._own())
        unfinished.replace(path)

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for worker, text in self._texts():
            for told in text_string_to_metric_families(text):
                family = Metric(told.name, told.documentation, told.type)
                family = families.setdefault(told.name, family)
                for name, labels, value, *_ in told.samples:
                    family.add_sample(name, {"worker": worker, **labels}, value)
        yield from families.values()

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield the process id and the metrics of each worker; remove the files of those that ended."""
        for path in sorted(self._folder.glob("*.txt")):
            with suppress(FileNotFoundError):  # another worker was asked too, and has removed it
                if path.stat().st_mtime < time.time() - FORGET_SECONDS:
                    path.unlink()
                    continue
                yield path.stem, path.read_text()

    def text(self) -> bytes:
        """Return the metrics of all workers, in Prometheus' text format."""
        self.write()
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)
